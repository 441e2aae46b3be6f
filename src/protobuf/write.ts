import { stringifyJson } from "../codec/json-text.ts";
import { parseDuration } from "../object/duration.ts";
import { isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { asInteger } from "../object/read.ts";
import { compareTexts } from "../object/text-order.ts";
import { parseMicroTime, parseTime, plainSeconds, zeroTime } from "../object/time.ts";
import type { AnySchema, ObjectSchema } from "../schema/schema.ts";
import { ENVELOPE_END, PAYLOAD } from "./envelope.ts";
import { INLINED, KEYED, MANY, ONE } from "./message-plan.ts";
import * as values from "./value-plan.ts";
import type { ValuePlan } from "./value-plan.ts";
import { VARINT } from "./wire-reader.ts";
import { lengthTag, WireWriter } from "./wire-writer.ts";
import { WritePlans, type WriteEntry } from "./write-plan.ts";

type Plan = ValuePlan<readonly WriteEntry[]>;

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
    return this.#written(() => this.#entries(object, this.#plans.of(schema)));
  }

  /** The message as a field of another, tag and length before it. */
  field(number: number, object: ReadonlyJsonObject, schema: ObjectSchema): Buffer {
    return this.#written(() => this.#field(number, object, schema));
  }

  /** A whole body behind its head (`envelopeHead`). */
  body(head: Buffer, object: ReadonlyJsonObject, schema: ObjectSchema): Buffer {
    return this.#written(() => {
      this.#out.bytes(ENVELOPE_END);
      this.#field(PAYLOAD, object, schema);
      this.#out.bytes(head);
    });
  }

  #field(number: number, object: ReadonlyJsonObject, schema: ObjectSchema): void {
    const end = this.#out.written;
    this.#entries(object, this.#plans.of(schema));
    this.#out.head(lengthTag(number), end);
  }

  #written(write: () => void): Buffer {
    try {
      write();
      return this.#out.finish();
    } catch (error) {
      this.#out.reset();
      throw error;
    }
  }

  #entries(object: ReadonlyJsonObject, entries: readonly WriteEntry[]): void {
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as WriteEntry;
      if (entry.shape === INLINED) {
        const end = this.#out.written;
        this.#entries(object, entry.entries);
        this.#out.head(entry.tag, end);
        continue;
      }
      const value = object[entry.name];
      if (value !== undefined && value !== null) {
        if (entry.shape === ONE) this.#value(entry.tag, entry.value as Plan, value);
        else this.#several(entry, entry.value as Plan, value);
      } else if (entry.always) this.#out.bytes((entry.nothing ??= this.#nothing(entry)));
    }
  }

  /** The bytes of an absent member that is written all the same. */
  #nothing({ tag, value }: WriteEntry): Buffer {
    const { written } = this.#out;
    this.#value(tag, value as Plan, null);
    return this.#out.takeBack(written);
  }

  #several({ shape, tag }: WriteEntry, plan: Plan, value: ReadonlyJson): void {
    if (shape === MANY) {
      if (Array.isArray(value)) this.#items(tag, plan, value);
    } else if (shape === KEYED) {
      if (isObject(value)) this.#map(tag, plan, value);
    } else {
      const end = this.#out.written;
      if (Array.isArray(value)) this.#items(8 + plan.wireType, plan, value);
      this.#out.head(tag, end);
    }
  }

  #items(tag: number, plan: Plan, items: readonly ReadonlyJson[]): void {
    for (let i = items.length - 1; i >= 0; i--) this.#value(tag, plan, items[i] ?? null);
  }

  #map(tag: number, plan: Plan, map: ReadonlyJsonObject): void {
    const out = this.#out;
    const keys = Object.keys(map);
    if (keys.length > 1) keys.sort(compareTexts);
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i] as string;
      const end = out.written;
      this.#value(2 * 8 + plan.wireType, plan, map[key] ?? null);
      out.textField(lengthTag(1), key);
      out.head(tag, end);
    }
  }

  /** A value behind its tag; null stands for the zero of its type. */
  #value(tag: number, plan: Plan, value: ReadonlyJson): void {
    const out = this.#out;
    switch (plan.operation) {
      case values.STRING:
        out.textField(tag, typeof value === "string" ? value : "");
        return;
      case values.BOOLEAN:
        out.unsigned(value === true ? 1 : 0);
        out.unsigned(tag);
        return;
      case values.INT32:
      case values.INT64:
        out.integer(asInteger(value));
        out.unsigned(tag);
        return;
      case values.DOUBLE:
        out.double(Number(value));
        out.unsigned(tag);
        return;
      case values.OBJECT: {
        const end = out.written;
        this.#entries(isObject(value) ? value : NOTHING, (plan.message as () => readonly WriteEntry[])());
        out.head(tag, end);
        return;
      }
      default: {
        const end = out.written;
        this.#sized(plan, value);
        out.head(tag, end);
      }
    }
  }

  /** What stands behind a length. */
  #sized(plan: Plan, value: ReadonlyJson): void {
    const out = this.#out;
    switch (plan.operation) {
      case values.BYTES:
        out.bytes(Buffer.from(typeof value === "string" ? value : "", "base64"));
        return;
      case values.TIME:
      case values.MICRO_TIME:
        if (typeof value === "string") this.#time(value, plan.operation);
        return;
      case values.QUANTITY:
        out.textField(lengthTag(1), value === null ? "0" : String(value));
        return;
      case values.DURATION:
        out.integer(typeof value === "string" ? parseDuration(value) : 0);
        out.unsigned(1 * 8 + VARINT);
        return;
      case values.INT_OR_STRING:
        this.#intOrString(value);
        return;
      case values.ANY:
        this.#untyped(plan.any as AnySchema, value);
        return;
      case values.LIST: {
        // A list as a map's value is a message of its own: {repeated items = 1}.
        const items = plan.items as Plan;
        if (Array.isArray(value)) this.#items(1 * 8 + items.wireType, items, value);
        return;
      }
      default:
        throw new TypeError("maps of maps have no protobuf form");
    }
  }

  /** {seconds = 1, nanos = 2}; the zero time is an empty message. */
  #time(text: string, operation: number): void {
    if (text === zeroTime) return;
    const out = this.#out;
    let seconds = plainSeconds(text);
    let nanos = 0;
    if (seconds === undefined) {
      const isMicro = operation === values.MICRO_TIME;
      const instant = isMicro ? parseMicroTime(text) : parseTime(text);
      seconds = instant.seconds;
      if (isMicro) nanos = Math.floor(instant.nanos / 1000) * 1000;
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
      if (isObject(value)) this.#field(2, value, of);
      out.unsigned(isObject(value) || value === true ? 1 : 0);
      out.unsigned(1 * 8 + VARINT);
      return;
    }
    if (isObject(value)) this.#field(1, value, of);
    else if (Array.isArray(value)) {
      for (const item of value.toReversed()) {
        if (alternative === "array") this.#field(2, isObject(item) ? item : NOTHING, of);
        else out.textField(lengthTag(2), typeof item === "string" ? item : "");
      }
    }
  }
}
