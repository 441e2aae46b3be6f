import { parseJsonValue } from "../codec/json-text.ts";
import { JsonError } from "../codec/json-scan.ts";
import { formatDuration } from "../object/duration.ts";
import { setOwn, structIn, type JsonObject, type JsonValue } from "../object/json.ts";
import { copyJson } from "../object/json.ts";
import { formatMicroTime, formatTime } from "../object/time.ts";
import type { AnySchema, Field, ObjectSchema, ScalarSchema, Schema } from "../schema/schema.ts";
import { isZero } from "../schema/zero.ts";
import { MessagePlans, type PlanEntry } from "./message-plan.ts";
import { LENGTH, ProtobufError, VARINT, WireReader } from "./wire-reader.ts";
import { wireTypeOf } from "./write-plan.ts";

/** Messages within messages that are followed; the deepest types of the API need some thirty. */
const MAX_DEPTH = 100;

/**
 * Reads protobuf messages as the JSON form of their types: absent zeros left out or written as in JSON, so that what
 * comes is what the JSON decoder gives. Unknown fields are passed over. Errors: ProtobufError.
 */
export class ProtobufReader {
  readonly #plans = new MessagePlans();

  /** One message, without its envelope. */
  read(bytes: Buffer, schema: ObjectSchema): JsonObject {
    return this.#message(new WireReader(bytes), schema, 0);
  }

  #message(reader: WireReader, schema: ObjectSchema, depth: number): JsonObject {
    if (depth > MAX_DEPTH) throw new ProtobufError("messages are nested too deeply");
    const object: JsonObject = {};
    this.#fields(reader, this.#plans.of(schema), object, depth);
    const { zeros } = schema;
    if (zeros !== undefined)
      for (const { name, zero } of zeros) {
        if (object[name] !== undefined || zero === undefined) continue;
        object[name] = typeof zero === "object" && zero !== null ? (copyJson(zero) as JsonValue) : (zero as JsonValue);
      }
    return object;
  }

  #fields(reader: WireReader, plan: ReadonlyMap<number, PlanEntry>, object: JsonObject, depth: number): void {
    while (!reader.done) {
      const tag = reader.unsigned();
      const entry = plan.get(Math.floor(tag / 8));
      const wireType = tag & 7;
      if (entry === undefined) reader.skip(wireType);
      else if (entry.type === "inlined") {
        expectLength(wireType);
        this.#fields(reader.part(), entry.entries, object, depth + 1);
      } else if (entry.wrapped) object[entry.field.name] = this.#value(reader, wireType, entry.field.schema, depth);
      else this.#member(reader, wireType, entry.field, object, depth);
    }
  }

  #member(reader: WireReader, wireType: number, field: Field, object: JsonObject, depth: number): void {
    const { schema, name } = field;
    if (schema.type === "list") {
      const items = listAt(object, name);
      // Numbers may come packed, whatever the type declares.
      if (wireType === LENGTH && wireTypeOf(schema.items) === VARINT) {
        const packed = reader.part();
        while (!packed.done) items.push(this.#value(packed, VARINT, schema.items, depth));
      } else items.push(this.#value(reader, wireType, schema.items, depth));
      return;
    }
    if (schema.type === "map") {
      expectLength(wireType);
      this.#entry(reader.part(), schema.values, structIn(object, name), depth + 1);
      return;
    }
    const value = this.#value(reader, wireType, schema, depth);
    // Where JSON writes a zero time (null), it stands among the zeros that are filled in.
    const noTime = value === null && (schema.type === "time" || schema.type === "microTime");
    if (value === undefined || noTime || (field.dropZero && isZero(value))) delete object[name];
    else object[name] = value;
  }

  #entry(reader: WireReader, values: Schema, map: JsonObject, depth: number): void {
    let key = "";
    let value: JsonValue | undefined;
    while (!reader.done) {
      const tag = reader.unsigned();
      if (tag === ((1 << 3) | LENGTH)) key = reader.text();
      else if (Math.floor(tag / 8) === 2) value = this.#value(reader, tag & 7, values, depth);
      else reader.skip(tag & 7);
    }
    setOwn(map, key, value ?? emptyOf(values));
  }

  #value(reader: WireReader, wireType: number, schema: Schema, depth: number): JsonValue {
    switch (schema.type) {
      case "object":
        expectLength(wireType);
        return this.#message(reader.part(), schema, depth + 1);
      case "any":
        expectLength(wireType);
        return this.#untyped(reader.part(), schema, depth + 1);
      case "list": {
        // A list as a map's value is a message of its own: {repeated items = 1}.
        expectLength(wireType);
        const part = reader.part();
        const items: JsonValue[] = [];
        while (!part.done) {
          const tag = part.unsigned();
          if (Math.floor(tag / 8) === 1) items.push(this.#value(part, tag & 7, schema.items, depth + 1));
          else part.skip(tag & 7);
        }
        return items;
      }
      case "map":
        throw new ProtobufError("maps of maps have no protobuf form");
      default:
        return scalar(reader, wireType, schema);
    }
  }

  /** JSON within protobuf, and the schemas of custom resources, which are one thing or another. */
  #untyped(reader: WireReader, schema: AnySchema, depth: number): JsonValue {
    if (schema.any !== "jsonSchemaProps") return embeddedJson(reader);
    const { of, alternative } = schema;
    if (of?.type !== "object") throw new ProtobufError("the schema of schemas is not known");
    const list: JsonValue[] = [];
    let one: JsonValue | undefined;
    let allows = false;
    while (!reader.done) {
      const tag = reader.unsigned();
      const number = Math.floor(tag / 8);
      const isSchema = number === (alternative === "boolean" ? 2 : 1);
      if (isSchema) one = this.#message(reader.part(), of, depth);
      else if (alternative === "boolean" && number === 1) allows = reader.unsigned() !== 0;
      else if (alternative === "array" && number === 2) list.push(this.#message(reader.part(), of, depth));
      else if (alternative === "stringArray" && number === 2) list.push(reader.text());
      else reader.skip(tag & 7);
    }
    return one ?? (alternative === "boolean" ? allows : list);
  }
}

