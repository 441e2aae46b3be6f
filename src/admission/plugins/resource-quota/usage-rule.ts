import type { KubeObject } from "../../../object/kube-object.ts";
import { wholeQuantity } from "../../../object/quantity.ts";
import type { ResourceRef } from "../../../object/status.ts";
import type { AdmissionAttributes } from "../../admission.ts";
import type { Amounts } from "../../pod-amounts.ts";

/** What a quota says of the objects that it limits (concepts/policy/resource-quotas, quota scopes). */
export interface ScopeSelector {
  readonly scope: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** How objects of a resource are charged. */
export interface UsageRule {
  /** Whether a write can change what is used. */
  handles(attributes: AdmissionAttributes): boolean;
  /** Those of a quota's resources that objects of this kind use. */
  matching(names: readonly string[]): string[];
  /** What one object uses. */
  usage(object: KubeObject): Amounts;
  /** Whether an object is among those that a scope speaks of. */
  inScope(selector: ScopeSelector, object: KubeObject): boolean;
  /** What an object must say before it can be charged: a message, or undefined where nothing is missing. */
  missing?(resources: readonly string[], object: KubeObject): string | undefined;
}

/** What one object counts. */
export const ONE = wholeQuantity(1n);

/** The quota resource that counts objects of a resource: "count/deployments.apps". */
export function objectCountName({ group, plural }: ResourceRef): string {
  return group === "" ? `count/${plural}` : `count/${plural}.${group}`;
}

/** Resources of the core group whose objects are also counted under their bare name. */
const ALIASED: ReadonlySet<string> = new Set(["configmaps", "resourcequotas", "replicationcontrollers", "secrets"]);

/** Objects of any resource are counted when they are created. */
export function objectCount(resource: ResourceRef): UsageRule {
  const names = [objectCountName(resource), ...(resource.group === "" && ALIASED.has(resource.plural) ? [resource.plural] : [])];
  const usage = new Map(names.map((name) => [name, ONE]));
  return {
    handles: ({ operation, subresource }) => operation === "CREATE" && subresource === "",
    matching: (hard) => hard.filter((name) => names.includes(name)),
    usage: () => usage,
    inScope: () => false,
  };
}
