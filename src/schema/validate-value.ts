import type { RE2JS } from "re2js";
import { stringifyJson } from "../codec/json-text.ts";
import type { FieldError } from "../object/field-error.ts";
import { duplicateField, invalidField, requiredField, tooLongField, tooManyField, typeInvalidField } from "../object/field-error.ts";
import { equalJson, getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { partsOf, walkValue } from "./walk-value.ts";
import { FORMATS } from "./formats.ts";
import { compilePattern } from "./pattern.ts";

/** Nesting of values and of schemas within schemas that is followed. */
const MAX_DEPTH = 200;
/** Faults that one object is told at most. */
const MAX_FAULTS = 100;

/**
 * Checks a value against an OpenAPI v3 schema as a CustomResourceDefinition holds it (concepts/extend-kubernetes,
 * CustomResource validation), with the messages of the original's validator. Patterns are matched in linear time. Made
 * once for a schema; holds the patterns that it compiled.
 */
export class ValueValidator {
  readonly #patterns = new Map<string, RE2JS | undefined>();

  /** All faults of a value; each says where in it: "spec.replicas", "" for the whole. */
  validate(value: ReadonlyJson, schema: ReadonlyJsonObject): FieldError[] {
    const faults: FieldError[] = [];
    this.#check(value, schema, "", faults, 0);
    return faults.slice(0, MAX_FAULTS);
  }

  #check(value: ReadonlyJson, schema: ReadonlyJsonObject, path: string, faults: FieldError[], depth: number): void {
    if (depth > MAX_DEPTH || faults.length > MAX_FAULTS) return;
    if (value === null && getOwn(schema, "nullable") === true) return;
    if (!this.#checkType(value, schema, path, faults)) return;
    this.#checkCombined(value, schema, path, faults, depth);
    const allowed = getOwn(schema, "enum");
    if (Array.isArray(allowed) && !allowed.some((one) => equalJson(one, value))) {
      faults.push({
        type: "NotSupported",
        field: path,
        value,
        supported: allowed.map((one) => (typeof one === "string" ? one : stringifyJson(one as ReadonlyJson))),
      });
    }
    if (typeof value === "string") this.#checkText(value, schema, path, faults);
    else if (typeof value === "number" || typeof value === "bigint") checkNumber(value, schema, path, faults);
    else if (Array.isArray(value)) this.#checkList(value as readonly ReadonlyJson[], schema, path, faults, depth);
    else if (isObject(value)) this.#checkObject(value, schema, path, faults, depth);
  }

  /** False: the value is of another type, and nothing else can be said of it. */
  #checkType(value: ReadonlyJson, schema: ReadonlyJsonObject, path: string, faults: FieldError[]): boolean {
    const wanted = getOwn(schema, "x-kubernetes-int-or-string") === true ? "integer,string" : String(getOwn(schema, "type") ?? "");
    const found = typeOf(value);
    if (wanted === "" || wanted.split(",").includes(found) || (wanted === "number" && found === "integer")) {
      const format = getOwn(schema, "format");
      if (wanted === "integer" && format === "int32" && !fitsInt32(value)) {
        faults.push(unplaced(`Checked value must be of type integer with format int32 in ${path}`));
      }
      return true;
    }
    faults.push(typeInvalidField(path, found, `${path} in body must be of type ${wanted}: ${JSON.stringify(found)}`));
    if (wanted === "integer" && found === "number")
      faults.push(unplaced(`Checked value must be of type integer (default format) in ${path}`));
    return false;
  }

  /** allOf, anyOf, oneOf and not: whether a value meets other schemas, each judged by itself. */
  #checkCombined(value: ReadonlyJson, schema: ReadonlyJsonObject, path: string, faults: FieldError[], depth: number): void {
    const trial = (other: ReadonlyJson): FieldError[] => {
      const found: FieldError[] = [];
      if (isObject(other)) this.#check(value, other, path, found, depth + 1);
      return found;
    };
    const anyOf = schemasIn(schema, "anyOf").map(trial);
    if (anyOf.length > 0 && anyOf.every((found) => found.length > 0)) {
      faults.push(unplaced(`"${path}" must validate at least one schema (anyOf)`), ...closest(anyOf));
    }
    const oneOf = schemasIn(schema, "oneOf").map(trial);
    const valid = oneOf.filter((found) => found.length === 0).length;
    if (oneOf.length > 0 && valid !== 1) {
      faults.push(
        unplaced(
          `"${path}" must validate one and only one schema (oneOf). ${valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`}`,
        ),
      );
      if (valid === 0) faults.push(...closest(oneOf));
    }
    const allOf = schemasIn(schema, "allOf").map(trial);
    const failed = allOf.filter((found) => found.length > 0);
    if (failed.length > 0) {
      const none = failed.length === allOf.length ? ". None validated" : "";
      faults.push(...failed.flat(), unplaced(`"${path}" must validate all the schemas (allOf)${none}`));
    }
    const not = getOwn(schema, "not");
    if (isObject(not) && trial(not).length === 0) faults.push(unplaced(`"${path}" must not validate the schema (not)`));
  }

  #checkText(value: string, schema: ReadonlyJsonObject, path: string, faults: FieldError[]): void {
    const maxLength = numberIn(schema, "maxLength");
    const minLength = numberIn(schema, "minLength");
    const length = maxLength === undefined && minLength === undefined ? 0 : [...value].length;
    const pattern = getOwn(schema, "pattern");
    // Of length and pattern only the first fault is told.
    if (maxLength !== undefined && length > maxLength) faults.push(tooLongField(path, maxLength));
    else if (minLength !== undefined && length < minLength)
      faults.push(invalidField(path, value, `${path} in body should be at least ${minLength} chars long`));
    else if (typeof pattern === "string" && this.#pattern(pattern)?.test(value) === false) {
      faults.push(invalidField(path, value, `${path} in body should match '${pattern}'`));
    }
    const format = getOwn(schema, "format");
    if (typeof format === "string" && FORMATS.get(format)?.(value) === false) {
      faults.push(typeInvalidField(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`));
    }
  }

  #checkList(items: readonly ReadonlyJson[], schema: ReadonlyJsonObject, path: string, faults: FieldError[], depth: number): void {
    const maxItems = numberIn(schema, "maxItems");
    const minItems = numberIn(schema, "minItems");
    for (const part of partsOf(items, schema, path)) this.#check(part.value, part.schema, part.path, faults, depth + 1);
    if (minItems !== undefined && items.length < minItems)
      faults.push(invalidField(path, items.length, `${path} in body should have at least ${minItems} items`));
    if (maxItems !== undefined && items.length > maxItems) faults.push(tooManyField(path, items.length, maxItems));
    if (getOwn(schema, "uniqueItems") === true && new Set(items.map(stringifyJson)).size < items.length) {
      faults.push(invalidField(path, null, `${path} in body shouldn't contain duplicates`));
    }
  }

  #checkObject(object: ReadonlyJsonObject, schema: ReadonlyJsonObject, path: string, faults: FieldError[], depth: number): void {
    const keys = Object.keys(object);
    const maxProperties = numberIn(schema, "maxProperties");
    const minProperties = numberIn(schema, "minProperties");
    const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
    if (minProperties !== undefined && keys.length < minProperties) {
      faults.push(invalidField(path, keys.length, `${path} in body should have at least ${minProperties} properties`));
    }
    if (maxProperties !== undefined && keys.length > maxProperties) faults.push(tooManyField(path, keys.length, maxProperties));
    const required = getOwn(schema, "required");
    for (const name of Array.isArray(required) ? (required as readonly ReadonlyJson[]) : []) {
      if (typeof name === "string" && getOwn(object, name) === undefined) faults.push(requiredField(at(name)));
    }
    const parts = partsOf(object, schema, path).sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const part of parts) this.#check(part.value, part.schema, part.path, faults, depth + 1);
  }

  #pattern(text: string): RE2JS | undefined {
    if (!this.#patterns.has(text)) this.#patterns.set(text, compilePattern(text));
    return this.#patterns.get(text);
  }
}

