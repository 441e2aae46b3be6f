import type { KubeObject } from "../../object/kube-object.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import type { Registry } from "../../registry/registry.ts";
import type { ResourceId } from "../../registry/system-client.ts";
import { follow } from "../../storage/cache/follow.ts";
import type { ObjectRecord } from "../../storage/cache/record.ts";
import { criteriaOf, type Criteria } from "../matching/criteria.ts";

/** A binding of a policy. */
export interface Binding {
  readonly name: string;
  readonly spec: ReadonlyJsonObject;
  /** Undefined: it takes whatever its policy does. */
  readonly criteria: Criteria | undefined;
}

/** A policy that is bound, with its bindings in order of their names. */
export interface BoundPolicy<Compiled> {
  readonly name: string;
  readonly spec: ReadonlyJsonObject;
  readonly criteria: Criteria;
  /** Its expressions, compiled when they are first needed, once for this version of the policy. */
  readonly compiled: () => Compiled;
  readonly bindings: readonly Binding[];
}

/** Where policies of one kind and their bindings lie. */
export interface PolicyResources {
  readonly policies: ResourceId;
  readonly bindings: ResourceId;
}

type Policy<Compiled> = Omit<BoundPolicy<Compiled>, "bindings">;

/**
 * The policies of one kind and their bindings, followed through the watch cache: what the cache takes in is in force for
 * the next request. A policy without a binding, and a binding without its policy, do nothing.
 */
export class PolicyTable<Compiled> {
  readonly #policies = new Map<string, Policy<Compiled>>();
  readonly #bindings = new Map<string, Binding & { readonly policy: string }>();
  readonly #resources: PolicyResources;
  readonly #compile: (spec: ReadonlyJsonObject) => Compiled;
  #bound: readonly BoundPolicy<Compiled>[] | undefined = [];
  #starting: Promise<void> | undefined;
  #started = false;

  constructor(resources: PolicyResources, compile: (spec: ReadonlyJsonObject) => Compiled) {
    this.#resources = resources;
    this.#compile = compile;
  }

  /** Whether there may be anything to do: certainly not where nothing is bound. */
  get mayApply(): boolean {
    return !this.#started || this.bound.length > 0;
  }

  /** What is in force, in order of the policies' names. */
  get bound(): readonly BoundPolicy<Compiled>[] {
    return (this.#bound ??= this.#join());
  }

  /** Resolves when the table is filled; begins to follow on first call. Errors: StorageError. */
  start(registry: Registry): Promise<void> {
    if (this.#started) return Promise.resolve();
    return (this.#starting ??= this.#follow(registry).finally(() => (this.#starting = undefined)));
  }

  async #follow(registry: Registry): Promise<void> {
    await this.#keep(registry, this.#resources.policies, this.#policies, ({ spec, metadata }) => {
      let compiled: { readonly value: Compiled } | undefined;
      const own = spec as ReadonlyJsonObject;
      return {
        name: metadata.name ?? "",
        spec: own,
        criteria: criteriaOf(objectIn(own, "matchConstraints")),
        compiled: () => (compiled ??= { value: this.#compile(own) }).value,
      };
    });
    await this.#keep(registry, this.#resources.bindings, this.#bindings, ({ spec, metadata }) => {
      const own = spec as ReadonlyJsonObject;
      return {
        name: metadata.name ?? "",
        spec: own,
        policy: stringIn(own, "policyName"),
        criteria: isSet(own, "matchResources") ? criteriaOf(objectIn(own, "matchResources")) : undefined,
      };
    });
    this.#started = true;
  }

  /** Keeps a map up to date with a resource. */
  async #keep<T>(registry: Registry, { group, plural }: ResourceId, map: Map<string, T>, read: (object: KubeObject) => T): Promise<void> {
    const definition = registry.definitions.ofResource(group, plural);
    if (definition === undefined) throw new TypeError(`no resource ${plural}.${group}`);
    const put = (record: ObjectRecord): void => void map.set(record.key, read(record.object()));
    await follow(registry.cache(definition), {
      reset: (records) => {
        map.clear();
        for (const record of records) put(record);
        this.#bound = undefined;
      },
      changed: ({ key, current }) => {
        if (current === undefined) map.delete(key);
        else put(current);
        this.#bound = undefined;
      },
    });
  }

  #join(): readonly BoundPolicy<Compiled>[] {
    const byPolicy = new Map<string, Binding[]>();
    for (const key of [...this.#bindings.keys()].sort()) {
      const { policy, ...binding } = this.#bindings.get(key) as Binding & { readonly policy: string };
      const list = byPolicy.get(policy);
      if (list === undefined) byPolicy.set(policy, [binding]);
      else list.push(binding);
    }
    const bound: BoundPolicy<Compiled>[] = [];
    for (const key of [...this.#policies.keys()].sort()) {
      const policy = this.#policies.get(key) as Policy<Compiled>;
      const bindings = byPolicy.get(policy.name);
      if (bindings !== undefined) bound.push({ ...policy, bindings });
    }
    return bound;
  }
}
