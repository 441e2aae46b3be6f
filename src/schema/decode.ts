import { jsonKind } from "../codec/json-kind.ts";
import type { ScannedJson } from "../codec/json-scan.ts";
import { pathText, ToldPaths } from "../codec/told-paths.ts";
import type { JsonObject, JsonValue, ReadonlyJson } from "../object/json.ts";
import { copyJson, isObject, setOwn } from "../object/json.ts";
import { formatQuantity, parseQuantity, QuantityError, rewriteQuantity, roundUpToMilli } from "../object/quantity.ts";
import { formatMicroTime, formatTime, parseMicroTime, parseTime, TimeError, zeroTime } from "../object/time.ts";
import { noteWrittenEmpty } from "../object/written-empty.ts";
import { canonicalBytes } from "./bytes.ts";
import { conversionFault } from "./conversion-fault.ts";
import { goStruct, goType } from "./go-type.ts";
import type { AnySchema, Field, ListSchema, MapSchema, ObjectSchema, ScalarSchema, Schema } from "./schema.ts";
import { isZero } from "./zero.ts";

/** What the text scanner knows beyond the value: `decode(scanned.value, schema, scanned)`. */
export interface DecodeOptions extends Partial<Pick<ScannedJson, "duplicates" | "fractionalIntegers">> {
  /**
   * The value was made by a strategic merge patch or an apply. The original does not read such values as JSON: it converts
   * them, is laxer with numbers, ends at the first fault and has other words for it.
   */
  readonly converted?: boolean;
}

/** A decoded object, or the one message with which the original refuses it. */
export type Decoded =
  | {
      readonly ok: true;
      /** A new object in the form in which Go would write it again. */
      readonly value: JsonObject;
      /** `unknown field "spec.foo"`, `duplicate field "metadata.name"`: errors of Strict, warnings of Warn. */
      readonly strict: readonly string[];
    }
  | { readonly ok: false; readonly message: string };

/** Nesting that is followed through types; deeper values are refused. Untyped parts are not walked. */
const maxDepth = 1000;

/** As many strict errors as the original gathers. */
const maxStrict = 100;

/**
 * Reads a parsed value as a built-in type, as Go's decoder would, and brings it into the form in which Go would write
 * it: no nulls, no dropped zeros, written zeros in place, times, quantities and bytes in canonical text. Unknown members
 * are left out and reported. The result shares nothing but untyped parts with `value`.
 */
export function decode(value: JsonValue, schema: ObjectSchema, options: DecodeOptions = {}): Decoded {
  const decoder = new Decoder(options);
  try {
    const decoded = decoder.value(value, schema);
    if (decoder.fault !== undefined) return { ok: false, message: faultText(decoder.fault) };
    return { ok: true, value: isObject(decoded) ? decoded : zeroObject(schema), strict: [...decoder.strict] };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, message: error.message };
    throw error;
  }
}

/** `strict decoding error: unknown field "a", duplicate field "b"`: what Strict answers where there are any. */
export function strictDecodingError(strict: readonly string[]): string {
  return `strict decoding error: ${strict.join(", ")}`;
}

/** Ends decoding at once: the errors that a type's own decoder makes. Others wait until the end; the first one counts. */
class Refusal extends Error {}

/** The first fault that does not end decoding by itself. */
type Fault =
  | { readonly text: string }
  | {
      /** What stood there: "string", "number 1.5", "object". */
      readonly found: string;
      readonly type: string;
      /** Struct and member names, where the fault lies below a struct. */
      readonly place: string | undefined;
    };

class Decoder {
  fault: Fault | undefined;
  readonly strict = new Set<string>();
  readonly #told = new ToldPaths();
  readonly #duplicates: ReadonlySet<string> | undefined;
  readonly #literals: ReadonlyMap<string, string> | undefined;
  readonly #converted: boolean;
  /** Steps to where we are: member names and list positions. */
  readonly #path: (string | number)[] = [];
  /** Struct members on the way, as messages show them. */
  readonly #members: Field[] = [];
  #owner: ObjectSchema | undefined;
  #depth = 0;

