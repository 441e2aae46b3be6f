import { fieldErrorsText } from "../../object/field-error-message.ts";
import { invalidField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, objectIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { ValueValidator } from "../../schema/validate-value.ts";
import { embeddedFaults } from "./embedded-faults.ts";
import { RuleValidator } from "./rule-validator.ts";
import { MAX_SCHEMA_DEPTH, META_MEMBERS } from "./schema-parts.ts";

const EMBEDDED = "x-kubernetes-embedded-resource";

/** Within what a part of a schema stands. */
interface Standing {
  /** The schema of the object that a default is to lie in, and that object around it. */
  readonly root: ReadonlyJsonObject;
  readonly around: (value: ReadonlyJson) => ReadonlyJson;
  /** In what the object says of itself. */
  readonly insideMeta: boolean;
}

/** Faults of the defaults of a structural schema: they are valid by their own schemas, name no unknown fields and break no rules. */
export function defaultFaults(schema: ReadonlyJsonObject, at: FieldPath): FieldError[] {
  const faults: FieldError[] = [];
  checkDefaults({ ...schema, [EMBEDDED]: true }, at, newStanding(schema), faults, new ValueValidator(), 0);
  return faults;
}

function newStanding(root: ReadonlyJsonObject): Standing {
  const type = { apiVersion: "validation/v1", kind: "Validation" };
  return { root, around: (value) => (isObject(value) ? { ...type, ...value } : type), insideMeta: false };
}

function checkDefaults(
  schema: ReadonlyJsonObject,
  at: FieldPath,
  outer: Standing,
  faults: FieldError[],
  validator: ValueValidator,
  depth: number,
): void {
  if (depth > MAX_SCHEMA_DEPTH) return;
  const embedded = getOwn(schema, EMBEDDED) === true;
  const standing = embedded ? newStanding(schema) : outer;
  const value = getOwn(schema, "default");
  if (value !== undefined && value !== null) {
    const place = at.child("default");
    if (standing.insideMeta) faults.push(...metaFaults(value, schema, place, standing, validator));
    else {
      if (hasUnknown(value, schema)) faults.push(invalidField(place, value, "must not have unknown fields"));
      faults.push(...valueFaults(value, schema, String(place), validator));
    }
  }
  const items = getOwn(schema, "items");
  if (isObject(items)) {
    const around = (one: ReadonlyJson): ReadonlyJson => standing.around([one]);
    checkDefaults(items, at.child("items"), { ...standing, around }, faults, validator, depth + 1);
  }
  const properties = objectIn(schema, "properties");
  for (const name of sortedKeys(properties)) {
    const property = getOwn(properties, name);
    if (!isObject(property)) continue;
    const around = (one: ReadonlyJson): ReadonlyJson => standing.around({ [name]: one });
    const insideMeta = standing.insideMeta || (embedded && META_MEMBERS.has(name));
    checkDefaults(property, at.child("properties").key(name), { ...standing, around, insideMeta }, faults, validator, depth + 1);
  }
}

/** Of a default in what an object says of itself: that object is to be one. */
function metaFaults(
  value: ReadonlyJson,
  schema: ReadonlyJsonObject,
  place: FieldPath,
  { around, root }: Standing,
  validator: ValueValidator,
): FieldError[] {
  const found = embeddedFaults(around(value), { ...root, [EMBEDDED]: true });
  if (found.length === 0) return schemaFaultsOf(value, schema, String(place), validator);
  return [invalidField(place, value, `must result in valid metadata: ${fieldErrorsText(found)}`)];
}

/** What the first judge to find anything finds: what objects within say of themselves, the schema's words, its rules. */
function valueFaults(value: ReadonlyJson, schema: ReadonlyJsonObject, place: string, validator: ValueValidator): FieldError[] {
  const embedded = embeddedFaults(value, schema);
  if (embedded.length > 0)
    return embedded.map((fault) => ({ ...fault, field: `${place}${fault.field.startsWith("[") ? "" : "."}${fault.field}` }));
  return schemaFaultsOf(value, schema, place, validator);
}

function schemaFaultsOf(value: ReadonlyJson, schema: ReadonlyJsonObject, place: string, validator: ValueValidator): FieldError[] {
  const found = validator.validate(value, schema);
  if (found.length > 0) return found.map((fault) => ({ ...fault, field: fault.field === "" ? place : `${place}.${fault.field}` }));
  return RuleValidator.of(schema)?.defaultFaults(value, place) ?? [];
}

function hasUnknown(value: ReadonlyJson, schema: ReadonlyJsonObject): boolean {
  if (getOwn(schema, "x-kubernetes-preserve-unknown-fields") === true) return false;
  const items = getOwn(schema, "items");
  if (Array.isArray(value)) return isObject(items) && (value as readonly ReadonlyJson[]).some((item) => hasUnknown(item, items));
  if (!isObject(value)) return false;
  const properties = objectIn(schema, "properties");
  const additional = getOwn(schema, "additionalProperties");
  const embedded = getOwn(schema, EMBEDDED) === true;
  return Object.entries(value).some(([key, member]) => {
    if (member === undefined || (embedded && META_MEMBERS.has(key))) return false;
    const property = getOwn(properties, key);
    if (isObject(property)) return hasUnknown(member, property);
    if (isObject(additional)) return hasUnknown(member, additional);
    return !isSet(schema, "additionalProperties") || additional === false;
  });
}