/** The JSON text in the first field of a message: RawExtension, JSON and FieldsV1 all keep it there. */
function embeddedJson(reader: WireReader): JsonValue {
  let value: JsonValue = null;
  while (!reader.done) {
    const tag = reader.unsigned();
    if (tag !== ((1 << 3) | LENGTH)) {
      reader.skip(tag & 7);
      continue;
    }
    const text = reader.text();
    if (text === "") continue;
    try {
      value = parseJsonValue(text);
    } catch (error) {
      if (error instanceof JsonError) throw new ProtobufError(`embedded JSON: ${error.message}`);
      throw error;
    }
  }
  return value;
}

function scalar(reader: WireReader, wireType: number, schema: ScalarSchema): JsonValue {
  switch (schema.type) {
    case "string":
      expectLength(wireType);
      return reader.text();
    case "bytes":
      expectLength(wireType);
      return reader.part().rest().toString("base64");
    case "boolean":
      expectVarint(wireType);
      return reader.int64() !== 0;
    case "int32":
      expectVarint(wireType);
      return reader.int32();
    case "int64":
      expectVarint(wireType);
      return reader.int64();
    case "number":
      if (wireType === VARINT) return reader.int64();
      return reader.double();
    case "quantity":
      return textMessage(reader, wireType);
    case "time":
    case "microTime":
      return time(reader, wireType, schema.type);
    case "duration":
      return formatDuration(BigInt(numbers(reader, wireType)[1] ?? 0));
    case "intOrString":
      return intOrString(reader, wireType);
  }
}

function textMessage(reader: WireReader, wireType: number): string {
  expectLength(wireType);
  const part = reader.part();
  let text = "";
  while (!part.done) {
    const tag = part.unsigned();
    if (tag === ((1 << 3) | LENGTH)) text = part.text();
    else part.skip(tag & 7);
  }
  return text === "" ? "0" : text;
}

/** The varint fields of a small message, by number. */
function numbers(reader: WireReader, wireType: number): Readonly<Record<number, number | bigint>> {
  expectLength(wireType);
  const part = reader.part();
  const found: Record<number, number | bigint> = {};
  while (!part.done) {
    const tag = part.unsigned();
    if ((tag & 7) === VARINT) found[Math.floor(tag / 8)] = part.int64();
    else part.skip(tag & 7);
  }
  return found;
}

function time(reader: WireReader, wireType: number, type: "time" | "microTime"): JsonValue {
  const { 1: seconds, 2: nanos = 0 } = numbers(reader, wireType);
  // An empty message is the zero time, which JSON leaves out.
  if (seconds === undefined) return null;
  const instant = { seconds: Number(seconds), nanos: Number(nanos) };
  return type === "time" ? formatTime(instant) : formatMicroTime(instant);
}

function intOrString(reader: WireReader, wireType: number): JsonValue {
  expectLength(wireType);
  const part = reader.part();
  let isText = false;
  let number = 0;
  let text = "";
  while (!part.done) {
    const tag = part.unsigned();
    if (tag === ((1 << 3) | VARINT)) isText = part.int64() === 1;
    else if (tag === ((2 << 3) | VARINT)) number = part.int32();
    else if (tag === ((3 << 3) | LENGTH)) text = part.text();
    else part.skip(tag & 7);
  }
  return isText ? text : number;
}

function emptyOf(schema: Schema): JsonValue {
  if (schema.type === "object") return {};
  if (schema.type === "list") return [];
  if (schema.type === "time" || schema.type === "microTime") return null;
  return schema.type === "quantity" ? "0" : "";
}

function listAt(object: JsonObject, name: string): JsonValue[] {
  const present = object[name];
  if (Array.isArray(present)) return present;
  const made: JsonValue[] = [];
  object[name] = made;
  return made;
}

function expectLength(wireType: number): void {
  if (wireType !== LENGTH) throw new ProtobufError(`wire type ${wireType} where a length was expected`);
}

function expectVarint(wireType: number): void {
  if (wireType !== VARINT) throw new ProtobufError(`wire type ${wireType} where a number was expected`);
}
