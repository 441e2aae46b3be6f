import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { equalJson, isObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain, pathSegmentName } from "../../object/names.ts";
import { objects } from "../../object/parts.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { findFaults, type Check } from "../../validation/check.ts";
import { required } from "../../validation/presence.ts";
import { oneOf, text } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";

const GROUP = "rbac.authorization.k8s.io";

/** Who may be bound, and which API group each belongs to. */
const SUBJECT_GROUPS: Readonly<Record<string, string>> = { ServiceAccount: "", User: GROUP, Group: GROUP };

function subject(namespaced: boolean): Check {
  return all(
    fields({ name: required() }),
    struct((value, at, faults, context) => {
      const kind = stringIn(value, "kind");
      const name = stringIn(value, "name");
      const group = Object.hasOwn(SUBJECT_GROUPS, kind) ? SUBJECT_GROUPS[kind] : undefined;
      if (group === undefined) {
        faults.push(notSupportedField(at.child("kind"), kind, ["ServiceAccount", "User", "Group"]));
        return;
      }
      if (kind === "ServiceAccount" && name !== "") text(dnsSubdomain)(name, at.child("name"), faults, context);
      if (stringIn(value, "apiGroup") !== group) faults.push(notSupportedField(at.child("apiGroup"), stringIn(value, "apiGroup"), [group]));
      if (kind === "ServiceAccount" && !namespaced && stringIn(value, "namespace") === "")
        faults.push(requiredField(at.child("namespace")));
    }),
  );
}

function binding(namespaced: boolean): KindBehaviour {
  const rules = fields({
    roleRef: fields({
      apiGroup: oneOf(GROUP),
      kind: namespaced ? oneOf("Role", "ClusterRole") : oneOf("ClusterRole"),
      name: required(text(pathSegmentName)),
    }),
    subjects: each(subject(namespaced)),
  });
  return {
    applyDefaults,
    strategy: {
      nameRule: pathSegmentName,
      validate: (object) => findFaults(rules, object),
      validateUpdate: (object, old) => [...findFaults(rules, object), ...roleRefFaults(object, old)],
    },
    cells: {
      Role: (object) => `${stringIn(objectIn(object, "roleRef"), "kind")}/${stringIn(objectIn(object, "roleRef"), "name")}`,
      Users: (object) => named(object, "User"),
      Groups: (object) => named(object, "Group"),
      ServiceAccounts: (object) => named(object, "ServiceAccount"),
    },
  };
}

function applyDefaults(object: KubeObject): void {
  const { roleRef, subjects } = object;
  if (!isObject(roleRef)) object["roleRef"] = { apiGroup: GROUP, kind: "", name: "" };
  else if (!roleRef["apiGroup"]) roleRef["apiGroup"] = GROUP;
  for (const one of objects(subjects)) {
    if (one["apiGroup"]) continue;
    const group = SUBJECT_GROUPS[stringIn(one, "kind")];
    if (group) one["apiGroup"] = group;
  }
}

/** What a binding grants never changes. The refused value is shown with the names that the original's own type has. */
function roleRefFaults(object: KubeObject, old: KubeObject): FieldError[] {
  const ref = objectIn(object, "roleRef");
  if (equalJson(ref, objectIn(old, "roleRef"))) return [];
  const shown = { APIGroup: stringIn(ref, "apiGroup"), Kind: stringIn(ref, "kind"), Name: stringIn(ref, "name") };
  return [invalidField("roleRef", shown, "cannot change roleRef")];
}

/** The subjects of a kind, as a cell shows them. */
function named(object: KubeObject, kind: string): string {
  return objectsIn(object, "subjects")
    .filter((one) => stringIn(one, "kind") === kind)
    .map((one) => (kind === "ServiceAccount" ? `${stringIn(one, "namespace")}/${stringIn(one, "name")}` : stringIn(one, "name")))
    .join(", ");
}

/** What RoleBindings do beyond the tables. */
export const roleBinding: KindBehaviour = binding(true);
/** What ClusterRoleBindings do beyond the tables. */
export const clusterRoleBinding: KindBehaviour = binding(false);
