import { ScalarType, create, fromBinary } from "@bufbuild/protobuf";
import type { DescEnum, DescField, DescMessage, Message, Registry } from "@bufbuild/protobuf";
import { AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { reflect } from "@bufbuild/protobuf/reflect";
import type { ReflectMessage } from "@bufbuild/protobuf/reflect";
import type { TypeProvider } from "../declaration.ts";
import { equal } from "../equal.ts";
import { EntryMap } from "../map.ts";
import { timestampFromNanos, checkedDuration } from "../time.ts";
import * as t from "../types.ts";
import type { Type } from "../types.ts";
import { Double, Duration, EvalError, List, Timestamp, Uint, int, isInt, isMap } from "../value.ts";
import type { StructValue, Value } from "../value.ts";

/** Protobuf messages as CEL structs: what the public conformance data is written in. Only tests use it. */

const wrappers = new Map<string, Type>([
  ["google.protobuf.BoolValue", t.boolType],
  ["google.protobuf.BytesValue", t.bytesType],
  ["google.protobuf.DoubleValue", t.doubleType],
  ["google.protobuf.FloatValue", t.doubleType],
  ["google.protobuf.Int32Value", t.intType],
  ["google.protobuf.Int64Value", t.intType],
  ["google.protobuf.StringValue", t.stringType],
  ["google.protobuf.UInt32Value", t.uintType],
  ["google.protobuf.UInt64Value", t.uintType],
]);

const wellKnown = new Map<string, Type>([
  ...[...wrappers].map(([name, of]) => [name, t.wrapperType(of)] as const),
  ["google.protobuf.Timestamp", t.timestampType],
  ["google.protobuf.Duration", t.durationType],
  ["google.protobuf.Any", t.anyType],
  ["google.protobuf.Value", t.dynType],
  ["google.protobuf.Struct", t.mapType(t.stringType, t.dynType)],
  ["google.protobuf.ListValue", t.listType(t.dynType)],
]);

export function messageType(name: string): Type {
  return wellKnown.get(name) ?? t.structType(name);
}

function scalarType(scalar: ScalarType): Type {
  switch (scalar) {
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return t.doubleType;
    case ScalarType.BOOL:
      return t.boolType;
    case ScalarType.STRING:
      return t.stringType;
    case ScalarType.BYTES:
      return t.bytesType;
    case ScalarType.UINT32:
    case ScalarType.UINT64:
    case ScalarType.FIXED32:
    case ScalarType.FIXED64:
      return t.uintType;
    default:
      return t.intType;
  }
}

function itemType(scalar: ScalarType | undefined, message: DescMessage | undefined): Type {
  if (message !== undefined) return messageType(message.typeName);
  return scalar === undefined ? t.intType : scalarType(scalar);
}

function fieldType(field: DescField): Type {
  if (field.fieldKind === "list") return t.listType(itemType(field.scalar, field.message));
  if (field.fieldKind === "map") return t.mapType(scalarType(field.mapKey), itemType(field.scalar, field.message));
  return itemType(field.scalar, field.message);
}

function scalarValue(scalar: ScalarType | undefined, raw: unknown): Value {
  if (typeof raw === "boolean" || typeof raw === "string" || raw instanceof Uint8Array) return raw;
  const type = scalar === undefined ? t.intType : scalarType(scalar);
  if (type === t.doubleType) return new Double(Number(raw));
  return type === t.uintType ? new Uint(BigInt(raw as bigint)) : int(BigInt(raw as bigint));
}

export class ProtobufTypes implements TypeProvider {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  findType(name: string): Type | undefined {
    return this.#registry.getMessage(name) === undefined ? undefined : messageType(name);
  }

  findField(struct: string, field: string): Type | undefined {
    const found = this.#registry.getMessage(struct)?.fields.find((each) => each.name === field);
    return found === undefined ? undefined : fieldType(found);
  }

  findConstant(name: string): { readonly type: Type; readonly value: Value } | undefined {
    const at = name.lastIndexOf(".");
    const found: DescEnum | undefined = this.#registry.getEnum(name.slice(0, Math.max(at, 0)));
    const value = found?.values.find((each) => each.name === name.slice(at + 1));
    return value === undefined ? undefined : { type: t.intType, value: value.number };
  }

  create(name: string, fields: ReadonlyMap<string, Value>): Value {
    const desc = this.#registry.getMessage(name);
    if (desc === undefined) throw new EvalError(`unknown type: ${name}`);
    const message = reflect(desc, create(desc));
    for (const [field, value] of fields) {
      const found = desc.fields.find((each) => each.name === field);
      if (found === undefined) throw new EvalError(`no such field: ${field}`);
      this.#set(message, found, value);
    }
    return this.value(message.message);
  }

  /** A message as a value: a struct, or what a well-known message stands for. */
  value(message: Message): Value {
    const desc = this.#registry.getMessage(message.$typeName);
    if (desc === undefined) throw new EvalError(`unknown type: ${message.$typeName}`);
    const raw = reflect(desc, message);
    const get = (name: string): unknown => {
      const field = desc.fields.find((each) => each.name === name);
      return field === undefined ? undefined : raw.get(field);
    };
    if (wrappers.has(desc.typeName)) return scalarValue(desc.fields[0]?.scalar, get("value"));
    switch (desc.typeName) {
      case "google.protobuf.Timestamp":
        return timestampFromNanos(BigInt(get("seconds") as bigint) * 1_000_000_000n + BigInt(get("nanos") as number));
      case "google.protobuf.Duration":
        return checkedDuration(BigInt(get("seconds") as bigint) * 1_000_000_000n + BigInt(get("nanos") as number));
      case "google.protobuf.Any":
        return this.#unpack(get("type_url") as string, get("value") as Uint8Array);
      case "google.protobuf.Struct":
      case "google.protobuf.ListValue":
        return this.#fieldValue(raw, desc.fields[0] as DescField);
      case "google.protobuf.Value": {
        const set = desc.fields.find((field) => raw.isSet(field));
        if (set === undefined || set.name === "null_value") return null;
        return this.#fieldValue(raw, set);
      }
      default:
        return new ProtobufStruct(this, desc, raw);
    }
  }

  #unpack(url: string, bytes: Uint8Array): Value {
    const desc = this.#registry.getMessage(url.slice(url.lastIndexOf("/") + 1));
    if (desc === undefined && url !== "") throw new EvalError(`unknown type: ${url}`);
    if (desc === undefined) return new OpaqueBytes(url, bytes);
    try {
      return this.value(fromBinary(desc, bytes));
    } catch {
      // bytes that do not parse are still equal to themselves
      return new OpaqueBytes(url, bytes);
    }
  }

  #fieldValue(message: ReflectMessage, field: DescField): Value {
    switch (field.fieldKind) {
      case "list": {
        const items = [...message.get(field)].map((item) => this.#itemValue(field.scalar, field.message, item));
        return new List(items);
      }
      case "map": {
        const map = new EntryMap();
        for (const [key, item] of message.get(field)) {
          map.add(scalarValue(field.mapKey, mapKeyOf(field.mapKey, key)), this.#itemValue(field.scalar, field.message, item));
        }
        return map;
      }
      default:
        return this.#itemValue(field.scalar, field.message, message.get(field));
    }
  }

  #itemValue(scalar: ScalarType | undefined, message: DescMessage | undefined, raw: unknown): Value {
    return message === undefined ? scalarValue(scalar, raw) : this.value((raw as ReflectMessage).message);
  }

  field(message: ReflectMessage, field: DescField): Value {
    const set = message.isSet(field);
    if (!set && field.fieldKind === "message") {
      if (wrappers.has(field.message.typeName)) return null;
      if (field.message.typeName === "google.protobuf.Any" || field.message.typeName === "google.protobuf.Value") return null;
      return this.value(create(field.message));
    }
    return this.#fieldValue(message, field);
  }

  #set(message: ReflectMessage, field: DescField, value: Value): void {
    if (field.fieldKind === "list") {
      if (value === null) return;
      if (!(value instanceof List)) throw new EvalError("unsupported field type");
      const list = message.get(field);
      for (const item of value.values()) list.add(this.#raw(field.scalar, field.enum, field.message, item));
      message.set(field, list);
      return;
    }
    if (field.fieldKind === "map") {
      if (value === null) return;
      if (!isMap(value)) throw new EvalError("unsupported field type");
      const map = message.get(field);
      for (const key of value.keys()) {
        const rawKey = this.#raw(field.mapKey, undefined, undefined, key);
        map.set(rawKey as string, this.#raw(field.scalar, field.enum, field.message, value.find(key) as Value));
      }
      message.set(field, map);
      return;
    }
    if (value === null && field.fieldKind === "message" && field.message.typeName !== "google.protobuf.Value") return;
    message.set(field, this.#raw(field.scalar, field.enum, field.message, value));
  }

  #raw(scalar: ScalarType | undefined, of: DescEnum | undefined, message: DescMessage | undefined, value: Value): unknown {
    if (message !== undefined) return reflect(message, this.#message(message, value));
    if (of !== undefined || scalar === ScalarType.INT32 || scalar === ScalarType.SINT32 || scalar === ScalarType.SFIXED32) {
      if (value === null) return 0;
      if (!isInt(value)) throw new EvalError("unsupported field type");
      if (value > 2147483647 || value < -2147483648) throw new EvalError("integer overflow");
      return Number(value);
    }
    if (scalar === ScalarType.UINT32 || scalar === ScalarType.FIXED32) {
      if (!(value instanceof Uint)) throw new EvalError("unsupported field type");
      if (value.value > 4294967295n) throw new EvalError("unsigned integer overflow");
      return Number(value.value);
    }
    if (value instanceof Uint) return value.value;
    if (isInt(value)) return BigInt(value);
    if (value instanceof Double) return scalar === ScalarType.FLOAT ? Math.fround(value.value) : value.value;
    if (typeof value === "string" || typeof value === "boolean" || value instanceof Uint8Array) return value;
    throw new EvalError("unsupported field type");
  }

  #message(desc: DescMessage, value: Value): Message {
    if (desc.typeName === "google.protobuf.Any" && value instanceof ProtobufStruct) return anyPack(value.raw.desc, value.raw.message);
    if (value instanceof OpaqueBytes) return create(AnySchema, { typeUrl: value.type.name, value: value.bytes });
    if (value instanceof ProtobufStruct && value.raw.desc.typeName === desc.typeName) return value.raw.message;
    const message = reflect(desc, create(desc));
    const set = (name: string, item: Value): void => {
      const field = desc.fields.find((each) => each.name === name);
      if (field !== undefined) this.#set(message, field, item);
    };
    if (wrappers.has(desc.typeName)) set("value", value);
    else if (value instanceof Timestamp) {
      set("seconds", value.seconds);
      set("nanos", value.nanos);
    } else if (value instanceof Duration) {
      set("seconds", int(value.nanos / 1_000_000_000n));
      set("nanos", int(value.nanos % 1_000_000_000n));
    } else if (desc.typeName === "google.protobuf.Value") this.#setValue(set, value);
    else if (desc.typeName === "google.protobuf.Struct") set("fields", value);
    else if (desc.typeName === "google.protobuf.ListValue") set("values", value);
    else throw new EvalError("unsupported field type");
    return message.message;
  }

  #setValue(set: (name: string, item: Value) => void, value: Value): void {
    if (value === null) set("null_value", 0);
    else if (typeof value === "boolean") set("bool_value", value);
    else if (typeof value === "string") set("string_value", value);
    else if (value instanceof Double) set("number_value", value);
    else if (isInt(value)) set("number_value", new Double(Number(value)));
    else if (value instanceof List) set("list_value", value);
    else set("struct_value", value);
  }
}

