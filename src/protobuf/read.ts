import { parseJsonValue } from "../codec/json-text.ts";
import { JsonError } from "../codec/json-scan.ts";
import { formatDuration } from "../object/duration.ts";
import { copyJson, setOwn, structIn, type JsonObject, type JsonValue } from "../object/json.ts";
import { formatMicroTime, formatTime } from "../object/time.ts";
import type { AnySchema, ObjectSchema } from "../schema/schema.ts";
import { isZero } from "../schema/zero.ts";
import { INLINED, KEYED, MANY } from "./message-plan.ts";
import { ReadPlans, type ReadEntry, type ReadPlan } from "./read-plan.ts";
import { TextTable } from "./text-table.ts";
import * as values from "./value-plan.ts";
import type { ValuePlan } from "./value-plan.ts";
import { LENGTH, ProtobufError, VARINT, WireReader } from "./wire-reader.ts";

/** Messages within messages that are followed; the deepest types of the API need some thirty. */
const MAX_DEPTH = 100;

type Plan = ValuePlan<ReadPlan>;

/**
 * Reads protobuf messages as the JSON form of their types: absent zeros left out or written as in JSON, so that what
 * comes is what the JSON decoder gives. Unknown fields are passed over. Errors: ProtobufError.
 */
export class ProtobufReader {
  readonly #plans = new ReadPlans();
  readonly #texts = new TextTable();

  /** One message, without its envelope. */
  read(bytes: Buffer, schema: ObjectSchema): JsonObject {
    return this.#message(new WireReader(bytes, 0, bytes.length, this.#texts), this.#plans.of(schema), 0);
  }

  #message(reader: WireReader, plan: ReadPlan, depth: number): JsonObject {
    if (depth > MAX_DEPTH) throw new ProtobufError("messages are nested too deeply");
    const object: JsonObject = {};
    this.#fields(reader, plan.entries, object, depth);
    for (const { name, zero } of plan.zeros) {
      if (object[name] !== undefined) continue;
      object[name] = typeof zero === "object" && zero !== null ? (copyJson(zero) as JsonValue) : (zero as JsonValue);
    }
    return object;
  }

  #fields(reader: WireReader, entries: ReadPlan["entries"], object: JsonObject, depth: number): void {
    while (reader.at < reader.end) {
      const tag = reader.tag();
      const number = tag >>> 3;
      const entry = number < entries.length ? entries[number] : undefined;
      if (entry === undefined) reader.skip(tag & 7);
      else if (entry.shape === INLINED) {
        const outer = enter(reader, tag & 7);
        this.#fields(reader, entry.entries, object, depth + 1);
        reader.leave(outer);
      } else this.#member(reader, tag, entry, entry.value as Plan, object, depth);
    }
  }

  #member(reader: WireReader, tag: number, entry: ReadEntry, plan: Plan, object: JsonObject, depth: number): void {
    const { name } = entry;
    if (entry.shape === MANY) {
      const items = listAt(object, name);
      // Items mostly follow one another.
      do this.#item(reader, tag & 7, plan, items, depth);
      while (reader.follows(tag));
      return;
    }
    if (entry.shape === KEYED) {
      const map = structIn(object, name);
      do {
        const outer = enter(reader, tag & 7);
        this.#pair(reader, plan, map, depth + 1);
        reader.leave(outer);
      } while (reader.follows(tag));
      return;
    }
    const value = this.#value(reader, tag & 7, plan, depth);
    // Where JSON writes a zero time (null), it stands among the zeros that are filled in.
    const isNothing =
      value === null
        ? plan.operation === values.TIME || plan.operation === values.MICRO_TIME || entry.dropZero
        : entry.dropZero && isZero(value);
    if (!isNothing) object[name] = value;
    // The last one counts, also where it is a zero.
    else if (object[name] !== undefined) delete object[name];
  }

  #item(reader: WireReader, wireType: number, plan: Plan, items: JsonValue[], depth: number): void {
    // Numbers may come packed, whatever the type declares.
    if (wireType !== LENGTH || plan.wireType === LENGTH) {
      items.push(this.#value(reader, wireType, plan, depth));
      return;
    }
    const outer = reader.enter();
    while (reader.at < reader.end) items.push(this.#value(reader, plan.wireType, plan, depth));
    reader.leave(outer);
  }

  #pair(reader: WireReader, plan: Plan, map: JsonObject, depth: number): void {
    let key = "";
    let value: JsonValue | undefined;
    while (reader.at < reader.end) {
      const tag = reader.tag();
      if (tag === ((1 << 3) | LENGTH)) key = reader.text();
      else if (tag >>> 3 === 2) value = this.#value(reader, tag & 7, plan, depth);
      else reader.skip(tag & 7);
    }
    setOwn(map, key, value === undefined ? emptyOf(plan) : value);
  }

  #value(reader: WireReader, wireType: number, plan: Plan, depth: number): JsonValue {
    if (wireType !== plan.wireType && !(wireType === VARINT && plan.operation === values.DOUBLE))
      throw new ProtobufError(`wire type ${wireType} where ${plan.wireType} was expected`);
    switch (plan.operation) {
      case values.STRING:
        return reader.text();
      case values.BOOLEAN:
        return reader.int64() !== 0;
      case values.INT32:
        return reader.int32();
      case values.INT64:
        return reader.int64();
      case values.DOUBLE:
        return wireType === VARINT ? reader.int64() : reader.double();
      case values.BYTES:
        return reader.base64();
      default: {
        const outer = reader.enter();
        const value = this.#sized(reader, plan, depth + 1);
        reader.leave(outer);
        return value;
      }
    }
  }

  /** What stands behind a length, up to the reader's end. */
  #sized(reader: WireReader, plan: Plan, depth: number): JsonValue {
    switch (plan.operation) {
      case values.OBJECT:
        return this.#message(reader, (plan.message as () => ReadPlan)(), depth);
      case values.TIME:
      case values.MICRO_TIME:
        return time(reader, plan.operation);
      case values.QUANTITY:
        return textMessage(reader) || "0";
      case values.DURATION:
        return formatDuration(BigInt(varints(reader).first ?? 0));
      case values.INT_OR_STRING:
        return intOrString(reader);
      case values.ANY:
        return this.#untyped(reader, plan.any as AnySchema, depth);
      case values.LIST:
        return this.#list(reader, plan.items as Plan, depth);
      default:
        throw new ProtobufError("maps of maps have no protobuf form");
    }
  }

  /** A list that is a message of its own: {repeated items = 1}. */
  #list(reader: WireReader, plan: Plan, depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    while (reader.at < reader.end) {
      const tag = reader.tag();
      if (tag >>> 3 === 1) this.#item(reader, tag & 7, plan, items, depth);
      else reader.skip(tag & 7);
    }
    return items;
  }

  /** JSON within protobuf, and the schemas of custom resources, which are one thing or another. */
  #untyped(reader: WireReader, { any, of, alternative }: AnySchema, depth: number): JsonValue {
    if (any !== "jsonSchemaProps") return embeddedJson(reader);
    if (of?.type !== "object") throw new ProtobufError("the schema of schemas is not known");
    const list: JsonValue[] = [];
    let one: JsonValue | undefined;
    let allows = false;
    const schema = (wireType: number): JsonObject => {
      const outer = enter(reader, wireType);
      const value = this.#message(reader, this.#plans.of(of), depth);
      reader.leave(outer);
      return value;
    };
    while (reader.at < reader.end) {
      const tag = reader.tag();
      const number = tag >>> 3;
      const wireType = tag & 7;
      if (number === (alternative === "boolean" ? 2 : 1)) one = schema(wireType);
      else if (alternative === "boolean" && tag === ((1 << 3) | VARINT)) allows = reader.int64() !== 0;
      else if (alternative === "array" && number === 2) list.push(schema(wireType));
      else if (alternative === "stringArray" && tag === ((2 << 3) | LENGTH)) list.push(reader.text());
      else reader.skip(wireType);
    }
    return one ?? (alternative === "boolean" ? allows : list);
  }
}

