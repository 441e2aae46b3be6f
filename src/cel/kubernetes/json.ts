import { isObject, setOwn } from "../../object/json.ts";
import { ObjectMap } from "../map.ts";
import { formatDuration, formatTimestamp } from "../time.ts";
import { Double, Duration, EvalError, List, Optional, Timestamp, Uint, isMap, isStruct } from "../value.ts";
import type { Value } from "../value.ts";
import type { JsonObject, JsonValue } from "../../object/json.ts";

/** Any JSON as a value, lists and objects read as they are looked into. A whole number is an int, any other a double. */
export function readJson(raw: unknown): Value {
  switch (typeof raw) {
    case "string":
    case "boolean":
    case "bigint":
      return raw;
    case "number":
      return Number.isInteger(raw) ? raw : new Double(raw);
    default:
      if (Array.isArray(raw)) return new List(raw, readJson);
      if (isObject(raw)) return new ObjectMap(raw, readJson);
      return null;
  }
}

const maxDepth = 500;

/** A value as JSON: what a policy's mutation puts into an object. Throws EvalError for what has no JSON. */
export function writeJson(value: Value, depth = 0): JsonValue {
  if (depth > maxDepth) throw new EvalError("value is nested too deeply");
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Double) return value.value;
  if (value instanceof Uint) return value.value <= 9007199254740991n ? Number(value.value) : value.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof List) return value.values().map((item) => writeJson(item, depth + 1));
  if (value instanceof Optional) return value.value === undefined ? null : writeJson(value.value, depth + 1);
  if (isMap(value)) {
    const object: JsonObject = {};
    for (const key of value.keys()) {
      if (typeof key !== "string") throw new EvalError("unsupported map key type: only strings are keys in JSON");
      setOwn(object, key, writeJson(value.find(key) ?? null, depth + 1));
    }
    return object;
  }
  if (isStruct(value) && "toJson" in value && typeof value.toJson === "function") {
    return (value as { toJson(depth: number): JsonValue }).toJson(depth + 1);
  }
  throw new EvalError("unsupported type: it has no JSON form");
}
