import { RE2JS } from "re2js";
import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn, stringIn, stringsIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { ValueValidator } from "../../schema/validate-value.ts";
import { ruleFaults } from "./validate-rules.ts";
import { structuralFaults } from "./validate-structure.ts";

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];
/** Keywords of JSON Schema that definitions may not use. */
const UNSUPPORTED = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] as const;
const MAX_DEPTH = 200;

/** Faults of a version's openAPIV3Schema (concepts/extend-kubernetes, CustomResourceDefinition: structural schemas). */
export function schemaFaults(schema: ReadonlyJsonObject, at: FieldPath): FieldError[] {
  const faults: FieldError[] = [];
  if (getOwn(schema, "nullable") === true) faults.push(forbiddenField(`${at}.nullable`, "nullable cannot be true at the root"));
  const hasStructuralForm = checkKeywords(schema, at, faults, 0);
  if (!hasStructuralForm) return faults;
  const structural = structuralFaults(schema, at);
  faults.push(...structural);
  if (structural.length > 0) return faults;
  const defaults: FieldError[] = [];
  checkDefaults(schema, at, defaults, new ValueValidator(), 0);
  // What expressions mean is asked only of a schema that means something itself.
  const compiles = defaults.length === 0 && !faults.some(({ type }) => type === "NotSupported");
  return [...faults, ...ruleFaults(schema, at, compiles), ...defaults];
}

/** Whether there is a default anywhere in a schema. */
export function hasDefaults(schema: ReadonlyJsonObject, depth = 0): boolean {
  const own = getOwn(schema, "default");
  if (own !== undefined && own !== null) return true;
  return depth < MAX_DEPTH && subschemas(schema, FieldPath.root).some((sub) => hasDefaults(sub.schema, depth + 1));
}

/** The subschemas of a schema, each with where it lies. */
export function subschemas(schema: ReadonlyJsonObject, at: FieldPath): { readonly schema: ReadonlyJsonObject; readonly at: FieldPath }[] {
  const found: { schema: ReadonlyJsonObject; at: FieldPath }[] = [];
  const add = (value: ReadonlyJson | undefined, place: FieldPath): void => {
    if (isObject(value)) found.push({ schema: value, at: place });
  };
  add(getOwn(schema, "items"), at.child("items"));
  const properties = objectIn(schema, "properties");
  for (const name of sortedKeys(properties)) add(getOwn(properties, name), at.child("properties").key(name));
  add(getOwn(schema, "additionalProperties"), at.child("additionalProperties"));
  add(getOwn(schema, "not"), at.child("not"));
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    const list = getOwn(schema, keyword);
    if (Array.isArray(list)) for (const [index, one] of list.entries()) add(one as ReadonlyJson, at.child(keyword).index(index));
  }
  return found;
}

