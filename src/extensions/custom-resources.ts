import { stringifyJson } from "../codec/json-text.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../object/resource-ids.ts";
import { definitionOf, keyPrefix } from "../registry/endpoint.ts";
import type { Registry } from "../registry/registry.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { prefixEnd } from "../storage/key-order.ts";
import { acceptedNames } from "./accept-names.ts";
import { webhookConversion, type ConversionParts } from "./conversion/webhook.ts";
import { customDefinition } from "./custom-definition.ts";

/** The definition name of metadata in the tables of types. */
const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** The group of a definition by its name, which is <plural>.<group>. */
export function groupOf(name: string): string {
  return name.slice(name.indexOf(".") + 1);
}

/** The name of a record's object that lies in no namespace. */
export function nameOf({ key }: Pick<ObjectRecord, "key">): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

interface Served {
  /** What tells what the kind was made from: the CustomResourceDefinition, its spec and the names it got. */
  readonly source: string;
  readonly definition: ResourceDefinition;
  /** The revision of the CustomResourceDefinition at which nothing was left to do for it, where that is known. */
  readonly settledAt?: number;
}

/** The custom resources that this server serves, by the name of their CustomResourceDefinition. */
export class CustomResources {
  readonly #registry: Registry;
  readonly #conversion: ConversionParts;
  readonly #served = new Map<string, Served>();

  /** `conversion`: how the webhooks are called that convert between versions. */
  constructor(registry: Registry, conversion: Omit<ConversionParts, "randomBytes">) {
    this.#registry = registry;
    this.#conversion = { ...conversion, randomBytes: registry.randomBytes };
  }

  /** Names of the definitions that are served. */
  names(): Iterable<string> {
    return this.#served.keys();
  }

  /** The newest CustomResourceDefinitions of a group, or of all, with the names of those that do not decode. Errors: StorageError. */
  async stored(group?: string): Promise<{ readonly records: ObjectRecord[]; readonly unreadable: readonly string[] }> {
    const definition = definitionOf(this.#registry.definitions, CUSTOM_RESOURCE_DEFINITIONS);
    const prefix = keyPrefix(definition);
    const end = prefixEnd(prefix);
    const records: ObjectRecord[] = [];
    const cache = await this.#registry.caches.current(definition);
    cache.walkReadable(prefix, end, (record) => {
      if (group === undefined || groupOf(nameOf(record)) === group) records.push(record);
    });
    return { records, unreadable: cache.unreadable(prefix, end).map((key) => key.slice(prefix.length)) };
  }

  /** Notes that nothing is left to do for a CustomResourceDefinition that is served, as it was at a revision. */
  noteSettled(name: string, revision: number): void {
    const served = this.#served.get(name);
    if (served !== undefined) this.#served.set(name, { ...served, settledAt: revision });
  }

  /** What is served of a CustomResourceDefinition for which nothing was left to do at this revision. */
  settledAt(name: string, revision: number): ResourceDefinition | undefined {
    const served = this.#served.get(name);
    return served?.settledAt === revision ? served.definition : undefined;
  }

  definition(name: string): ResourceDefinition | undefined {
    return this.#served.get(name)?.definition;
  }

  /**
   * Serves what a definition describes. One that changed is served anew: its watches end, and what lies in the store is
   * read by the new schema.
   */
  serve(crd: KubeObject): void {
    const name = crd.metadata.name ?? "";
    const { uid = "", generation = 0, deletionTimestamp } = crd.metadata;
    // The generation stands for the spec.
    const names = stringifyJson(acceptedNames(crd));
    const source = `${uid} ${generation} ${deletionTimestamp === undefined} ${names}`;
    const old = this.#served.get(name);
    if (old?.source === source) return;
    const { definitions, types } = this.#registry;
    const definition = customDefinition(crd, {
      objectMeta: types.schemaFor(OBJECT_META),
      webhook: (asking) => webhookConversion(asking, this.#conversion),
    });
    if (old !== undefined) {
      this.#registry.caches.drop(old.definition);
      definitions.remove(old.definition);
    }
    definitions.add(definition);
    this.#served.set(name, { source, definition });
  }

  /** Ends a definition's resource and its watches. */
  end(name: string): void {
    const served = this.#served.get(name);
    if (served === undefined) return;
    this.#served.delete(name);
    this.#registry.definitions.remove(served.definition);
    this.#registry.caches.drop(served.definition);
  }
}
