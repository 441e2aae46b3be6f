import { forbiddenField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { checkLabelRequirement } from "../../validation/labels.ts";

const SPEC = FieldPath.root.child("spec");

/** The rules of the access reviews (authorization.k8s.io); `kind` says whose access, and where. */
export function reviewFaults(review: KubeObject, kind: "subject" | "local" | "self"): FieldError[] {
  const spec = objectIn(review, "spec");
  const faults = attributesFaults(spec);
  if (kind !== "self" && stringIn(spec, "user") === "" && listIn(spec, "groups").length === 0)
    faults.push(invalidField(SPEC.child("user"), "", "at least one of user or group must be specified"));
  faults.push(...selectorFaults(objectIn(spec, "resourceAttributes"), SPEC.child("resourceAttributes")));
  const { managedFields: _, namespace = "", ...rest } = review.metadata;
  if (Object.keys(rest).length > 0 || (kind !== "local" && namespace !== "")) {
    const detail = kind === "local" ? "must be empty except for namespace" : "must be empty";
    faults.push(invalidField("metadata", review.metadata, detail));
  }
  if (kind !== "local") return faults;
  const asked = stringIn(objectIn(spec, "resourceAttributes"), "namespace");
  if (isSet(spec, "resourceAttributes") && asked !== namespace)
    faults.push(invalidField(SPEC.child("resourceAttributes", "namespace"), asked, "must match metadata.namespace"));
  if (isSet(spec, "nonResourceAttributes"))
    faults.push(invalidField(SPEC.child("nonResourceAttributes"), shownPath(spec), "disallowed on this kind of request"));
  return faults;
}

/** A review asks of a resource or of a path. */
function attributesFaults(spec: ReadonlyJsonObject): FieldError[] {
  const [resource, path] = [isSet(spec, "resourceAttributes"), isSet(spec, "nonResourceAttributes")];
  if (resource && path) {
    const detail = "cannot be specified in combination with resourceAttributes";
    return [invalidField(SPEC.child("nonResourceAttributes"), shownPath(spec), detail)];
  }
  if (resource || path) return [];
  const detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
  return [invalidField(SPEC.child("resourceAttributes"), null, detail)];
}

/** The members as messages name them: those of the original's own type. */
function shownPath(spec: ReadonlyJsonObject): ReadonlyJsonObject {
  const attributes = objectIn(spec, "nonResourceAttributes");
  return { Path: stringIn(attributes, "path"), Verb: stringIn(attributes, "verb") };
}

function selectorFaults(attributes: ReadonlyJsonObject, at: FieldPath): FieldError[] {
  const faults: FieldError[] = [];
  for (const name of ["fieldSelector", "labelSelector"] as const) {
    if (!isSet(attributes, name)) continue;
    const selector = objectIn(attributes, name);
    const [raw, requirements] = [stringIn(selector, "rawSelector"), objectsIn(selector, "requirements")];
    const place = at.child(name);
    if (raw !== "" && requirements.length > 0)
      faults.push(invalidField(place.child("rawSelector"), raw, "may not specified at the same time as requirements"));
    if (raw === "" && requirements.length === 0) {
      const detail = `when ${String(place)} is specified, requirements or rawSelector is required`;
      faults.push(requiredField(place.child("requirements"), detail));
    }
    requirements.forEach((requirement, i) => {
      const where = place.child("requirements").index(i);
      if (name === "labelSelector") checkLabelRequirement(requirement, where, faults, { allowUnknownOperators: true });
      else checkFieldRequirement(requirement, where, faults);
    });
  }
  return faults;
}

/** Operators that are not known are let through: newer clients may know more. */
function checkFieldRequirement(requirement: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  if (stringIn(requirement, "key") === "") faults.push(requiredField(at.child("key"), "must be specified"));
  const operator = getOwn(requirement, "operator");
  const count = listIn(requirement, "values").length;
  if ((operator === "In" || operator === "NotIn") && count === 0)
    faults.push(requiredField(at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
  if ((operator === "Exists" || operator === "DoesNotExist") && count > 0)
    faults.push(forbiddenField(at.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
}