  constructor(options: DecodeOptions) {
    const { duplicates = [], fractionalIntegers = [], converted = false } = options;
    this.#converted = converted;
    if (duplicates.length > 0) this.#duplicates = new Set(duplicates.map(({ path }) => path));
    if (fractionalIntegers.length > 0) this.#literals = new Map(fractionalIntegers.map(({ path, text }) => [path, text]));
  }

  /** undefined: absent, or faulty and noted. */
  value(value: JsonValue, schema: Schema): JsonValue | undefined {
    if (value === null) return schema.nullable === true ? null : undefined;
    switch (schema.type) {
      case "object":
        return this.#struct(value, schema);
      case "map":
        return this.#map(value, schema);
      case "list":
        return this.#list(value, schema);
      case "any":
        return schema.any === "jsonSchemaProps" ? this.#jsonSchema(value, schema) : value;
      default:
        return this.#scalar(value, schema);
    }
  }

  #struct(value: JsonValue, schema: ObjectSchema): JsonValue | undefined {
    if (!isObject(value)) return this.#wrongType(value, schema);
    this.#enter();
    const owner = this.#owner;
    const decoded: JsonObject = {};
    for (const name of Object.keys(value)) {
      const member = value[name];
      if (member === undefined) continue;
      const field = schema.fields.get(name);
      this.#path.push(name);
      if (field === undefined) {
        if (schema.preserveUnknown === true) setOwn(decoded, name, member);
        else this.#note("unknown");
      } else {
        if (this.#duplicates !== undefined) this.#noteDuplicate();
        this.#members.push(field);
        this.#owner = schema;
        const read = this.value(member, field.schema);
        // An empty list that is written always counts until it is stored (nullEmptyLists).
        if (read !== undefined && (!field.dropZero || !isZero(read) || (field.zero === null && Array.isArray(read))))
          setOwn(decoded, name, read);
        else if (read !== undefined && (field.schema.type === "list" || field.schema.type === "map")) noteWrittenEmpty(decoded, name, read);
        this.#members.pop();
        this.#owner = owner;
      }
      this.#path.pop();
    }
    addZeros(decoded, schema);
    this.#depth--;
    return decoded;
  }

  #map(value: JsonValue, schema: MapSchema): JsonValue | undefined {
    if (!isObject(value)) return this.#wrongType(value, schema);
    this.#enter();
    const decoded: JsonObject = {};
    for (const key of Object.keys(value)) {
      const member = value[key];
      if (member === undefined) continue;
      this.#path.push(key);
      if (this.#duplicates !== undefined) this.#noteDuplicate();
      const read = this.value(member, schema.values) ?? zeroItem(schema.values);
      setOwn(decoded, key, schema.goType === "v1.ResourceList" ? resourceAmount(read) : read);
      this.#path.pop();
    }
    this.#depth--;
    return decoded;
  }

