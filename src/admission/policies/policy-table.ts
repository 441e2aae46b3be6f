import type { KubeObject } from "../../object/kube-object.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import type { ResourceRef } from "../../object/status.ts";
import type { Registry } from "../../registry/registry.ts";
import { criteriaOf, type Criteria } from "../matching/criteria.ts";
import { FollowedObjects } from "../matching/followed-objects.ts";

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
interface PolicyResources {
  readonly policies: ResourceRef;
  readonly bindings: ResourceRef;
}

type Policy<Compiled> = Omit<BoundPolicy<Compiled>, "bindings">;

/**
 * The policies of one kind and their bindings. A policy without a binding, and a binding without its policy, do nothing.
 */
export class PolicyTable<Compiled> {
  readonly #policies: FollowedObjects<Policy<Compiled>>;
  readonly #bindings: FollowedObjects<Binding & { readonly policy: string }>;
  #bound: readonly BoundPolicy<Compiled>[] | undefined;

  constructor(resources: PolicyResources, compile: (spec: ReadonlyJsonObject) => Compiled) {
    const onChange = (): void => void (this.#bound = undefined);
    this.#policies = new FollowedObjects(resources.policies, (object) => readPolicy(object, compile), onChange);
    this.#bindings = new FollowedObjects(resources.bindings, readBinding, onChange);
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
  start(registry: Registry): Promise<void> | undefined {
    return this.#started ? undefined : this.#follow(registry);
  }

  get #started(): boolean {
    return this.#policies.started && this.#bindings.started;
  }

  async #follow(registry: Registry): Promise<void> {
    await this.#policies.start(registry);
    await this.#bindings.start(registry);
  }

  #join(): readonly BoundPolicy<Compiled>[] {
    const byPolicy = new Map<string, Binding[]>();
    for (const { policy, ...binding } of this.#bindings.all) {
      const list = byPolicy.get(policy);
      if (list === undefined) byPolicy.set(policy, [binding]);
      else list.push(binding);
    }
    return this.#policies.all.flatMap((policy) => {
      const bindings = byPolicy.get(policy.name);
      return bindings === undefined ? [] : [{ ...policy, bindings }];
    });
  }
}

function readPolicy<Compiled>(object: KubeObject, compile: (spec: ReadonlyJsonObject) => Compiled): Policy<Compiled> {
  const spec = objectIn(object, "spec");
  let compiled: { readonly value: Compiled } | undefined;
  return {
    name: object.metadata.name ?? "",
    spec,
    criteria: criteriaOf(objectIn(spec, "matchConstraints")),
    compiled: () => (compiled ??= { value: compile(spec) }).value,
  };
}

function readBinding(object: KubeObject): Binding & { readonly policy: string } {
  const spec = objectIn(object, "spec");
  return {
    name: object.metadata.name ?? "",
    spec,
    policy: stringIn(spec, "policyName"),
    criteria: isSet(spec, "matchResources") ? criteriaOf(objectIn(spec, "matchResources")) : undefined,
  };
}