/** False: the schema has keywords that the structural form cannot hold at all, so that nothing more can be said of it. */
function checkKeywords(schema: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], depth: number): boolean {
  if (depth > MAX_DEPTH) return true;
  let hasStructuralForm = true;
  const type = stringIn(schema, "type");
  for (const keyword of UNSUPPORTED) {
    const value = getOwn(schema, keyword);
    if (value === undefined || value === null || value === "" || equalJson(value, {})) continue;
    faults.push(forbiddenField(at.child(keyword), `${keyword} is not supported`));
    hasStructuralForm = false;
  }
  if (type === "null") faults.push(forbiddenField(at.child("type"), "type cannot be set to null, use nullable as an alternative"));
  else if (type !== "" && !TYPES.includes(type)) faults.push(notSupportedField(at.child("type"), type, TYPES));
  if (Array.isArray(getOwn(schema, "items"))) {
    faults.push(forbiddenField(at.child("items"), "items must be a schema object and not an array"));
    hasStructuralForm = false;
  }
  if (getOwn(schema, "uniqueItems") === true) {
    faults.push(
      forbiddenField(at.child("uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"),
    );
  }
  const pattern = stringIn(schema, "pattern");
  if (pattern !== "") {
    const problem = patternProblem(pattern);
    if (problem !== undefined)
      faults.push(invalidField(at.child("pattern"), pattern, `must be a valid regular expression, but isn't: ${problem}`));
  }
  const additional = getOwn(schema, "additionalProperties");
  if (additional !== undefined && additional !== null && Object.keys(objectIn(schema, "properties")).length > 0 && additional !== false) {
    faults.push(forbiddenField(at.child("additionalProperties"), "additionalProperties and properties are mutual exclusive"));
  }
  for (const sub of subschemas(schema, at)) if (!checkKeywords(sub.schema, sub.at, faults, depth + 1)) hasStructuralForm = false;
  checkExtensions(schema, type, at, faults);
  return hasStructuralForm;
}

function patternProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The x-kubernetes- keywords that say how lists and maps are merged. */
function checkExtensions(schema: ReadonlyJsonObject, type: string, at: FieldPath, faults: FieldError[]): void {
  if (getOwn(schema, "x-kubernetes-preserve-unknown-fields") === false) {
    faults.push(invalidField(at.child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"));
  }
  const mustBe = (wanted: string, keyword: string): void => {
    const detail = `must be ${wanted} if ${keyword} is specified`;
    faults.push(type === "" ? requiredField(at.child("type"), detail) : invalidField(at.child("type"), type, detail));
  };
  const mapType = getOwn(schema, "x-kubernetes-map-type");
  if (typeof mapType === "string") {
    if (type !== "object") mustBe("object", "x-kubernetes-map-type");
    if (mapType !== "atomic" && mapType !== "granular") {
      faults.push(notSupportedField(at.child("x-kubernetes-map-type"), mapType, ["atomic", "granular"]));
    }
  }
  const listType = getOwn(schema, "x-kubernetes-list-type");
  if (typeof listType === "string") {
    if (type !== "array") mustBe("array", "x-kubernetes-list-type");
    else if (!["atomic", "set", "map"].includes(listType)) {
      faults.push(notSupportedField(at.child("x-kubernetes-list-type"), listType, ["atomic", "set", "map"]));
    }
  }
  const keys = stringsIn(schema, "x-kubernetes-list-map-keys");
  if (keys.length > 0 && listType !== "map") {
    const detail = "must be map if x-kubernetes-list-map-keys is non-empty";
    const place = at.child("x-kubernetes-list-type");
    faults.push(typeof listType === "string" ? invalidField(place, listType, detail) : requiredField(place, detail));
  }
  if (listType === "map") checkMapList(schema, keys, at, faults);
  if (listType === "set") checkSetList(schema, at.child("items"), faults);
}

function checkMapList(schema: ReadonlyJsonObject, keys: readonly string[], at: FieldPath, faults: FieldError[]): void {
  const place = at.child("x-kubernetes-list-map-keys");
  if (keys.length === 0) faults.push(requiredField(place, "must not be empty if x-kubernetes-list-type is map"));
  const items = getOwn(schema, "items");
  if (!isObject(items)) {
    faults.push(requiredField(at.child("items"), "must have a schema if x-kubernetes-list-type is map"));
    return;
  }
  const itemType = stringIn(items, "type");
  if (itemType !== "object") {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    faults.push(invalidField(at.child("items", "type"), itemType, detail));
    return;
  }
  const properties = objectIn(items, "properties");
  const seen = new Set<string>();
  for (const key of keys) {
    const property = getOwn(properties, key);
    if (!isObject(property)) faults.push(invalidField(place, keys, "entries must all be names of item properties"));
    else if (["array", "object"].includes(stringIn(property, "type"))) {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      faults.push(invalidField(at.child("items", "properties").key(key).child("type"), stringIn(property, "type"), detail));
    }
    if (seen.has(key)) faults.push(invalidField(place, keys, "must not contain duplicate entries"));
    seen.add(key);
  }
  const required = new Set(stringsIn(items, "required"));
  for (const key of seen) {
    const property = getOwn(properties, key);
    if (!isObject(property)) continue;
    const own = at.child("items", "properties").key(key);
    if (!required.has(key) && getOwn(property, "default") === undefined) {
      const detail = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
      faults.push(requiredField(own.child("default"), detail));
    }
    if (getOwn(property, "nullable") === true) {
      faults.push(forbiddenField(own.child("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
    }
  }
}

function checkSetList(schema: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const items = getOwn(schema, "items");
  if (!isObject(items)) return;
  if (getOwn(items, "nullable") === true) {
    faults.push(forbiddenField(at.child("nullable"), "cannot be nullable when x-kubernetes-list-type is set"));
  }
  const keyword = { array: "x-kubernetes-list-type", object: "x-kubernetes-map-type" }[stringIn(items, "type")];
  if (keyword === undefined || getOwn(items, keyword) === "atomic") return;
  faults.push(
    invalidField(at.child(keyword), getOwn(items, keyword) ?? null, "must be atomic as item of a list with x-kubernetes-list-type=set"),
  );
}

/** Defaults are valid by their own schemas and name no unknown fields. */
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
  for (const sub of subschemas(schema, at)) checkDefaults(sub.schema, sub.at, faults, validator, depth + 1);
}

function hasUnknown(value: ReadonlyJson, schema: ReadonlyJsonObject): boolean {
  if (getOwn(schema, "x-kubernetes-preserve-unknown-fields") === true) return false;
  const items = getOwn(schema, "items");
  if (Array.isArray(value)) return isObject(items) && (value as readonly ReadonlyJson[]).some((item) => hasUnknown(item, items));
  if (!isObject(value)) return false;
  const properties = objectIn(schema, "properties");
  const additional = getOwn(schema, "additionalProperties");
  return Object.entries(value).some(([key, member]) => {
    if (member === undefined) return false;
    const property = getOwn(properties, key);
    if (isObject(property)) return hasUnknown(member, property);
    if (isObject(additional)) return hasUnknown(member, additional);
    return additional !== true;
  });
}
