import { jsonKind } from "../../codec/json-kind.ts";
import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { parseGroupVersion } from "../../object/kube-object.ts";
import { kindName } from "../../object/names.ts";
import { walkValue } from "../../schema/walk-value.ts";
import { embeddedMetaFaults } from "../../validation/object-meta.ts";

/** Faults of the objects that lie within a value: each says what it is, and its metadata is as that of any object. */
export function embeddedFaults(value: ReadonlyJson, openapi: ReadonlyJsonObject): FieldError[] {
  const faults: FieldError[] = [];
  for (const { value: part, schema, path } of walkValue(value, openapi)) {
    if (!isObject(part) || getOwn(schema, "x-kubernetes-embedded-resource") !== true) continue;
    const at = path === "" ? FieldPath.root : FieldPath.root.child(path);
    checkKind(part, at, faults);
    const metadata = getOwn(part, "metadata") ?? undefined;
    const place = at.child("metadata");
    if (isObject(metadata)) faults.push(...embeddedMetaFaults(metadata, place));
    else if (metadata !== undefined) {
      faults.push(invalidField(place, metadata, `json: cannot unmarshal ${jsonKind(metadata)} into Go value of type v1.ObjectMeta`));
    }
  }
  return faults;
}

/** What is text of an object's type; undefined: it is at fault. */
function textOf(object: ReadonlyJsonObject, name: string, at: FieldPath, faults: FieldError[]): string | undefined {
  const value = getOwn(object, name) ?? "";
  if (typeof value === "string" && value !== "") return value;
  faults.push(value === "" ? requiredField(at.child(name)) : invalidField(at.child(name), value, "must be a string"));
  return undefined;
}

function checkKind(object: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const apiVersion = textOf(object, "apiVersion", at, faults);
  if (apiVersion !== undefined && parseGroupVersion(apiVersion) === undefined) {
    faults.push(invalidField(at.child("apiVersion"), apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  }
  const kind = textOf(object, "kind", at, faults);
  if (kind !== undefined) for (const problem of kindName(kind)) faults.push(invalidField(at.child("kind"), kind, problem));
}