  #list(value: JsonValue, schema: ListSchema): JsonValue | undefined {
    if (!Array.isArray(value)) return this.#wrongType(value, schema);
    this.#enter();
    const decoded: JsonValue[] = [];
    for (let at = 0; at < value.length; at++) {
      this.#path.push(at);
      decoded.push(this.value(value[at] ?? null, schema.items) ?? zeroItem(schema.items));
      this.#path.pop();
    }
    this.#depth--;
    return decoded;
  }

  #scalar(value: JsonValue, schema: ScalarSchema): JsonValue | undefined {
    switch (schema.type) {
      case "string":
      case "duration":
        return typeof value === "string" ? value : this.#wrongType(value, schema);
      case "boolean":
        return typeof value === "boolean" ? value : this.#wrongType(value, schema);
      case "int32":
        return this.#integer(value, schema, minInt32, maxInt32);
      case "int64":
        return this.#integer(value, schema, minInt64, maxInt64);
      case "number":
        return typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : this.#wrongType(value, schema);
      case "bytes":
        return this.#bytes(value, schema);
      case "time":
        return this.#time(value, "seconds");
      case "microTime":
        return this.#time(value, "micro");
      case "quantity":
        return this.#quantity(value);
      case "intOrString":
        return this.#intOrString(value);
    }
  }

  #integer(value: JsonValue, schema: ScalarSchema, least: number | bigint, most: number | bigint): JsonValue | undefined {
    if (typeof value !== "number" && typeof value !== "bigint") return this.#wrongType(value, schema);
    if (this.#converted) return this.#convertedInteger(value, schema);
    if (!this.#isWhole(value) || value < least || value > most) {
      this.#save({ found: `number ${this.#literal(value)}`, type: goType(schema), place: this.#place() });
      return undefined;
    }
    return value === 0 ? 0 : value;
  }

  /** A conversion takes 1.0 as 1 and cuts off what does not fit. */
  #convertedInteger(value: number | bigint, schema: ScalarSchema): JsonValue | undefined {
    if (typeof value === "number" && !Number.isInteger(value)) return this.#wrongType(value, schema);
    // What fits anyway is by far the most, and needs no big integers.
    if (value >= minInt32 && value <= maxInt32) return Number(value) + 0;
    const cut = BigInt.asIntN(schema.type === "int32" ? 32 : 64, BigInt(value));
    return cut >= Number.MIN_SAFE_INTEGER && cut <= Number.MAX_SAFE_INTEGER ? Number(cut) : cut;
  }

  #bytes(value: JsonValue, schema: ScalarSchema): JsonValue | undefined {
    if (typeof value !== "string") return this.#wrongType(value, schema);
    const read = canonicalBytes(value);
    if (read.ok) return read.text;
    if (this.#converted) throw new Refusal(`error decoding from json: ${read.message}`);
    this.#save({ text: read.message });
    return undefined;
  }

  #time(value: JsonValue, layout: "seconds" | "micro"): JsonValue | undefined {
    if (typeof value !== "string") return this.#refuse(jsonKind(value), "string");
    // The usual text is canonical already; only a day that its month lacks needs the closer look.
    if (layout === "seconds" && usualTime.test(value)) return value;
    try {
      const text = layout === "micro" ? formatMicroTime(parseMicroTime(value)) : formatTime(parseTime(value));
      return text.startsWith(zeroTime.slice(0, -1)) ? undefined : text;
    } catch (error) {
      if (error instanceof TimeError) throw new Refusal(error.message);
      throw error;
    }
  }

  /** Anything but a text or a number is read as the original reads it: as a text that is no quantity. */
  #quantity(value: JsonValue): JsonValue {
    const text =
      typeof value === "string" ? value.trim() : typeof value === "number" || typeof value === "bigint" ? this.#literal(value) : "{}";
    try {
      return rewriteQuantity(text);
    } catch (error) {
      if (error instanceof QuantityError) throw new Refusal(error.message);
      throw error;
    }
  }

  #intOrString(value: JsonValue): JsonValue | undefined {
    if (typeof value === "string") return value;
    if (typeof value !== "number" && typeof value !== "bigint") return this.#refuse(jsonKind(value), "int32");
    if (!this.#isWhole(value) || value < minInt32 || value > maxInt32) return this.#refuse(`number ${this.#literal(value)}`, "int32");
    return value === 0 ? 0 : value;
  }

  /** What may stand for a schema inside a schema. Its decoder is one of its own, not strict, and its faults end all. */
  #jsonSchema(value: JsonValue, schema: AnySchema): JsonValue | undefined {
    if (typeof value === "boolean" && schema.alternative === "boolean") return value;
    const of = schema.of;
    if (of === undefined) return value;
    if (isObject(value)) return this.#nested(value, of);
    if (Array.isArray(value) && schema.alternative === "array") {
      return this.#nested(value, { type: "list", items: of, listType: "atomic", keys: [] });
    }
    if (Array.isArray(value) && schema.alternative === "stringArray") {
      return this.#nested(value, { type: "list", items: { type: "string" }, listType: "atomic", keys: [] });
    }
    if (schema.alternative === "boolean") throw new Refusal("boolean or JSON schema expected");
    return undefined;
  }

  #nested(value: JsonValue, schema: Schema): JsonValue | undefined {
    this.#enter();
    const inner = new Decoder({});
    inner.#depth = this.#depth;
    const read = inner.value(value, schema);
    if (inner.fault !== undefined) {
      if ("text" in inner.fault) throw new Refusal(inner.fault.text);
      return this.#refuse(inner.fault.found, inner.fault.type);
    }
    this.#depth--;
    return read;
  }

  #enter(): void {
    if (++this.#depth > maxDepth) throw new Refusal("exceeded max depth");
  }

  #wrongType(value: JsonValue, schema: Schema): undefined {
    if (this.#converted) throw new Refusal(conversionFault(value, schema));
    this.#save({ found: jsonKind(value), type: goType(schema), place: this.#place() });
  }

  #save(fault: Fault): void {
    this.fault ??= fault;
  }

  #refuse(found: string, type: string): never {
    throw new Refusal(faultText({ found, type, place: this.#place() }));
  }

  /** Container.spec.containers.image: the struct, then every member on the way. List positions and map keys are not shown. */
  #place(): string | undefined {
    if (this.#owner === undefined || this.#converted) return undefined;
    const names = this.#members.map((field) => (field.embedded === undefined ? field.name : `${field.embedded}.${field.name}`));
    return `${goStruct(this.#owner)}.${names.join(".")}`;
  }

  #note(fault: "unknown" | "duplicate"): void {
    if (this.strict.size >= maxStrict) return;
    const path = this.#told.text(this.#path);
    if (path !== undefined) this.strict.add(`${fault} field ${JSON.stringify(path)}`);
  }

  #noteDuplicate(): void {
    if (this.#duplicates?.has(pathText(this.#path)) === true) this.#note("duplicate");
  }

  #literal(value: number | bigint): string {
    return this.#literals?.get(pathText(this.#path)) ?? String(value);
  }

  /** Go reads no 1.0 and no 1e3 as an integer. */
  #isWhole(value: number | bigint): boolean {
    if (this.#literals !== undefined) return /^-?\d+$/.test(this.#literal(value));
    return typeof value === "bigint" || Number.isInteger(value);
  }
}

