import { ALL_AUTHENTICATED } from "../authentication/authenticator.ts";
import { decodeJson } from "../codec/decode-text.ts";
import { isObject } from "../object/json.ts";
import { booleanIn, objectIn, stringIn } from "../object/read.ts";
import type { UserInfo } from "../request/context.ts";
import { ALLOW, NO_RULES, READS, type AuthorizationAttributes, type AuthorizationMode, type RulesOfUser } from "./authorizer.ts";
import { urlCovers, type PolicyRule } from "./rbac/policy-rule.ts";

/** One line of a policy file (reference/access-authn-authz/abac). */
interface AbacPolicy {
  readonly user: string;
  readonly group: string;
  readonly readonly: boolean;
  readonly apiGroup: string;
  readonly resource: string;
  readonly namespace: string;
  readonly nonResourcePath: string;
}

const API_VERSION = "abac.authorization.kubernetes.io/v1beta1";

/** A line of a policy file that is no policy; the message names the line. */
export class AbacError extends Error {}

/** Reads a policy file: a JSON object a line, lines that are empty or begin with # left out. Errors: AbacError. */
export function readAbacPolicies(text: string): AbacPolicy[] {
  return text.split("\n").flatMap((line, i) => {
    const trimmed = line.trim();
    return trimmed === "" || trimmed.startsWith("#") ? [] : [readPolicy(trimmed, i + 1)];
  });
}

function readPolicy(line: string, number: number): AbacPolicy {
  const fault = (why: string): AbacError => new AbacError(`line ${number}: ${why}`);
  const value = decodeJson(line, fault);
  if (!isObject(value)) throw fault("it is no JSON object");
  if (stringIn(value, "apiVersion") !== API_VERSION || stringIn(value, "kind") !== "Policy")
    throw fault(`it is no Policy of ${API_VERSION}`);
  const spec = objectIn(value, "spec");
  const [user, group] = [stringIn(spec, "user"), stringIn(spec, "group")];
  // Everybody means everybody who has said who they are.
  const everybody = user === "*" || group === "*";
  return {
    user: everybody ? "" : user,
    group: everybody ? ALL_AUTHENTICATED : group,
    readonly: booleanIn(spec, "readonly"),
    apiGroup: stringIn(spec, "apiGroup"),
    resource: stringIn(spec, "resource"),
    namespace: stringIn(spec, "namespace"),
    nonResourcePath: stringIn(spec, "nonResourcePath"),
  };
}

/** Attribute-based access control: allows what a line of the policy allows. */
export function abacMode(policies: readonly AbacPolicy[]): AuthorizationMode {
  return {
    name: "ABAC",
    authorize: (asked) =>
      policies.some((policy) => allows(policy, asked)) ? ALLOW : { decision: "noOpinion", reason: "No policy matched." },
    rulesFor: (user, namespace) => rulesFor(policies, user, namespace),
  };
}

function allows(policy: AbacPolicy, asked: AuthorizationAttributes): boolean {
  if (!concerns(policy, asked.user) || (policy.readonly && !READS.has(asked.verb))) return false;
  if (!asked.isResourceRequest) return policy.nonResourcePath !== "" && urlCovers(policy.nonResourcePath, asked.path);
  return matches(policy.namespace, asked.namespace) && matches(policy.resource, asked.resource) && matches(policy.apiGroup, asked.apiGroup);
}

/** A policy that names user and group means the user in the group; one that names neither means nobody. */
function concerns({ user, group }: AbacPolicy, { name, groups }: UserInfo): boolean {
  if (user === "" && group === "") return false;
  return (user === "" || user === name) && (group === "" || groups.includes(group));
}

function matches(pattern: string, value: string): boolean {
  return pattern === "*" || pattern === value;
}

function rulesFor(policies: readonly AbacPolicy[], user: UserInfo, namespace: string): RulesOfUser {
  const own = policies.filter((policy) => concerns(policy, user));
  const rule = (policy: AbacPolicy, members: Partial<PolicyRule>): PolicyRule => ({
    verbs: policy.readonly ? [...READS] : ["*"],
    apiGroups: [],
    resources: [],
    resourceNames: [],
    nonResourceURLs: [],
    ...members,
  });
  return {
    ...NO_RULES,
    resourceRules: own
      .filter((policy) => policy.resource !== "" && matches(policy.namespace, namespace))
      .map((policy) => rule(policy, { apiGroups: [policy.apiGroup], resources: [policy.resource] })),
    nonResourceRules: own
      .filter((policy) => policy.nonResourcePath !== "")
      .map((policy) => rule(policy, { nonResourceURLs: [policy.nonResourcePath] })),
  };
}