/**
 * What lists of a declared type require: no two equal items in a set, no two items of one key in a map. These are
 * checked beside the schema's keywords.
 */
export function listTypeFaults(value: ReadonlyJson, schema: ReadonlyJsonObject): FieldError[] {
  const faults: FieldError[] = [];
  for (const part of walkValue(value, schema)) {
    if (Array.isArray(part.value)) faults.push(...duplicates(part.value as readonly ReadonlyJson[], part.schema, part.path));
  }
  return faults;
}

/** Each value that stands more than once is told where it stands the second time. */
function duplicates(items: readonly ReadonlyJson[], schema: ReadonlyJsonObject, path: string): FieldError[] {
  const type = getOwn(schema, "x-kubernetes-list-type");
  if (type !== "set" && type !== "map") return [];
  const stray = type === "map" ? items.findIndex((item) => item !== null && !isObject(item)) : -1;
  if (stray >= 0) return [invalidField(`${path}[${stray}]`, items[stray], "must be an object for an array of list-type map")];
  const names = getOwn(schema, "x-kubernetes-list-map-keys");
  const keys = Array.isArray(names) ? (names as readonly string[]) : [];
  const itemSchema = getOwn(schema, "items");
  const faults: FieldError[] = [];
  const seen = new Map<string, number>();
  items.forEach((item, i) => {
    const key = type === "set" ? item : keyOf(item, keys, itemSchema);
    const text = stringifyJson(key);
    const times = seen.get(text) ?? 0;
    if (times === 1) faults.push(duplicateField(`${path}[${i}]`, key));
    seen.set(text, times + 1);
  });
  return faults;
}

