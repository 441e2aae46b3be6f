import { fieldErrorText } from "../../object/field-error-message.ts";
import { forbiddenField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { compareTexts, sortedKeys } from "../../object/text-order.ts";
import { patternProblem } from "../../schema/pattern.ts";
import { MAX_SCHEMA_DEPTH } from "./schema-parts.ts";

/** Where a schema stands: what is missing from it is told by that. */
type Level = "root" | "item" | "field";

const MISSING_TYPE: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};
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
  ["x-kubernetes-validations", "empty"],
];
/** Members of metadata that a definition may restrict. */
const NAMES: ReadonlySet<string> = new Set(["name", "generateName"]);

/** What keeps a schema from being structural: from telling the type of every field by itself. In the order of the texts. */
export function structuralFaults(schema: ReadonlyJsonObject, at: FieldPath): FieldError[] {
  const faults: FieldError[] = [];
  checkStructure(schema, "root", at, faults, 0);
  checkSpecified(schema, schema, at, at, faults, 0);
  const texts = new Map(faults.map((one) => [one, fieldErrorText(one)]));
  return faults.sort((a, b) => compareTexts(texts.get(a) ?? "", texts.get(b) ?? ""));
}

function checkStructure(schema: ReadonlyJsonObject, level: Level, at: FieldPath, faults: FieldError[], depth: number): void {
  if (depth > MAX_SCHEMA_DEPTH) return;
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
  const hasAdditional = additional !== undefined && additional !== null;
  if (embedded && !preserving && Object.keys(properties).length === 0) {
    const detail = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
    faults.push(requiredField(at.child("properties"), detail));
  }
  for (const [keyword, set] of [
    ["x-kubernetes-preserve-unknown-fields", preserving],
    ["x-kubernetes-embedded-resource", embedded],
  ] as const) {
    if (intOrString && set) faults.push(invalidField(at.child(keyword), true, "must be false if x-kubernetes-int-or-string is true"));
  }
  checkJunctors(schema, isIntOrString(schema), at, faults, depth);
  if (embedded && type !== "object") {
    const detail = "must be object if x-kubernetes-embedded-resource is true";
    faults.push(type === "" ? requiredField(at.child("type"), detail) : invalidField(at.child("type"), type, detail));
  } else if (type === "" && !intOrString && !preserving) faults.push(requiredField(at.child("type"), MISSING_TYPE[level]));
  if (type === "array" && !isObject(items)) faults.push(requiredField(at.child("items"), "must be specified"));
  if (embedded && hasAdditional) {
    faults.push(forbiddenField(at.child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
  }
  if (level === "root") {
    if (type !== "" && type !== "object") faults.push(invalidField(at.child("type"), type, "must be object at the root"));
    if (hasAdditional) faults.push(forbiddenField(at.child("additionalProperties"), "must not be used at the root"));
  }
  if (level === "root" || embedded) checkMeta(properties, level, at.child("properties"), faults);
}

/** What every object has can hardly be said otherwise; the definition's own objects have names that may be restricted, and nothing else. */
function checkMeta(properties: ReadonlyJsonObject, level: Level, at: FieldPath, faults: FieldError[]): void {
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
  if (level !== "root") return;
  const { type: _, default: __, properties: members, ...rest } = objectIn(properties, "metadata");
  const named = Object.keys(isObject(members) ? members : {}).every((name) => NAMES.has(name));
  if (!named || Object.values(rest).some(saysSomething)) {
    const detail = "must not specify anything other than name and generateName, but metadata is implicitly specified";
    faults.push(forbiddenField(at.key("metadata"), detail));
  }
}

function saysSomething(value: ReadonlyJson | undefined): boolean {
  return !(value === undefined || value === null || value === "" || value === false || (Array.isArray(value) && value.length === 0));
}

/** Where the two types of an int-or-string are told once more: in anyOf itself, or in that of the first of allOf. */
interface IntOrString {
  readonly inAnyOf: boolean;
  readonly inFirstOfAll: boolean;
}

const PLAIN: IntOrString = { inAnyOf: false, inFirstOfAll: false };

function isIntOrString(schema: ReadonlyJsonObject): IntOrString {
  const both = (one: ReadonlyJsonObject | undefined): boolean =>
    equalJson(getOwn(one ?? {}, "anyOf") ?? null, [{ type: "integer" }, { type: "string" }]);
  return { inAnyOf: both(schema), inFirstOfAll: both(objectsIn(schema, "allOf")[0]) };
}

/** allOf, anyOf, oneOf and not restrict values and say nothing of types. */
function checkJunctors(schema: ReadonlyJsonObject, skip: IntOrString, at: FieldPath, faults: FieldError[], depth: number): void {
  for (const keyword of ["anyOf", "allOf", "oneOf"]) {
    if (keyword === "anyOf" && skip.inAnyOf) continue;
    for (const [index, one] of objectsIn(schema, keyword).entries()) {
      const nested = { inAnyOf: keyword === "allOf" && index === 0 && skip.inFirstOfAll, inFirstOfAll: false };
      checkNested(one, nested, at.child(keyword).index(index), faults, depth + 1);
    }
  }
  const not = getOwn(schema, "not");
  if (isObject(not)) checkNested(not, PLAIN, at.child("not"), faults, depth + 1);
  const pattern = stringIn(schema, "pattern");
  const problem = pattern === "" ? undefined : patternProblem(pattern);
  if (problem === undefined) return;
  faults.push(invalidField(at.child("pattern"), pattern, `must be a valid regular expression, but isn't: ${problem}`));
}

function checkNested(schema: ReadonlyJsonObject, skip: IntOrString, at: FieldPath, faults: FieldError[], depth: number): void {
  if (depth > MAX_SCHEMA_DEPTH) return;
  checkJunctors(schema, skip, at, faults, depth);
  const items = getOwn(schema, "items");
  if (isObject(items)) checkNested(items, PLAIN, at.child("items"), faults, depth + 1);
  const properties = objectIn(schema, "properties");
  for (const name of sortedKeys(properties)) {
    const property = getOwn(properties, name);
    if (isObject(property)) checkNested(property, PLAIN, at.child("properties").key(name), faults, depth + 1);
  }
  for (const [keyword, wanted] of FORBIDDEN_IN_JUNCTORS) {
    const value = getOwn(schema, keyword);
    if (wanted === "undefined" ? value === undefined || value === null : !saysSomething(value)) continue;
    faults.push(forbiddenField(at.child(keyword), `must be ${wanted} to be structural`));
  }
  if (getOwn(properties, "metadata") !== undefined) {
    faults.push(forbiddenField(at.child("properties").key("metadata"), "must not be specified in a nested context"));
  }
}

/** What the root's junctors name is specified outside of them. */
function checkSpecified(
  schema: ReadonlyJsonObject,
  outer: ReadonlyJsonObject,
  at: FieldPath,
  outerAt: FieldPath,
  faults: FieldError[],
  depth: number,
): void {
  const not = getOwn(schema, "not");
  if (isObject(not)) checkSpecifiedIn(not, outer, at.child("not"), outerAt, faults, depth + 1);
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    for (const [index, one] of objectsIn(schema, keyword).entries()) {
      checkSpecifiedIn(one, outer, at.child(keyword).index(index), outerAt, faults, depth + 1);
    }
  }
}

function checkSpecifiedIn(
  nested: ReadonlyJsonObject,
  outer: ReadonlyJson | undefined,
  at: FieldPath,
  outerAt: FieldPath,
  faults: FieldError[],
  depth: number,
): void {
  if (depth > MAX_SCHEMA_DEPTH) return;
  if (!isObject(outer)) {
    faults.push(requiredField(outerAt, `because it is defined in ${at}`));
    return;
  }
  checkSpecified(nested, outer, at, outerAt, faults, depth);
  const items = getOwn(nested, "items");
  if (isObject(items)) checkSpecifiedIn(items, getOwn(outer, "items"), at.child("items"), outerAt.child("items"), faults, depth + 1);
  const properties = objectIn(nested, "properties");
  for (const name of sortedKeys(properties)) {
    const property = getOwn(properties, name);
    if (!isObject(property)) continue;
    const specified = getOwn(objectIn(outer, "properties"), name);
    checkSpecifiedIn(property, specified, at.child("properties").key(name), outerAt.child("properties").key(name), faults, depth + 1);
  }
}
