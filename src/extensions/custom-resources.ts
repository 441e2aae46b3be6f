import { stringifyJson } from "../codec/json-text.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn } from "../object/read.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../object/resource-ids.ts";
import type { Registry } from "../registry/registry.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import { prefixEnd } from "../storage/key-order.ts";
import { customDefinition } from "./custom-definition.ts";

/** The definition name of metadata in the tables of types. */
const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** The group of a definition by its name, which is <plural>.<group>. */
export function groupOf(name: string): string {
  return name.slice(name.indexOf(".") + 1);
}

interface Served {
  /** What tells what the kind was made from: the CustomResourceDefinition, its spec and the names it got. */
  readonly source: string;
  readonly definition: ResourceDefinition;
}

/** The custom resources that this server serves, by the name of their CustomResourceDefinition. */
export class CustomResources {
  readonly #registry: Registry;
  readonly #served = new Map<string, Served>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Names of the definitions that are served. */
  names(): Iterable<string> {
    return this.#served.keys();
  }

  /** The newest CustomResourceDefinitions of a group, read-only. Errors: StorageError. */
  async definitionsIn(group: string): Promise<KubeObject[]> {
    const definition = this.#registry.definitions.ofResource(CUSTOM_RESOURCE_DEFINITIONS.group, CUSTOM_RESOURCE_DEFINITIONS.plural);
    if (definition?.keyPrefix === undefined) throw new TypeError("CustomResourceDefinitions are not stored");
    const { keyPrefix } = definition;
    const found: KubeObject[] = [];
    (await this.#registry.current(definition)).walk(keyPrefix, prefixEnd(keyPrefix), (record) => {
      if (groupOf(record.key.slice(keyPrefix.length)) === group) found.push(record.object());
    });
    return found;
  }

  definition(name: string): ResourceDefinition | undefined {
    return this.#served.get(name)?.definition;
  }

  /**
   * Serves what a definition describes, from the moment this resolves. One that changed is served anew: its watches
   * end, and what lies in the store is read by the new schema. Errors: StorageError.
   */
  async serve(crd: KubeObject): Promise<void> {
    const name = crd.metadata.name ?? "";
    const { uid = "", generation = 0, deletionTimestamp } = crd.metadata;
    // The generation stands for the spec.
    const names = stringifyJson(objectIn(objectIn(crd, "status"), "acceptedNames"));
    const source = `${uid} ${generation} ${deletionTimestamp === undefined} ${names}`;
    const old = this.#served.get(name);
    if (old?.source === source) return;
    const { definitions, types } = this.#registry;
    const definition = customDefinition(crd, types.schemaFor(OBJECT_META));
    if (old !== undefined) this.#registry.dropCache(old.definition);
    await this.#registry.cache(definition).start();
    if (old !== undefined) definitions.remove(old.definition);
    definitions.add(definition);
    this.#served.set(name, { source, definition });
  }

  /** Ends a definition's resource and its watches. */
  end(name: string): void {
    const served = this.#served.get(name);
    if (served === undefined) return;
    this.#served.delete(name);
    this.#registry.definitions.remove(served.definition);
    this.#registry.dropCache(served.definition);
  }
}
