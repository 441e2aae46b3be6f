import { stringifyJson } from "../codec/json-text.ts";
import { parseDuration } from "../object/duration.ts";
import { isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { asInteger } from "../object/read.ts";
import { compareTexts } from "../object/text-order.ts";
import { parseMicroTime, parseTime, plainSeconds, zeroTime } from "../object/time.ts";
import type { AnySchema, ObjectSchema, Schema } from "../schema/schema.ts";
import { LENGTH, VARINT } from "./wire-reader.ts";
import { lengthTag, WireWriter } from "./wire-writer.ts";
import { WritePlans, wireTypeOf, type MemberEntry, type WriteEntry } from "./write-plan.ts";

const NOTHING: ReadonlyJsonObject = Object.freeze({});

/**
 * Writes objects of the API as protobuf, byte for byte as the original does: fields by number, maps by key, what is no
 * pointer also where it is zero. Takes objects as the decoder leaves them: of their type, bounded in depth.
 */
export class ProtobufWriter {
  readonly #plans = new WritePlans();
  readonly #out = new WireWriter();

  /** One message, without its envelope. */
  message(object: ReadonlyJsonObject, schema: ObjectSchema): Buffer {
    try {
      this.#message(object, schema);
      return this.#out.finish();
    } catch (error) {
      this.#out.reset();
      throw error;
    }
  }

  /** The message as a field of another, tag and length before it. */
  field(number: number, object: ReadonlyJsonObject, schema: ObjectSchema): Buffer {
    try {
      this.#message(object, schema);
      this.#out.head(lengthTag(number), 0);
      return this.#out.finish();
    } catch (error) {
      this.#out.reset();
      throw error;
    }
  }

  #message(object: ReadonlyJsonObject, schema: ObjectSchema): void {
    this.#entries(object, this.#plans.of(schema));
  }

  #entries(object: ReadonlyJsonObject, entries: readonly WriteEntry[]): void {
    for (const entry of entries) {
      if (entry.type === "inlined") {
        const end = this.#out.written;
        this.#entries(object, entry.entries);
        this.#out.head(entry.tag, end);
        continue;
      }
      const value = object[entry.name];
      if (value !== undefined && value !== null) this.#member(entry, value);
      else if (entry.always) this.#value(entry.tag, entry.schema, null);
    }
  }

  #member({ shape, tag, schema }: MemberEntry, value: ReadonlyJson): void {
    switch (shape) {
      case "one":
        this.#value(tag, schema, value);
        return;
      case "list":
        if (Array.isArray(value)) this.#items(tag, schema, value);
        return;
      case "wrapped": {
        const end = this.#out.written;
        if (Array.isArray(value)) this.#items(lengthTag(1), schema, value);
        this.#out.head(tag, end);
        return;
      }
      case "map":
        if (isObject(value)) this.#map(tag, schema, value);
    }
  }

  #items(tag: number, schema: Schema, items: readonly ReadonlyJson[]): void {
    for (let i = items.length - 1; i >= 0; i--) this.#value(tag, schema, items[i] ?? null);
  }

  #map(tag: number, values: Schema, map: ReadonlyJsonObject): void {
    const out = this.#out;
    const keys = Object.keys(map);
    if (keys.length > 1) keys.sort(compareTexts);
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i] as string;
      const end = out.written;
      this.#value(2 * 8 + wireTypeOf(values), values, map[key] ?? null);
      out.textField(lengthTag(1), key);
      out.head(tag, end);
    }
  }

  /** A value behind its tag; null stands for the zero of its type. */
  #value(tag: number, schema: Schema, value: ReadonlyJson): void {
    const out = this.#out;
    switch (schema.type) {
      case "string":
        out.textField(tag, typeof value === "string" ? value : "");
        return;
      case "boolean":
        out.unsigned(value === true ? 1 : 0);
        out.unsigned(tag);
        return;
      case "int32":
      case "int64":
        out.integer(asInteger(value));
        out.unsigned(tag);
        return;
      case "number":
        out.double(Number(value));
        out.unsigned(tag);
        return;
      default: {
        const end = out.written;
        this.#sized(schema, value);
        out.head(tag, end);
      }
    }
  }

  /** What stands behind a length. */
  #sized(schema: Schema, value: ReadonlyJson): void {
    const out = this.#out;
    switch (schema.type) {
      case "object":
        this.#message(isObject(value) ? value : NOTHING, schema);
        return;
      case "bytes":
        out.bytes(Buffer.from(typeof value === "string" ? value : "", "base64"));
        return;
      case "time":
      case "microTime":
        if (typeof value === "string") this.#time(value, schema.type);
        return;
      case "quantity":
        out.textField(lengthTag(1), value === null ? "0" : String(value));
        return;
      case "duration":
        out.integer(typeof value === "string" ? parseDuration(value) : 0);
        out.unsigned(1 * 8 + VARINT);
        return;
      case "intOrString":
        this.#intOrString(value);
        return;
      case "any":
        this.#untyped(schema, value);
        return;
      case "list":
        // A list as a map's value is a message of its own: {repeated items = 1}.
        if (Array.isArray(value)) this.#items(1 * 8 + wireTypeOf(schema.items), schema.items, value);
        return;
      default:
        throw new TypeError(`a ${schema.type} has no protobuf form here`);
    }
  }

  /** {seconds = 1, nanos = 2}; the zero time is an empty message. */
  #time(text: string, type: "time" | "microTime"): void {
    if (text === zeroTime) return;
    const out = this.#out;
    let seconds = plainSeconds(text);
    let nanos = 0;
    if (seconds === undefined) {
      const instant = type === "time" ? parseTime(text) : parseMicroTime(text);
      seconds = instant.seconds;
      if (type === "microTime") nanos = Math.floor(instant.nanos / 1000) * 1000;
    }
    out.integer(nanos);
    out.unsigned(2 * 8 + VARINT);
    out.integer(seconds);
    out.unsigned(1 * 8 + VARINT);
  }

  /** {type = 1, intVal = 2, strVal = 3}, all of them. */
  #intOrString(value: ReadonlyJson): void {
    const out = this.#out;
    const isText = typeof value === "string";
    out.textField(lengthTag(3), isText ? value : "");
    out.integer(isText ? 0 : asInteger(value));
    out.unsigned(2 * 8 + VARINT);
    out.unsigned(isText ? 1 : 0);
    out.unsigned(1 * 8 + VARINT);
  }

  /** JSON within protobuf; and what may stand for a schema in a custom resource's schema. */
  #untyped({ any, alternative, of }: AnySchema, value: ReadonlyJson): void {
    const out = this.#out;
    if (any !== "jsonSchemaProps") {
      if (value !== null) out.textField(lengthTag(1), stringifyJson(value));
      return;
    }
    if (of?.type !== "object") throw new TypeError("the schema of schemas is not known");
    if (alternative === "boolean") {
      if (isObject(value)) this.#value(2 * 8 + LENGTH, of, value);
      out.unsigned(isObject(value) || value === true ? 1 : 0);
      out.unsigned(1 * 8 + VARINT);
      return;
    }
    if (Array.isArray(value)) this.#items(lengthTag(2), alternative === "array" ? of : { type: "string" }, value);
    else if (isObject(value)) this.#value(lengthTag(1), of, value);
  }
}
