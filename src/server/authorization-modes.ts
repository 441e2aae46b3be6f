import { alwaysAllow, alwaysDeny } from "../authorization/always.ts";
import type { AuthorizationMode } from "../authorization/authorizer.ts";
import { nodeMode } from "../authorization/node/node.ts";
import { compileRule, policyRule, type CompiledRule } from "../authorization/rbac/policy-rule.ts";
import { rbacMode } from "../authorization/rbac/rbac.ts";
import type { Config } from "../config/config.ts";
import { objectsIn } from "../object/read.ts";
import type { BootstrapRoles } from "./bootstrap-rbac.ts";
import type { AuthorizationParts } from "./control-plane.ts";

/** The modes that a Config asks for, in its order. */
export function authorizationModes(config: Config, { roles, nodes }: AuthorizationParts, bootstrap: BootstrapRoles): AuthorizationMode[] {
  const makers: Readonly<Record<string, () => AuthorizationMode>> = {
    AlwaysAllow: () => alwaysAllow,
    AlwaysDeny: () => alwaysDeny,
    Node: () => nodeMode({ ...nodes, rules: nodeRules(bootstrap) }),
    RBAC: () => rbacMode(roles),
  };
  return config.authorizationModes.flatMap((name) => makers[name]?.() ?? []);
}

/** What every kubelet may do: the rules of the role system:node, whoever may have changed it. */
export function nodeRules({ clusterroles }: BootstrapRoles): CompiledRule[] {
  const role = clusterroles.find(({ metadata }) => metadata.name === "system:node");
  return objectsIn(role ?? {}, "rules").map((rule) => compileRule(policyRule(rule)));
}
