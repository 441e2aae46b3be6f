import { readFileSync } from "node:fs";
import { join } from "node:path";
import { missingRules } from "../authorization/rbac/covers.ts";
import { policyRule, type PolicyRule } from "../authorization/rbac/policy-rule.ts";
import { copyJson, equalJson, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn, objectsIn } from "../object/read.ts";
import type { ResourceRef } from "../object/status.ts";
import { ignoringAbsence } from "../registry/ignoring-absence.ts";
import type { SystemClient } from "../registry/system-client.ts";

const GROUP = "rbac.authorization.k8s.io";
/** Set to "false" by whoever wants to keep a bootstrap role as it is (reference/access-authn-authz/rbac). */
const AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";

/** The roles and bindings of a release, by their plural names. */
export type BootstrapRoles = Readonly<Record<"clusterroles" | "clusterrolebindings" | "roles" | "rolebindings", readonly KubeObject[]>>;

/** Reads the table of a release's roles and bindings. */
export function readBootstrapRoles(directory: string): BootstrapRoles {
  const table = JSON.parse(readFileSync(join(directory, "rbac.json"), "utf8")) as Record<string, KubeObject[]>;
  const of = (name: string): KubeObject[] => table[name] ?? [];
  return {
    clusterroles: of("clusterRoles"),
    clusterrolebindings: of("clusterRoleBindings"),
    roles: of("roles"),
    rolebindings: of("roleBindings"),
  };
}

/**
 * Sees to it that every bootstrap role and binding exists and grants at least what it should: what is missing is added,
 * what somebody added stays, and an object whose autoupdate annotation is "false" is left alone. Safe to repeat, by
 * several replicas at once. The writes go out together, so that the store commits them together.
 */
export async function bootstrapRoles(client: SystemClient, wanted: BootstrapRoles): Promise<void> {
  const work: Promise<void>[] = [];
  for (const plural of ["clusterroles", "clusterrolebindings", "roles", "rolebindings"] as const) {
    for (const object of wanted[plural]) work.push(reconcile(client, { group: GROUP, plural }, object));
  }
  await Promise.all(work);
}

async function reconcile(client: SystemClient, resource: ResourceRef, wanted: KubeObject): Promise<void> {
  const { namespace = "", name = "" } = wanted.metadata;
  const found = await client.get(resource, namespace, name);
  if (found === undefined) {
    await client.ensure(resource, copyJson(wanted));
    return;
  }
  if (found.metadata.annotations?.[AUTO_UPDATE] === "false" || completed(found, wanted) === undefined) return;
  if (!equalJson(objectIn(found, "roleRef"), objectIn(wanted, "roleRef"))) {
    // A binding's role never changes, so the binding is made anew.
    await client.remove(resource, namespace, name);
    await client.ensure(resource, copyJson(wanted));
    return;
  }
  // What somebody removes meanwhile the next start creates.
  await ignoringAbsence(client.update(resource, namespace, name, (current) => completed(current, wanted)));
}

/** The object with all that it lacks; undefined where it lacks nothing. */
function completed(found: KubeObject, wanted: KubeObject): KubeObject | undefined {
  const next = copyJson(found);
  for (const map of ["labels", "annotations"] as const) {
    const merged = { ...wanted.metadata[map], ...found.metadata[map] };
    if (Object.keys(merged).length > 0) next.metadata[map] = merged;
  }
  addRules(next, wanted);
  if (wanted["subjects"] !== undefined) next["subjects"] = union(objectsIn(found, "subjects"), objectsIn(wanted, "subjects"));
  if (wanted["aggregationRule"] !== undefined) {
    const selectors = (object: KubeObject) => objectsIn(objectIn(object, "aggregationRule"), "clusterRoleSelectors");
    next["aggregationRule"] = { clusterRoleSelectors: union(selectors(found), selectors(wanted)) };
  }
  const sameRole = equalJson(objectIn(found, "roleRef"), objectIn(wanted, "roleRef"));
  return sameRole && equalJson(next, found) ? undefined : next;
}

/** An aggregated role's rules are its controller's. */
function addRules(next: KubeObject, wanted: KubeObject): void {
  if (wanted["aggregationRule"] !== undefined || equalJson(next["rules"], wanted["rules"])) return;
  const rulesOf = (object: KubeObject): PolicyRule[] => objectsIn(object, "rules").map(policyRule);
  const missing = missingRules(rulesOf(next), rulesOf(wanted)) ?? [];
  if (missing.length > 0) next["rules"] = [...(objectsIn(next, "rules") as JsonObject[]), ...missing.map(ruleObject)];
}

function ruleObject(rule: PolicyRule): JsonObject {
  const lists = Object.entries(rule).filter(([, list]: [string, readonly string[]]) => list.length > 0);
  return Object.fromEntries(lists.map(([name, list]: [string, readonly string[]]) => [name, [...list]]));
}

/** The items of `found`, then those of `wanted` that are not among them. */
function union(found: readonly ReadonlyJsonObject[], wanted: readonly ReadonlyJsonObject[]): JsonValue {
  const missing = wanted.filter((item) => !found.some((present) => equalJson(present, item)));
  return copyJson([...found, ...missing]) as JsonValue;
}
