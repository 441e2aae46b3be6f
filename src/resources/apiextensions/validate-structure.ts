import { forbiddenField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";

/** Where a schema stands: what is missing from it is told by that. */
type Level = "root" | "item" | "field";

const MISSING_TYPE: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};
const MAX_DEPTH = 200;
/** What logical junctors may not say, with the value that it must have instead. */
const FORBIDDEN_IN_JUNCTORS: readonly (readonly [string, "empty" | "undefined" | "false"])[] = [
  ["type", "empty"],
  ["title", "empty"],
  ["description", "empty"],
  ["additionalProperties", "undefined"],
  ["default", "undefined"],
  ["nullable", "false"],
  ["x-kubernetes-preserve-unknown-fields", "false"],
  ["x-kubernetes-embedded-resource", "false"],
  ["x-kubernetes-int-or-string", "false"],
  ["x-kubernetes-list-map-keys", "empty"],
  ["x-kubernetes-list-type", "undefined"],
  ["x-kubernetes-map-type", "undefined"],
];

/** What keeps a schema from being structural: from telling the type of every field by itself. */
export function structuralFaults(schema: ReadonlyJsonObject, at: FieldPath): FieldError[] {
  const faults: FieldError[] = [];
  checkStructure(schema, "root", at, faults, 0);
  return faults;
}

function checkStructure(schema: ReadonlyJsonObject, level: Level, at: FieldPath, faults: FieldError[], depth: number): void {
  if (depth > MAX_DEPTH) return;
  const items = getOwn(schema, "items");
  if (isObject(items)) checkStructure(items, "item", at.child("items"), faults, depth + 1);
  const properties = objectIn(schema, "properties");
  for (const name of sortedKeys(properties)) {
    const property = getOwn(properties, name);
    if (isObject(property)) checkStructure(property, "field", at.child("properties").key(name), faults, depth + 1);
  }
  const additional = getOwn(schema, "additionalProperties");
  if (isObject(additional)) checkStructure(additional, "field", at.child("additionalProperties"), faults, depth + 1);

  const type = stringIn(schema, "type");
  const embedded = getOwn(schema, "x-kubernetes-embedded-resource") === true;
  const preserving = getOwn(schema, "x-kubernetes-preserve-unknown-fields") === true;
  const intOrString = getOwn(schema, "x-kubernetes-int-or-string") === true;
  if (embedded && !preserving && Object.keys(properties).length === 0) {
    const detail = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
    faults.push(requiredField(at.child("properties"), detail));
  }
  checkJunctors(schema, schema, level, at, at, faults, depth);
  if (embedded && type !== "object") {
    const detail = "must be object if x-kubernetes-embedded-resource is true";
    faults.push(type === "" ? requiredField(at.child("type"), detail) : invalidField(at.child("type"), type, detail));
  } else if (type === "" && !intOrString && !preserving) faults.push(requiredField(at.child("type"), MISSING_TYPE[level]));
  if (type === "array" && items === undefined) faults.push(requiredField(at.child("items"), "must be specified"));
  if (embedded && additional !== undefined) {
    faults.push(forbiddenField(at.child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
  }
  if (level === "root") {
    if (type !== "" && type !== "object") faults.push(invalidField(at.child("type"), type, "must be object at the root"));
    if (additional !== undefined) faults.push(forbiddenField(at.child("additionalProperties"), "must not be used at the root"));
  }
  if (level === "root" || embedded) checkMeta(properties, at.child("properties"), faults);
}

/** What every object has can hardly be said otherwise. */
function checkMeta(properties: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  for (const [name, wanted] of [
    ["kind", "string"],
    ["apiVersion", "string"],
    ["metadata", "object"],
  ] as const) {
    const property = getOwn(properties, name);
    if (!isObject(property)) continue;
    const type = stringIn(property, "type");
    if (type !== wanted) faults.push(invalidField(at.key(name).child("type"), type, `must be ${wanted}`));
  }
  const metadata = objectIn(properties, "metadata");
  const { type: _, description: __, properties: members, ...rest } = metadata;
  const named = Object.keys(isObject(members) ? members : {}).every((name) => name === "name" || name === "generateName");
  if (!named || Object.keys(rest).length > 0) {
    const detail = "must not specify anything other than name and generateName, but metadata is implicitly specified";
    faults.push(forbiddenField(at.key("metadata"), detail));
  }
}

/** allOf, anyOf, oneOf and not restrict values and say nothing of types; what they name is specified outside of them. */
function checkJunctors(
  schema: ReadonlyJsonObject,
  outer: ReadonlyJsonObject,
  level: Level,
  at: FieldPath,
  outerAt: FieldPath,
  faults: FieldError[],
  depth: number,
): void {
  const isIntOrString = getOwn(outer, "x-kubernetes-int-or-string") === true;
  const check = (value: ReadonlyJson, place: FieldPath): void => {
    if (!isObject(value)) return;
    checkNested(value, outer, level, place, outerAt, faults, depth + 1);
  };
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    const list = getOwn(schema, keyword);
    if (!Array.isArray(list)) continue;
    // The one place where types may be told twice: an integer or a string.
    if (isIntOrString && keyword === "anyOf" && isIntOrStringTypes(list as ReadonlyJson[])) continue;
    for (const [index, one] of list.entries()) check(one as ReadonlyJson, at.child(keyword).index(index));
  }
  const not = getOwn(schema, "not");
  if (not !== undefined) check(not, at.child("not"));
}

function isIntOrStringTypes(list: readonly ReadonlyJson[]): boolean {
  return list.length === 2 && list.every((one, index) => isObject(one) && one["type"] === ["integer", "string"][index]);
}

function checkNested(
  schema: ReadonlyJsonObject,
  outer: ReadonlyJsonObject | undefined,
  level: Level,
  at: FieldPath,
  outerAt: FieldPath,
  faults: FieldError[],
  depth: number,
): void {
  if (depth > MAX_DEPTH) return;
  if (outer !== undefined) checkJunctors(schema, outer, level, at, outerAt, faults, depth);
  const items = getOwn(schema, "items");
  if (isObject(items)) {
    const specified = getOwn(outer ?? {}, "items");
    if (!isObject(specified)) faults.push(requiredField(outerAt.child("items"), `because it is defined in ${at.child("items")}`));
    else checkNested(items, specified, "item", at.child("items"), outerAt.child("items"), faults, depth + 1);
  }
  const properties = objectIn(schema, "properties");
  for (const name of sortedKeys(properties)) {
    const property = getOwn(properties, name);
    if (!isObject(property)) continue;
    const place = at.child("properties").key(name);
    const own = outerAt.child("properties").key(name);
    if (level === "root" && name === "metadata") faults.push(forbiddenField(place, "must not be specified in a nested context"));
    const specified = getOwn(objectIn(outer ?? {}, "properties"), name);
    if (!isObject(specified)) faults.push(requiredField(own, `because it is defined in ${place}`));
    else checkNested(property, specified, "field", place, own, faults, depth + 1);
  }
  for (const [keyword, wanted] of FORBIDDEN_IN_JUNCTORS) {
    const value = getOwn(schema, keyword);
    if (value === undefined || value === null || value === "" || value === false) continue;
    faults.push(forbiddenField(at.child(keyword), `must be ${wanted} to be structural`));
  }
}