function mapKeyOf(type: ScalarType, key: unknown): unknown {
  if (type === ScalarType.BOOL) return key === true || key === "true";
  return type === ScalarType.STRING ? key : BigInt(key as string);
}

class OpaqueBytes implements StructValue {
  readonly kind = "struct";
  readonly type: Type;
  readonly bytes: Uint8Array;
  constructor(url: string, bytes: Uint8Array) {
    this.type = t.structType(url);
    this.bytes = bytes;
  }
  get(): undefined {
    return undefined;
  }
  has(): undefined {
    return undefined;
  }
  isZero(): boolean {
    return false;
  }
  equals(other: StructValue): boolean {
    return other instanceof OpaqueBytes && other.type.name === this.type.name && Buffer.compare(this.bytes, other.bytes) === 0;
  }
}

export class ProtobufStruct implements StructValue {
  readonly kind = "struct";
  readonly type: Type;
  readonly raw: ReflectMessage;
  readonly #types: ProtobufTypes;

  constructor(types: ProtobufTypes, desc: DescMessage, raw: ReflectMessage) {
    this.#types = types;
    this.type = t.structType(desc.typeName);
    this.raw = raw;
  }

  #field(name: string): DescField | undefined {
    return this.raw.desc.fields.find((field) => field.name === name);
  }

  get(name: string): Value | undefined {
    const field = this.#field(name);
    return field === undefined ? undefined : this.#types.field(this.raw, field);
  }

  has(name: string): boolean | undefined {
    const field = this.#field(name);
    return field === undefined ? undefined : this.raw.isSet(field);
  }

  isZero(): boolean {
    return !this.raw.desc.fields.some((field) => this.raw.isSet(field));
  }

  equals(other: StructValue): boolean {
    if (!(other instanceof ProtobufStruct) || other.type.name !== this.type.name) return false;
    return this.raw.desc.fields.every((field) => {
      if (this.raw.isSet(field) !== other.raw.isSet(field)) return false;
      return !this.raw.isSet(field) || equal(this.#types.field(this.raw, field), this.#types.field(other.raw, field));
    });
  }
}
