import { Reinvocation } from "./reinvocation.ts";
import type { JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { ResourceRef } from "../object/status.ts";
import type { UserInfo } from "../request/context.ts";
import type { ResourceDefinition, ServedVersion } from "../resources/definition.ts";

/** What a write does, as webhooks and policies name it. */
export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/** A write that asks to enter: what a plugin may look at, and the object that mutating plugins may change. */
export interface AdmissionAttributes {
  readonly operation: Operation;
  readonly definition: ResourceDefinition;
  /** The group version of the request. */
  readonly served: ServedVersion;
  /** "" for the resource itself. */
  readonly subresource: string;
  readonly ref: ResourceRef;
  readonly namespace: string;
  /** "" for a create that leaves the name to the server, and for deletes of collections. */
  readonly name: string;
  /**
   * The new object, in the hub's form (of an action: the body, a Binding or Eviction; of a connection: its options, which
   * have no metadata). Mutating plugins change it in place; for the others it is read-only. Undefined for deletes.
   */
  readonly object: KubeObject | undefined;
  /** The object as stored; read-only. Undefined for creates. */
  readonly oldObject: KubeObject | undefined;
  readonly user: UserInfo;
  /** CreateOptions, UpdateOptions, PatchOptions or DeleteOptions as the client gave them. */
  readonly options: JsonObject;
  readonly dryRun: boolean;
  /** When the client no longer waits for an answer, in milliseconds since the epoch. */
  readonly deadline?: number | undefined;
  /** Adds a text to the Warning headers. */
  warn(text: string): void;
  /** Adds an annotation to the audit event. */
  annotate(key: string, value: string): void;
}

/**
 * One check or change at the entrance. Plugins run in the chain's order: first every `mutate`, then, on what will be
 * stored, every `validate`. Refusals are StatusErrors; most are made by `forbidden`.
 */
export interface AdmissionPlugin {
  readonly name: string;
  handles(attributes: AdmissionAttributes): boolean;
  /** `reinvocation` tells which pass this is, and takes the wish for a second one. */
  mutate?(attributes: AdmissionAttributes, reinvocation?: Reinvocation): void | Promise<void>;
  validate?(attributes: AdmissionAttributes): void | Promise<void>;
}

/** The plugins that are turned on, in order. */
export interface AdmissionChain {
  mutate(attributes: AdmissionAttributes): Promise<void>;
  validate(attributes: AdmissionAttributes): Promise<void>;
}

/** Puts plugins into a chain, in the order given. */
export function admissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const mutating = plugins.filter((plugin) => plugin.mutate !== undefined);
  const validating = plugins.filter((plugin) => plugin.validate !== undefined);
  return {
    async mutate(attributes) {
      const reinvocation = new Reinvocation();
      do for (const plugin of mutating) if (plugin.handles(attributes)) await plugin.mutate?.(attributes, reinvocation);
      while (reinvocation.nextPass());
    },
    async validate(attributes) {
      for (const plugin of validating) if (plugin.handles(attributes)) await plugin.validate?.(attributes);
    },
  };
}
