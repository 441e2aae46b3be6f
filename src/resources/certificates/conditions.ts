import {
  duplicateField,
  forbiddenField,
  invalidField,
  notSupportedField,
  requiredField,
  type FieldError,
} from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, isObject, type JsonObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects, structAt } from "../../object/parts.ts";
import { asObject, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { diffOf } from "../pod-spec/internal-form.ts";
import { shownAs, type ShownMembers } from "../pod-spec/shown.ts";

const at = FieldPath.root.child("status").child("conditions");

/** Conditions that are only ever true: a decision is made or not. */
const DECISIONS: ReadonlySet<string> = new Set(["Approved", "Denied", "Failed"]);
const APPROVALS = ["Approved", "Denied"];

/** The conditions of a request. */
export function conditionsOf(object: ReadonlyJsonObject): readonly ReadonlyJsonObject[] {
  return objectsIn(objectIn(object, "status"), "conditions");
}

/** What is wrong with the conditions of a request as such. */
export function conditionFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  conditionsOf(object).forEach((condition, i) => {
    const type = stringIn(condition, "type");
    const status = stringIn(condition, "status");
    if (type === "") faults.push(requiredField(at.index(i).child("type")));
    const allowed = DECISIONS.has(type) ? ["True"] : ["False", "True", "Unknown"];
    if (status === "") faults.push(requiredField(at.index(i).child("status")));
    else if (!allowed.includes(status)) faults.push(notSupportedField(at.index(i).child("status"), status, allowed));
    const other = type === "Approved" ? "Denied" : type === "Denied" ? "Approved" : undefined;
    if (other !== undefined && seen.has(other)) {
      faults.push(invalidField(at, type, "Approved and Denied conditions are mutually exclusive"));
    }
    if (seen.has(type)) faults.push(duplicateField(at.index(i).child("type"), type));
    seen.add(type);
  });
  return faults;
}

const conditionShown: ShownMembers = [
  ["Type", "type", ""],
  ["Status", "status", ""],
  ["Reason", "reason", ""],
  ["Message", "message", ""],
  ["LastUpdateTime", "lastUpdateTime", null],
  ["LastTransitionTime", "lastTransitionTime", null],
];
const shown = (list: readonly ReadonlyJsonObject[]): ReadonlyJson => list.map((one) => shownAs(one, conditionShown));

/** Decisions stay; approvals come and change only through their own door. */
export function conditionChangeFaults(object: KubeObject, old: KubeObject, approving: boolean): FieldError[] {
  const faults: FieldError[] = [];
  const of = (one: KubeObject, type: string): readonly ReadonlyJsonObject[] =>
    conditionsOf(one).filter((c) => stringIn(c, "type") === type);
  for (const type of DECISIONS) {
    if (of(object, type).length < of(old, type).length) {
      faults.push(forbiddenField(at, `updates may not remove a condition of type "${type}"`));
    }
  }
  if (approving) return faults;
  for (const type of APPROVALS) {
    const [now, before] = [of(object, type), of(old, type)];
    if (now.length > before.length) faults.push(forbiddenField(at, `updates may not add a condition of type "${type}"`));
    else if (now.length === before.length && !equalJson([...now], [...before])) {
      faults.push(forbiddenField(at, `updates may not modify a condition of type "${type}"\n${diffOf(shown(before), shown(now))}`));
    }
  }
  return faults;
}

/** Conditions without times are of now; one that stood before keeps when it came. */
export function stampConditions(object: KubeObject, old: KubeObject, now: string): void {
  for (const condition of ownConditions(object)) {
    condition["lastUpdateTime"] ??= now;
    if (condition["lastTransitionTime"] !== undefined && condition["lastTransitionTime"] !== null) continue;
    const before = conditionsOf(old).find(
      (one) =>
        stringIn(one, "type") === condition["type"] &&
        stringIn(one, "status") === condition["status"] &&
        stringIn(one, "lastTransitionTime") !== "",
    );
    condition["lastTransitionTime"] = before === undefined ? now : stringIn(before, "lastTransitionTime");
  }
}

/** Puts the stored approvals back where a writer of the status sent as many of them. */
export function keepApprovals(object: KubeObject, old: KubeObject): void {
  const list = ownConditions(object);
  for (const type of APPROVALS) {
    const before = conditionsOf(old).filter((one) => stringIn(one, "type") === type);
    const places = list.flatMap((one, i) => (one["type"] === type ? [i] : []));
    if (before.length !== places.length) continue;
    places.forEach((place, i) => (list[place] = structuredClone(asObject(before[i])) as JsonObject));
  }
  if (isObject(object["status"]) && list.length > 0) object["status"]["conditions"] = list;
}

function ownConditions(object: KubeObject): JsonObject[] {
  return objects(structAt(object, "status")?.["conditions"]);
}
