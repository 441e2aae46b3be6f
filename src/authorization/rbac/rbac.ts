import { aggregateText } from "../../object/field-error-message.ts";
import type { UserInfo } from "../../request/context.ts";
import { NO_OPINION, NO_RULES, type AuthorizationMode, type Decision, type RulesOfUser } from "../authorizer.ts";
import { ruleAllows, type PolicyRule } from "./policy-rule.ts";
import type { Grant, RbacIndex, RoleRef } from "./rbac-index.ts";

/** Most failures that one refusal names. */
const MAX_FAULTS = 20;

/** Role-based access control over the index: allows what a rule of a bound role allows, and never denies. */
export function rbacMode(index: RbacIndex): AuthorizationMode {
  return {
    name: "RBAC",
    authorize(asked): Decision {
      let allowed: Grant | undefined;
      let faults: Set<string> | undefined;
      index.visit(asked.user, asked.isResourceRequest ? asked.namespace : "", (grant, rules) => {
        if (rules === undefined) {
          if ((faults ??= new Set()).size < MAX_FAULTS) faults.add(missingRole(grant.roleRef));
          return true;
        }
        if (!rules.some((rule) => ruleAllows(rule, asked))) return true;
        allowed = grant;
        return false;
      });
      if (allowed !== undefined) return { decision: "allow", reason: `RBAC: allowed by ${allowed.text}` };
      return faults === undefined ? NO_OPINION : { decision: "noOpinion", reason: `RBAC: ${aggregateText([...faults])}` };
    },
    rulesFor: (user, namespace) => rulesFor(index, user, namespace),
  };
}

/** All rules that a user holds in a namespace, and what could not be found. */
export function heldRules(index: RbacIndex, user: UserInfo, namespace: string): { rules: PolicyRule[]; faults: string[] } {
  const rules: PolicyRule[] = [];
  const faults = new Set<string>();
  index.visit(user, namespace, (grant, found) => {
    if (found !== undefined) for (const { rule } of found) rules.push(rule);
    else if (faults.size < MAX_FAULTS) faults.add(missingRole(grant.roleRef));
    return true;
  });
  return { rules, faults: [...faults] };
}

function rulesFor(index: RbacIndex, user: UserInfo, namespace: string): RulesOfUser {
  const { rules, faults } = heldRules(index, user, namespace);
  if (rules.length === 0 && faults.length === 0) return NO_RULES;
  return {
    resourceRules: rules.filter((rule) => rule.resources.length > 0),
    nonResourceRules: rules.filter((rule) => rule.nonResourceURLs.length > 0),
    incomplete: faults.length > 0,
    fault: faults.length === 0 ? "" : aggregateText(faults),
  };
}

/** How the original says that a bound role is not there. */
function missingRole({ kind, name }: RoleRef): string {
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(name)} not found`;
}
