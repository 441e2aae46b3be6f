import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { copyJson, equalJson, getOwn, isObject, type JsonObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { qualifiedNameRules } from "../../object/names.ts";
import { compareQuantity } from "../../object/quantity.ts";
import { isSet, listIn, objectIn, stringIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { immutable } from "../../validation/changes.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { restore } from "../keep-old.ts";
import { persistentVolumeClaimSpec, sourcedClaimSpec } from "../pod-spec/claim-spec.ts";
import { diffOf } from "../pod-spec/internal-form.ts";
import { checkResourceAmount, resourceNames } from "../pod-spec/resources.ts";
import { isNativeResource } from "../pod-spec/resource-names.ts";
import { claimSpecShown } from "../pod-spec/shown-volumes.ts";
import { shownAs } from "../pod-spec/shown.ts";
import { specAt } from "../spec-and-status.ts";
import { checkBasicAmount } from "./persistent-volume-validation.ts";
import { classAnnotation } from "./volume-class.ts";

/** Faults of a claim's spec; `old` is what it was before an update. */
export function validateClaim(object: KubeObject, old?: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const oldSpec = objectIn(old ?? {}, "spec");
  const rules = isSet(oldSpec, "dataSource") || isSet(oldSpec, "dataSourceRef") ? sourcedClaimSpec : persistentVolumeClaimSpec;
  rules(objectIn(object, "spec"), specAt, faults, undefined);
  return faults;
}

/** The class may move from the annotation to the field, as long as it stays the same. */
function movesClass(object: KubeObject, old: KubeObject): boolean {
  const before = old.metadata.annotations?.[classAnnotation];
  const after = object.metadata.annotations?.[classAnnotation];
  const named = objectIn(object, "spec")["storageClassName"];
  return (
    before !== undefined &&
    !isSet(objectIn(old, "spec"), "storageClassName") &&
    named === before &&
    (after === undefined || after === before)
  );
}

/** The spec as it is compared with the old one: what may change has the old one's value. */
function fixedSpec(object: KubeObject, old: KubeObject): JsonObject {
  const spec = copyJson(objectIn(object, "spec")) as JsonObject;
  const oldSpec = objectIn(old, "spec");
  if (stringIn(oldSpec, "volumeName") === "") restore(spec, oldSpec, "volumeName");
  const annotated = old.metadata.annotations?.[classAnnotation];
  if (movesClass(object, old)) delete spec["storageClassName"];
  else if (!isSet(oldSpec, "storageClassName") && (annotated === undefined || spec["storageClassName"] === annotated))
    restore(spec, oldSpec, "storageClassName");
  if (stringIn(objectIn(object, "status"), "phase") !== "Bound") return spec;
  const { resources } = spec;
  if (isObject(resources) && isObject(resources["requests"])) {
    restore(resources["requests"], objectIn(objectIn(oldSpec, "resources"), "requests"), "storage");
  }
  restore(spec, oldSpec, "volumeAttributesClassName");
  return spec;
}

/** Lists and maps without members count as absent. */
function withoutEmpty(value: ReadonlyJson | undefined): ReadonlyJson | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutEmpty(member)]));
}

/** Faults of what became of a claim. */
export function validateClaimChange(object: KubeObject, old: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  const oldSpec = objectIn(old, "spec");
  if (!movesClass(object, old)) {
    const [after, before] = [object, old].map(({ metadata }) => metadata.annotations?.[classAnnotation] ?? "");
    immutable()(after, before, FieldPath.root.child("metadata", "annotations", classAnnotation), faults, undefined);
  }
  const fixed = fixedSpec(object, old);
  // A volume is given to a claim once, and compared as if it always had it.
  const before = stringIn(oldSpec, "volumeName") === "" ? { ...oldSpec, volumeName: spec["volumeName"] } : oldSpec;
  const now = stringIn(oldSpec, "volumeName") === "" ? { ...fixed, volumeName: spec["volumeName"] } : fixed;
  if (!equalJson(withoutEmpty(now), withoutEmpty(before))) {
    const detail = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    faults.push(forbiddenField(specAt, `${detail}\n${diffOf(shownAs(before, claimSpecShown), shownAs(now, claimSpecShown))}`));
  }
  const storage = (holder: ReadonlyJsonObject, list: string) => asQuantity(objectIn(holder, list)["storage"]);
  const size = storage(objectIn(spec, "resources"), "requests");
  if (
    compareQuantity(size, storage(objectIn(oldSpec, "resources"), "requests")) < 0 &&
    compareQuantity(size, storage(objectIn(old, "status"), "capacity")) <= 0
  ) {
    faults.push(forbiddenField(specAt.child("resources", "requests", "storage"), "field can not be less than status.capacity"));
  }
  immutable()(spec["volumeMode"], oldSpec["volumeMode"], FieldPath.root.child("volumeMode"), faults, undefined);
  checkAttributesClassChange(spec, old, faults);
  return faults;
}

const attributesClass = "volumeAttributesClassName";

/** A class that the volume has got can be left for another one only (KEP-3751). */
function checkAttributesClassChange(spec: ReadonlyJsonObject, old: KubeObject, faults: FieldError[]): void {
  const [now, before] = [spec, objectIn(old, "spec")].map((one) => getOwn(one, attributesClass) ?? null);
  if (now === before || (now !== null && now !== "") || !isSet(objectIn(old, "status"), "currentVolumeAttributesClassName")) return;
  const detail = `update to ${now === null ? "nil" : "empty string"} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  faults.push(forbiddenField(specAt.child(attributesClass), detail));
}

const resizeStates = [
  "ControllerResizeInProgress",
  "ControllerResizeInfeasible",
  "NodeResizeInProgress",
  "NodeResizeInfeasible",
  "NodeResizePending",
];

/** Of Kubernetes' own resources, a claim has storage alone. */
function checkResourceKey(name: string, at: FieldPath, faults: FieldError[]): boolean {
  const messages = qualifiedNameRules(name);
  for (const message of messages) faults.push(invalidField(at, name, message));
  const foreign = messages.length === 0 && isNativeResource(name) && name !== "storage";
  if (foreign) faults.push(notSupportedField(at, name, ["storage"]));
  return messages.length === 0 && !foreign;
}

/** Faults of a claim's status. */
export function validateClaimStatus(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const at = FieldPath.root.child("status");
  const status = objectIn(object, "status");
  if (listIn(objectIn(object, "spec"), "accessModes").length === 0) faults.push(requiredField("Spec.accessModes"));
  const capacity = objectIn(status, "capacity");
  for (const name of resourceNames(capacity)) checkBasicAmount(getOwn(capacity, name), at.child("capacity").key(name), faults);
  const states = objectIn(status, "allocatedResourceStatuses");
  const statesAt = at.child("allocatedResourceStatuses");
  for (const name of sortedKeys(states)) {
    checkResourceKey(name, statesAt, faults);
    if (!resizeStates.includes(stringIn(states, name))) faults.push(notSupportedField(statesAt, name, resizeStates));
  }
  const allocated = objectIn(status, "allocatedResources");
  const allocatedAt = at.child("allocatedResources");
  for (const name of resourceNames(allocated)) {
    if (!checkResourceKey(name, allocatedAt, faults)) continue;
    const place = allocatedAt.key(name);
    if (checkBasicAmount(getOwn(allocated, name), place, faults))
      checkResourceAmount("storage", asQuantity(getOwn(allocated, name)), place, faults);
  }
  return faults;
}
