import { invalidField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, objectIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { ValueValidator } from "../../schema/validate-value.ts";

const MAX_DEPTH = 200;
const META: ReadonlySet<string> = new Set(["metadata", "kind", "apiVersion"]);

/** Faults of the defaults of a structural schema: they are valid by their own schemas and name no unknown fields. */
export function defaultFaults(schema: ReadonlyJsonObject, at: FieldPath): FieldError[] {
  const faults: FieldError[] = [];
  checkDefaults(schema, at, faults, new ValueValidator(), 0);
  return faults;
}

function checkDefaults(schema: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], validator: ValueValidator, depth: number): void {
  if (depth > MAX_DEPTH) return;
  const value = getOwn(schema, "default");
  if (value !== undefined && value !== null) {
    const place = at.child("default");
    if (hasUnknown(value, schema)) faults.push(invalidField(place, value, "must not have unknown fields"));
    for (const fault of validator.validate(value, schema)) {
      faults.push({ ...fault, field: fault.field === "" ? String(place) : `${place}.${fault.field}` });
    }
  }
  const items = getOwn(schema, "items");
  if (isObject(items)) checkDefaults(items, at.child("items"), faults, validator, depth + 1);
  const properties = objectIn(schema, "properties");
  for (const name of sortedKeys(properties)) {
    const property = getOwn(properties, name);
    if (isObject(property)) checkDefaults(property, at.child("properties").key(name), faults, validator, depth + 1);
  }
}

function hasUnknown(value: ReadonlyJson, schema: ReadonlyJsonObject): boolean {
  if (getOwn(schema, "x-kubernetes-preserve-unknown-fields") === true) return false;
  const items = getOwn(schema, "items");
  if (Array.isArray(value)) return isObject(items) && (value as readonly ReadonlyJson[]).some((item) => hasUnknown(item, items));
  if (!isObject(value)) return false;
  const properties = objectIn(schema, "properties");
  const additional = getOwn(schema, "additionalProperties");
  const embedded = getOwn(schema, "x-kubernetes-embedded-resource") === true;
  return Object.entries(value).some(([key, member]) => {
    if (member === undefined || (embedded && META.has(key))) return false;
    const property = getOwn(properties, key);
    if (isObject(property)) return hasUnknown(member, property);
    if (isObject(additional)) return hasUnknown(member, additional);
    return !isSet(schema, "additionalProperties") || additional === false;
  });
}
