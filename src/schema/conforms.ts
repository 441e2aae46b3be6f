import type { RE2JS } from "re2js";
import { equalJson, getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { booleanIn, listIn, objectIn, stringIn } from "../object/read.ts";
import { FORMATS } from "./formats.ts";
import { compilePattern } from "./pattern.ts";

/** Nesting of values that is followed; deeper ones are judged by whoever tells the faults. */
const MAX_DEPTH = 200;
const SURROGATE = /[\uD800-\uDFFF]/;

/**
 * Whether a value surely breaks nothing that its OpenAPI schema says, found without telling where anything lies. Most
 * values are right: only those that are not need the validator that names each fault. False says nothing; true, that the
 * validator would find no fault, nor would the rules of lists and embedded objects. Parts of the schema are prepared when
 * a value first has them.
 */
export class Conformance {
  readonly #type: string;
  readonly #isIntOrString: boolean;
  readonly #isNullable: boolean;
  /** It says something that only the validator can judge. */
  readonly #isPlain: boolean;
  readonly #isInt32: boolean;
  readonly #enum: readonly ReadonlyJson[] | undefined;
  readonly #pattern: RE2JS | undefined;
  readonly #format: ((value: string) => boolean) | undefined;
  readonly #required: readonly string[];
  readonly #bounds: Bounds | undefined;
  readonly #properties: ReadonlyJsonObject;
  readonly #additional: ReadonlyJson | undefined;
  readonly #itemSchema: ReadonlyJson | undefined;
  readonly #fields = new Map<string, Conformance>();
  #others: Conformance | undefined;
  #items: Conformance | undefined;

  constructor(schema: ReadonlyJsonObject) {
    const format = stringIn(schema, "format");
    const pattern = stringIn(schema, "pattern");
    this.#type = stringIn(schema, "type");
    this.#isIntOrString = booleanIn(schema, "x-kubernetes-int-or-string");
    this.#isNullable = booleanIn(schema, "nullable");
    this.#isInt32 = format === "int32";
    this.#enum = Array.isArray(getOwn(schema, "enum")) ? listIn(schema, "enum") : undefined;
    this.#pattern = pattern === "" ? undefined : compilePattern(pattern);
    this.#format = FORMATS.get(format);
    this.#required = listIn(schema, "required").filter((name) => typeof name === "string");
    this.#bounds = boundsOf(schema);
    this.#properties = objectIn(schema, "properties");
    this.#additional = getOwn(schema, "additionalProperties");
    this.#itemSchema = getOwn(schema, "items");
    this.#isPlain =
      NOT_PLAIN.every((name) => getOwn(schema, name) === undefined || (this.#isIntOrString && isUsual(name, schema))) &&
      ["", "atomic"].includes(stringIn(schema, "x-kubernetes-list-type")) &&
      !booleanIn(schema, "x-kubernetes-embedded-resource") &&
      !booleanIn(schema, "uniqueItems") &&
      (pattern === "" || this.#pattern !== undefined);
  }

  holds(value: ReadonlyJson, depth = 0): boolean {
    if (!this.#isPlain || depth > MAX_DEPTH) return false;
    if (value === null) return this.#isNullable;
    if (this.#enum !== undefined && !this.#enum.some((one) => equalJson(one, value))) return false;
    switch (typeof value) {
      case "string":
        return this.#holdsText(value);
      case "number":
        return this.#holdsNumber(value);
      case "boolean":
        return this.#isOf("boolean");
      case "object":
        return Array.isArray(value)
          ? this.#holdsList(value as readonly ReadonlyJson[], depth)
          : this.#holdsObject(value as ReadonlyJsonObject, depth);
      default:
        return false;
    }
  }

  #isOf(type: string): boolean {
    return this.#isIntOrString ? false : this.#type === "" || this.#type === type;
  }

  #holdsText(value: string): boolean {
    if (!this.#isIntOrString && !this.#isOf("string")) return false;
    const bounds = this.#bounds;
    if (bounds !== undefined) {
      if (value.length > bounds.maxLength) return false;
      // Characters are counted, of which two units may be one.
      if (bounds.minLength > 0 && (value.length < bounds.minLength || SURROGATE.test(value))) return false;
    }
    return this.#pattern?.test(value) !== false && this.#format?.(value) !== false;
  }

  #holdsNumber(value: number): boolean {
    const isInteger = Number.isInteger(value);
    if (this.#isIntOrString) return isInteger && this.#bounds === undefined;
    if (!(this.#type === "" || this.#type === "number" || (isInteger && this.#type === "integer"))) return false;
    if (this.#isInt32 && !(value >= -(2 ** 31) && value < 2 ** 31)) return false;
    const bounds = this.#bounds;
    return bounds === undefined || (bounds.isSimple && value > bounds.above && value < bounds.below);
  }

  #holdsList(items: readonly ReadonlyJson[], depth: number): boolean {
    if (!this.#isOf("array")) return false;
    const bounds = this.#bounds;
    if (bounds !== undefined && (items.length < bounds.minItems || items.length > bounds.maxItems)) return false;
    if (!isObject(this.#itemSchema)) return true;
    const inner = (this.#items ??= new Conformance(this.#itemSchema));
    return items.every((item) => inner.holds(item, depth + 1));
  }

  #holdsObject(object: ReadonlyJsonObject, depth: number): boolean {
    if (!this.#isOf("object")) return false;
    const keys = Object.keys(object);
    const bounds = this.#bounds;
    if (bounds !== undefined && (keys.length < bounds.minProperties || keys.length > bounds.maxProperties)) return false;
    for (const name of this.#required) if (getOwn(object, name) === undefined) return false;
    for (const key of keys) {
      const member = object[key];
      if (member !== undefined && this.#member(key)?.holds(member, depth + 1) === false) return false;
    }
    return true;
  }

  #member(key: string): Conformance | undefined {
    const known = this.#fields.get(key);
    if (known !== undefined) return known;
    const schema = getOwn(this.#properties, key);
    if (isObject(schema)) {
      const made = new Conformance(schema);
      this.#fields.set(key, made);
      return made;
    }
    return isObject(this.#additional) ? (this.#others ??= new Conformance(this.#additional)) : undefined;
  }
}

/** Keywords with which the validator weighs alternatives. */
const NOT_PLAIN = ["allOf", "anyOf", "oneOf", "not"] as const;
const INT_OR_STRING = [{ type: "integer" }, { type: "string" }];

/** Generators write beside int-or-string what that says already. */
function isUsual(keyword: string, schema: ReadonlyJsonObject): boolean {
  return keyword === "anyOf" && equalJson(getOwn(schema, keyword) ?? null, INT_OR_STRING);
}

/** Limits of texts, lists, objects and numbers; those of numbers are exclusive. */
interface Bounds {
  readonly minLength: number;
  readonly maxLength: number;
  readonly minItems: number;
  readonly maxItems: number;
  readonly minProperties: number;
  readonly maxProperties: number;
  readonly above: number;
  readonly below: number;
  /** Numbers have no other limits than these. */
  readonly isSimple: boolean;
}

const LIMITS = ["Length", "Items", "Properties"].flatMap((what) => [`min${what}`, `max${what}`]);

function boundsOf(schema: ReadonlyJsonObject): Bounds | undefined {
  const number = (name: string, otherwise: number): number => {
    const value = getOwn(schema, name);
    return typeof value === "number" ? value : otherwise;
  };
  const isLimited = [...LIMITS, "minimum", "maximum", "multipleOf"].some((name) => typeof getOwn(schema, name) === "number");
  if (!isLimited) return undefined;
  return {
    minLength: number("minLength", 0),
    maxLength: number("maxLength", Infinity),
    minItems: number("minItems", 0),
    maxItems: number("maxItems", Infinity),
    minProperties: number("minProperties", 0),
    maxProperties: number("maxProperties", Infinity),
    // What lies on a limit is left to the validator, which knows whether it is part of it.
    above: number("minimum", -Infinity),
    below: number("maximum", Infinity),
    isSimple: typeof getOwn(schema, "multipleOf") !== "number",
  };
}
