import { urlCovers } from "../authorization/rbac/policy-rule.ts";
import type { AuditStage } from "../request/audit-stage.ts";
import type { RequestContext, UserInfo } from "../request/context.ts";

/** How much of a request is written down; each level has all of the one before. */
export type AuditLevel = "None" | "Metadata" | "Request" | "RequestResponse";

/** All levels. */
export const LEVELS: readonly AuditLevel[] = ["None", "Metadata", "Request", "RequestResponse"];
/** All stages. */
export const STAGES: readonly AuditStage[] = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"];

/** Resources that a rule is about; an empty list is all of them. */
export interface GroupResources {
  /** "" is the core group, "*" every one. */
  readonly group: string;
  /** "pods", "pods/log", "pods/*", "*\/scale", "*" (all resources, and no subresource is left out). */
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

/** Which requests a rule is for, all of what it names; an empty list is all. */
export interface PolicyRule {
  readonly level: AuditLevel;
  readonly users: ReadonlySet<string>;
  readonly userGroups: ReadonlySet<string>;
  readonly verbs: ReadonlySet<string>;
  readonly resources: readonly GroupResources[];
  /** "" stands for resources without a namespace. */
  readonly namespaces: ReadonlySet<string>;
  readonly nonResourceURLs: readonly string[];
  /** The policy's own and the rule's. */
  readonly omitStages: ReadonlySet<AuditStage>;
  readonly omitManagedFields: boolean;
}

/** audit.k8s.io/v1 Policy, checked. The first rule that is for a request decides; one that none is for is not audited. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
}

/** The rule for a request; undefined where there is none. `user` undefined: authentication has found nobody. */
export function ruleFor({ rules }: Policy, info: RequestContext["info"], user: UserInfo | undefined): PolicyRule | undefined {
  return rules.find((rule) => isFor(rule, info, user));
}

function isFor(rule: PolicyRule, info: RequestContext["info"], user: UserInfo | undefined): boolean {
  const { users, userGroups, verbs, resources, namespaces, nonResourceURLs } = rule;
  if (users.size > 0 && (user === undefined || !users.has(user.name))) return false;
  if (userGroups.size > 0 && user?.groups.some((group) => userGroups.has(group)) !== true) return false;
  if (verbs.size > 0 && !verbs.has(info.verb)) return false;
  if (resources.length > 0 || namespaces.size > 0) {
    if (!info.isResourceRequest || (namespaces.size > 0 && !namespaces.has(info.namespace))) return false;
    return resources.length === 0 || resources.some((each) => isOf(each, info));
  }
  return nonResourceURLs.length === 0 || (!info.isResourceRequest && nonResourceURLs.some((url) => urlCovers(url, info.path)));
}

function isOf({ group, resources, resourceNames }: GroupResources, info: RequestContext["info"]): boolean {
  if (group !== "*" && group !== info.apiGroup) return false;
  if (resources.length === 0) return true;
  if (resourceNames.length > 0 && !resourceNames.includes(info.name)) return false;
  const { resource, subresource } = info;
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  return resources.some(
    (each) => each === whole || each === "*" || each === `${resource}/*` || (subresource !== "" && each === `*/${subresource}`),
  );
}
