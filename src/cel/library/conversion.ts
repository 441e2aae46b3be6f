import { fn, globalOverload } from "../declaration.ts";
import type { FunctionDeclaration } from "../declaration.ts";
import { typeOf } from "../guard.ts";
import { formatDouble } from "../number-format.ts";
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from "../time.ts";
import * as t from "../types.ts";
import { Double, Duration, EvalError, Timestamp, TypeValue, Uint, checkedInt, int, maxInt, maxUint, minInt } from "../value.ts";
import type { Value } from "../value.ts";

function cannot(from: string, to: string): EvalError {
  return new EvalError(`type conversion error from '${from}' to '${to}'`);
}

/** A double as an integer, cut towards zero. The bounds are doubles themselves, so they are out of range. */
function truncated(value: number, min: number, max: number, overflow: string): bigint {
  if (!(value > min && value < max)) throw new EvalError(overflow);
  return BigInt(Math.trunc(value));
}

function parseInt64(text: string): Value {
  if (!/^[+-]?\d+$/.test(text) || text.length > 64) throw cannot("string", "int");
  const value = BigInt(text.replace("+", ""));
  if (value > maxInt || value < minInt) throw cannot("string", "int");
  return int(value);
}

function parseUint64(text: string): Value {
  if (!/^\d+$/.test(text) || text.length > 64 || BigInt(text) > maxUint) throw cannot("string", "uint");
  return new Uint(BigInt(text));
}

function parseDouble(text: string): Value {
  if (/^[+-]?(inf|infinity)$/i.test(text)) return new Double(text.startsWith("-") ? -Infinity : Infinity);
  if (/^nan$/i.test(text)) return new Double(NaN);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw cannot("string", "double");
  const value = Number(text);
  if (!Number.isFinite(value)) throw cannot("string", "double");
  return new Double(value);
}

const booleans = new Map([
  ...["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false] as const),
]);

function parseBool(text: string): Value {
  const value = booleans.get(text);
  if (value === undefined) throw cannot("string", "bool");
  return value;
}

function decodeText(bytes: Uint8Array): Value {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new EvalError("invalid UTF-8 in bytes, cannot convert to string");
  }
}

function toTimestamp(text: string): Value {
  const time = parseTimestamp(text);
  if (time === undefined) throw cannot("string", "google.protobuf.Timestamp");
  return time;
}

function secondsToTimestamp(seconds: number | bigint): Value {
  if (seconds < -62135596800 || seconds > 253402300799) throw new EvalError("timestamp overflow");
  return new Timestamp(Number(seconds), 0);
}

function toDuration(text: string): Value {
  const duration = parseDuration(text);
  if (duration === undefined) throw cannot("string", "google.protobuf.Duration");
  return duration;
}

const as = <T>(value: Value | undefined): T => value as T;
const A = t.paramType("A");

/** bool, bytes, double, duration, dyn, int, string, timestamp, type and uint as functions. */
export const conversionFunctions: readonly FunctionDeclaration[] = [
  fn("bool", [
    globalOverload("bool_to_bool", [t.boolType], t.boolType, (v) => as(v)),
    globalOverload("string_to_bool", [t.stringType], t.boolType, (v) => parseBool(as(v))),
  ]),
  fn("bytes", [
    globalOverload("bytes_to_bytes", [t.bytesType], t.bytesType, (v) => as(v)),
    globalOverload("string_to_bytes", [t.stringType], t.bytesType, (v) => new TextEncoder().encode(as(v))),
  ]),
  fn("double", [
    globalOverload("double_to_double", [t.doubleType], t.doubleType, (v) => as(v)),
    globalOverload("int64_to_double", [t.intType], t.doubleType, (v) => new Double(Number(as<number>(v)))),
    globalOverload("string_to_double", [t.stringType], t.doubleType, (v) => parseDouble(as(v))),
    globalOverload("uint64_to_double", [t.uintType], t.doubleType, (v) => new Double(Number(as<Uint>(v).value))),
  ]),
  fn("duration", [
    globalOverload("duration_to_duration", [t.durationType], t.durationType, (v) => as(v)),
    globalOverload("int64_to_duration", [t.intType], t.durationType, (v) => new Duration(BigInt(as<number>(v)))),
    globalOverload("string_to_duration", [t.stringType], t.durationType, (v) => toDuration(as(v))),
  ]),
  fn("dyn", [globalOverload("to_dyn", [A], t.dynType, (v) => as(v))]),
  fn("int", [
    globalOverload("int64_to_int64", [t.intType], t.intType, (v) => as(v)),
    globalOverload("double_to_int64", [t.doubleType], t.intType, (v) =>
      checkedInt(truncated(as<Double>(v).value, Number(minInt), Number(maxInt), "integer overflow")),
    ),
    globalOverload("duration_to_int64", [t.durationType], t.intType, (v) => int(as<Duration>(v).nanos)),
    globalOverload("string_to_int64", [t.stringType], t.intType, (v) => parseInt64(as(v))),
    globalOverload("timestamp_to_int64", [t.timestampType], t.intType, (v) => as<Timestamp>(v).seconds),
    globalOverload("uint64_to_int64", [t.uintType], t.intType, (v) => checkedInt(as<Uint>(v).value)),
  ]),
  fn("string", [
    globalOverload("string_to_string", [t.stringType], t.stringType, (v) => as(v)),
    globalOverload("bool_to_string", [t.boolType], t.stringType, String),
    globalOverload("bytes_to_string", [t.bytesType], t.stringType, (v) => decodeText(as(v))),
    globalOverload("double_to_string", [t.doubleType], t.stringType, (v) => formatDouble(as<Double>(v).value)),
    globalOverload("duration_to_string", [t.durationType], t.stringType, (v) => formatDuration(as(v))),
    globalOverload("int64_to_string", [t.intType], t.stringType, String),
    globalOverload("timestamp_to_string", [t.timestampType], t.stringType, (v) => formatTimestamp(as(v))),
    globalOverload("uint64_to_string", [t.uintType], t.stringType, (v) => String(as<Uint>(v).value)),
  ]),
  fn("timestamp", [
    globalOverload("timestamp_to_timestamp", [t.timestampType], t.timestampType, (v) => as(v)),
    globalOverload("int64_to_timestamp", [t.intType], t.timestampType, (v) => secondsToTimestamp(as(v))),
    globalOverload("string_to_timestamp", [t.stringType], t.timestampType, (v) => toTimestamp(as(v))),
  ]),
  fn("type", [globalOverload("type", [A], t.typeType(A), (v) => new TypeValue(typeOf(as(v))))]),
  fn("uint", [
    globalOverload("uint64_to_uint64", [t.uintType], t.uintType, (v) => as(v)),
    globalOverload(
      "double_to_uint64",
      [t.doubleType],
      t.uintType,
      (v) => new Uint(truncated(as<Double>(v).value, -1, Number(maxUint), "unsigned integer overflow")),
    ),
    globalOverload("int64_to_uint64", [t.intType], t.uintType, (v) => {
      if (as<number>(v) < 0) throw new EvalError("unsigned integer overflow");
      return new Uint(BigInt(as<number>(v)));
    }),
    globalOverload("string_to_uint64", [t.stringType], t.uintType, (v) => parseUint64(as(v))),
  ]),
];
