import { resourceQuestion, type Authorizer } from "../../authorization/authorizer.ts";
import { PRIVILEGED_GROUP } from "../../authorization/privileged.ts";
import { missingRules } from "../../authorization/rbac/covers.ts";
import { describeRule, EVERYTHING, EVERY_PATH, policyRule, type PolicyRule } from "../../authorization/rbac/policy-rule.ts";
import { roleRefOf, type RbacIndex } from "../../authorization/rbac/rbac-index.ts";
import { heldRules } from "../../authorization/rbac/rbac.ts";
import { equalJson } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectsIn } from "../../object/read.ts";
import { forbidden, notFound } from "../../object/status.ts";
import { compareTexts } from "../../object/text-order.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { writesItself } from "../attributes.ts";

const GROUP = "rbac.authorization.k8s.io";
/** Whoever may everything may let a ClusterRole gather what it likes. */
const FULL_AUTHORITY: readonly PolicyRule[] = [EVERYTHING, EVERY_PATH];

/**
 * Nobody grants by a role or binding what they do not hold, unless they may `escalate` the role or `bind` it
 * (reference/access-authn-authz/rbac, privilege escalation prevention). Stands after all mutating plugins, since what they
 * add is granted as well, and is never turned off. Refusals: StatusError 403, and 404 for a role that is to be bound and
 * does not exist.
 */
export function escalationGuard(index: RbacIndex, authorize: Authorizer): AdmissionPlugin {
  const may = async (verb: string, asked: AdmissionAttributes, resource: string, name: string): Promise<boolean> => {
    const { user, namespace } = asked;
    const { decision } = await authorize(resourceQuestion({ user, verb, namespace, apiGroup: GROUP, apiVersion: "*", resource, name }));
    return decision === "allow";
  };
  return {
    name: "privilege escalation",
    handles: (asked) => asked.definition.group === GROUP && writesItself(asked),
    async mutate(asked) {
      const { object, oldObject, user, definition } = asked;
      if (object === undefined || user.groups.includes(PRIVILEGED_GROUP)) return;
      if (oldObject !== undefined && changesOnlyOwners(object, oldObject)) return;
      if (definition.plural === "roles" || definition.plural === "clusterroles") {
        if (await may("escalate", asked, definition.plural, asked.operation === "CREATE" ? "" : asked.name)) return;
        refuseUnheld(index, asked, objectsIn(object, "rules").map(policyRule));
        if (aggregates(object) || (oldObject !== undefined && aggregates(oldObject))) refuseAggregation(index, asked);
        return;
      }
      const roleRef = roleRefOf(object);
      const roles = roleRef.kind === "ClusterRole" ? "clusterroles" : roleRef.kind === "Role" ? "roles" : undefined;
      // A reference to another kind of role is validation's to refuse.
      if (roles === undefined || (await may("bind", asked, roles, roleRef.name))) return;
      const rules = index.rulesOf(roleRef, asked.namespace);
      if (rules === undefined) throw notFound({ group: GROUP, plural: roles }, roleRef.name);
      refuseUnheld(
        index,
        asked,
        rules.map(({ rule }) => rule),
      );
    },
  };
}

function refuseUnheld(index: RbacIndex, asked: AdmissionAttributes, wanted: readonly PolicyRule[]): void {
  const { user, namespace } = asked;
  const { rules, faults } = heldRules(index, user, namespace);
  const missing = missingRules(rules, wanted);
  if (missing?.length === 0) return;
  const list = missing === undefined ? "(more permissions than can be compared)" : describe(missing);
  const groups = user.groups.map((group) => JSON.stringify(group)).join(" ");
  const problem = `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${list}`;
  throw refuse(asked, faults.length === 0 ? problem : `${problem}; resolution errors: [${faults.join(", ")}]`);
}

function refuseAggregation(index: RbacIndex, asked: AdmissionAttributes): void {
  const { rules } = heldRules(index, asked.user, asked.namespace);
  if (missingRules(rules, FULL_AUTHORITY)?.length !== 0)
    throw refuse(asked, "must have cluster-admin privileges to use the aggregationRule");
}

function refuse({ ref, object }: AdmissionAttributes, text: string): Error {
  return forbidden(ref, object?.metadata.name ?? "", text);
}

function aggregates(role: KubeObject): boolean {
  return role["aggregationRule"] !== undefined;
}

/** What the garbage collector and finalizers' owners write: it grants nothing. */
function changesOnlyOwners(object: KubeObject, old: KubeObject): boolean {
  const { ownerReferences: _, finalizers: __, managedFields: ___, ...metadata } = object.metadata;
  const { ownerReferences: _o, finalizers: _f, managedFields: _m, ...before } = old.metadata;
  return equalJson({ ...object, metadata }, { ...old, metadata: before });
}

/** Missing permissions as lines; those that differ in the verb only are one. */
function describe(missing: readonly PolicyRule[]): string {
  const byPlace = new Map<string, { readonly rule: PolicyRule; readonly verbs: Set<string> }>();
  for (const rule of missing) {
    const isPath = rule.nonResourceURLs.length > 0;
    const place = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs, isPath ? rule.verbs : ""]);
    const known = byPlace.get(place);
    if (known === undefined) byPlace.set(place, { rule, verbs: new Set(rule.verbs) });
    else for (const verb of rule.verbs) known.verbs.add(verb);
  }
  const lines = [...byPlace.values()].map(({ rule, verbs }) => describeRule({ ...rule, verbs: [...verbs] }));
  return lines.sort(compareTexts).join("\n");
}