/** The key fields of an item, with their schema's defaults where they are absent. */
function keyOf(item: ReadonlyJson, keys: readonly string[], itemSchema: ReadonlyJson | undefined): ReadonlyJsonObject {
  const properties = isObject(itemSchema) ? getOwn(itemSchema, "properties") : undefined;
  const key: Record<string, ReadonlyJson> = {};
  for (const name of keys) {
    const property = isObject(properties) ? getOwn(properties, name) : undefined;
    const value = (isObject(item) ? getOwn(item, name) : undefined) ?? (isObject(property) ? getOwn(property, "default") : undefined);
    if (value !== undefined) key[name] = value;
  }
  return key;
}

function checkNumber(value: number | bigint, schema: ReadonlyJsonObject, path: string, faults: FieldError[]): void {
  const maximum = numberIn(schema, "maximum");
  const minimum = numberIn(schema, "minimum");
  const multipleOf = numberIn(schema, "multipleOf");
  const under = getOwn(schema, "exclusiveMaximum") === true;
  const over = getOwn(schema, "exclusiveMinimum") === true;
  const refuse = (text: string): void => void faults.push(invalidField(path, value, `${path} in body should be ${text}`));
  if (multipleOf !== undefined && !isMultiple(Number(value), multipleOf)) refuse(`a multiple of ${multipleOf}`);
  if (maximum !== undefined && (under ? value >= maximum : value > maximum))
    refuse(under ? `less than ${maximum}` : `less than or equal to ${maximum}`);
  if (minimum !== undefined && (over ? value <= minimum : value < minimum))
    refuse(over ? `greater than ${minimum}` : `greater than or equal to ${minimum}`);
}

function isMultiple(value: number, factor: number): boolean {
  const quotient = value / factor;
  return factor !== 0 && Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

/** A fault that the original's validator reports without saying where. */
function unplaced(text: string): FieldError {
  return invalidField("<nil>", "", text);
}

/** The faults of the alternative that came closest: the one with the fewest, the first of equals. */
function closest(alternatives: readonly FieldError[][]): readonly FieldError[] {
  return alternatives.reduce((best, found) => (found.length < best.length ? found : best), alternatives[0] ?? []);
}

function schemasIn(schema: ReadonlyJsonObject, name: string): readonly ReadonlyJson[] {
  const list = getOwn(schema, name);
  return Array.isArray(list) ? (list as readonly ReadonlyJson[]) : [];
}

function numberIn(schema: ReadonlyJsonObject, name: string): number | undefined {
  const value = getOwn(schema, name);
  return typeof value === "number" ? value : undefined;
}

/** JSON schema's name of a value's type. */
function typeOf(value: ReadonlyJson): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "bigint" ? "integer" : typeof value === "object" ? "object" : typeof value;
}

function fitsInt32(value: ReadonlyJson): boolean {
  return typeof value !== "bigint" && (typeof value !== "number" || (value >= -(2 ** 31) && value < 2 ** 31));
}
