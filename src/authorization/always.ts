import { ALLOW, NO_RULES, type AuthorizationMode } from "./authorizer.ts";
import { EVERYTHING, EVERY_PATH } from "./rbac/policy-rule.ts";

/** Allows everything. */
export const alwaysAllow: AuthorizationMode = {
  name: "AlwaysAllow",
  authorize: () => ALLOW,
  rulesFor: () => ({ ...NO_RULES, resourceRules: [EVERYTHING], nonResourceRules: [EVERY_PATH] }),
};

/** For tests: refuses without forbidding what another mode would allow. */
export const alwaysDeny: AuthorizationMode = {
  name: "AlwaysDeny",
  authorize: () => ({ decision: "noOpinion", reason: "Everything is forbidden." }),
  rulesFor: () => NO_RULES,
};