/** Begins what stands behind a length; gives the end of what it lies in. */
function enter(reader: WireReader, wireType: number): number {
  if (wireType !== LENGTH) throw new ProtobufError(`wire type ${wireType} where a length was expected`);
  return reader.enter();
}

/** The text in the first field of a message, where a message holds nothing else: a quantity, JSON. */
function textMessage(reader: WireReader): string {
  let text = "";
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | LENGTH)) text = reader.text();
    else reader.skip(tag & 7);
  }
  return text;
}

/** The JSON text in the first field of a message: RawExtension, JSON and FieldsV1 all keep it there. */
function embeddedJson(reader: WireReader): JsonValue {
  const text = textMessage(reader);
  if (text === "") return null;
  try {
    return parseJsonValue(text);
  } catch (error) {
    if (error instanceof JsonError) throw new ProtobufError(`embedded JSON: ${error.message}`);
    throw error;
  }
}

interface Varints {
  first: number | bigint | undefined;
  second: number | bigint | undefined;
}

/** The numbers in the first two fields of a small message. */
function varints(reader: WireReader): Varints {
  const found: Varints = { first: undefined, second: undefined };
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) found.first = reader.int64();
    else if (tag === ((2 << 3) | VARINT)) found.second = reader.int64();
    else reader.skip(tag & 7);
  }
  return found;
}

/** Seconds of the first and the last moment of which JSON can tell: the years 0 to 9999 (RFC 3339). */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;

function time(reader: WireReader, operation: number): JsonValue {
  const { first, second = 0 } = varints(reader);
  // An empty message is the zero time, which JSON leaves out.
  if (first === undefined) return null;
  const seconds = Number(first);
  const nanos = Number(second);
  if (!(seconds >= FIRST_SECOND && seconds <= LAST_SECOND && nanos >= 0 && nanos < 1e9)) throw new ProtobufError("a time is out of range");
  return operation === values.TIME ? formatTime({ seconds, nanos }) : formatMicroTime({ seconds, nanos });
}

function intOrString(reader: WireReader): JsonValue {
  let isText = false;
  let number = 0;
  let text = "";
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) isText = reader.int64() === 1;
    else if (tag === ((2 << 3) | VARINT)) number = reader.int32();
    else if (tag === ((3 << 3) | LENGTH)) text = reader.text();
    else reader.skip(tag & 7);
  }
  return isText ? text : number;
}

/** What a map's entry without a value holds. */
function emptyOf({ operation }: Plan): JsonValue {
  if (operation === values.OBJECT) return {};
  if (operation === values.LIST) return [];
  if (operation === values.TIME || operation === values.MICRO_TIME) return null;
  return operation === values.QUANTITY ? "0" : "";
}

function listAt(object: JsonObject, name: string): JsonValue[] {
  const present = object[name];
  if (Array.isArray(present)) return present;
  const made: JsonValue[] = [];
  object[name] = made;
  return made;
}