const usualTime = /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

const minInt32 = -2147483648;
const maxInt32 = 2147483647;
const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

function faultText(fault: Fault): string {
  if ("text" in fault) return fault.text;
  const place = fault.place === undefined ? "value" : `struct field ${fault.place}`;
  return `json: cannot unmarshal ${fault.found} into Go ${place} of type ${fault.type}`;
}

/** Writes what Go writes for absent members. */
function addZeros(decoded: JsonObject, schema: ObjectSchema): void {
  for (const field of schema.zeros ?? []) {
    if (field.zero !== undefined && !Object.hasOwn(decoded, field.name)) setOwn(decoded, field.name, owned(field.zero));
  }
}

function owned(value: ReadonlyJson): JsonValue {
  return typeof value === "object" && value !== null ? (copyJson(value) as JsonValue) : value;
}

function zeroObject(schema: ObjectSchema): JsonObject {
  const zero: JsonObject = {};
  addZeros(zero, schema);
  return zero;
}

/** What null is as an item of a list or a map: there it cannot be absent. */
function zeroItem(schema: Schema): JsonValue {
  switch (schema.type) {
    case "object":
      return zeroObject(schema);
    case "string":
    case "duration":
      return "";
    case "boolean":
      return false;
    case "int32":
    case "int64":
    case "number":
    case "intOrString":
      return 0;
    case "quantity":
      return "0";
    default:
      return null;
  }
}

/** What is no whole thousandth is rounded up in lists of resources (the defaults of core/v1). */
function resourceAmount(value: JsonValue): JsonValue {
  if (typeof value !== "string") return value;
  const quantity = parseQuantity(value);
  return quantity.nanos % 1_000_000n === 0n ? value : formatQuantity(roundUpToMilli(quantity));
}
