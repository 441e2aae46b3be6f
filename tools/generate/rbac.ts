import type { ReadonlyJson, ReadonlyJsonObject } from "../../src/object/json.ts";
import type { Facts } from "./facts.ts";

interface BootstrapObject extends ReadonlyJsonObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: ReadonlyJson | undefined };
}

const files = {
  clusterRoles: ["cluster-roles", "controller-roles"],
  clusterRoleBindings: ["cluster-role-bindings", "controller-role-bindings"],
  roles: ["namespace-roles"],
  roleBindings: ["namespace-role-bindings"],
} as const;

const live = {
  clusterRoles: "live-clusterroles",
  clusterRoleBindings: "live-clusterrolebindings",
  roles: "live-roles",
  roleBindings: "live-rolebindings",
} as const;

/** Roles and bindings that a server creates at its first start, as it was seen to create them. */
export function rbacTable(facts: Facts): Record<keyof typeof files, BootstrapObject[]> {
  const read = (kind: keyof typeof files): BootstrapObject[] => {
    const seen = new Set(facts.read<BootstrapObject[]>(`rbac/${live[kind]}.json`).map(nameOf));
    return files[kind]
      .flatMap((file) => facts.read<BootstrapObject[]>(`rbac/${file}.json`))
      .filter((object) => seen.has(nameOf(object)))
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  };
  return {
    clusterRoles: read("clusterRoles"),
    clusterRoleBindings: read("clusterRoleBindings"),
    roles: read("roles"),
    roleBindings: read("roleBindings"),
  };
}

function nameOf(object: BootstrapObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}
