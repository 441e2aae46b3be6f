import { ALLOW, NO_RULES, type AuthorizationMode } from "./authorizer.ts";
import type { PolicyRule } from "./rbac/policy-rule.ts";

const EVERYTHING: PolicyRule = { verbs: ["*"], apiGroups: ["*"], resources: ["*"], resourceNames: [], nonResourceURLs: [] };
const EVERY_PATH: PolicyRule = { verbs: ["*"], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ["*"] };

export const alwaysAllow: AuthorizationMode = {
  name: "AlwaysAllow",
  authorize: () => ALLOW,
  rulesFor: () => ({ resourceRules: [EVERYTHING], nonResourceRules: [EVERY_PATH], incomplete: false, fault: "" }),
};

/** For tests: refuses without forbidding what another mode would allow. */
export const alwaysDeny: AuthorizationMode = {
  name: "AlwaysDeny",
  authorize: () => ({ decision: "noOpinion", reason: "Everything is forbidden." }),
  rulesFor: () => NO_RULES,
};
