import { typeName } from "./types.ts";
import { Double, Duration, List, Optional, Timestamp, TypeValue, Uint, isInt, isMap, isOpaque, isStruct } from "./value.ts";
import type { MapValue, Value } from "./value.ts";

/** Whether two values are equal: numbers by value whatever their type, otherwise never across types. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || a === null) {
    if (isInt(a) && typeof b === "object") return numbersEqual(a, b);
    return false;
  }
  if (typeof b !== "object" || b === null) return isInt(b) && numbersEqual(b, a);
  if (a instanceof Double || a instanceof Uint) return numbersEqual(numeric(a), b);
  if (a instanceof List) return b instanceof List && listsEqual(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.seconds === b.seconds && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && typeName(a.type) === typeName(b.type);
  if (a instanceof Optional) {
    if (!(b instanceof Optional)) return false;
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equal(a.value, b.value);
  }
  if (isMap(a)) return isMap(b) && mapsEqual(a, b);
  if (isStruct(a)) return isStruct(b) && a.equals(b);
  return isOpaque(b) && a.type.name === b.type.name && a.equals(b);
}

function numeric(value: Double | Uint): number | bigint | Double {
  return value instanceof Uint ? value.value : value;
}

function asDouble(value: number | bigint | Double): number {
  return Number(value instanceof Double ? value.value : value);
}

/** Plain and boxed numbers; JavaScript compares number with bigint exactly. */
function numbersEqual(a: number | bigint | Double, b: Value): boolean {
  const right = isInt(b) ? b : b instanceof Double || b instanceof Uint ? numeric(b) : undefined;
  if (right === undefined) return false;
  // against a double, an int is rounded to one: that is how the original compares them
  if (a instanceof Double || right instanceof Double) return asDouble(a) === asDouble(right);
  // oxlint-disable-next-line eqeqeq -- only the loose one compares a number with a bigint
  return (a as number) == (right as number);
}

function listsEqual(a: List, b: List): boolean {
  if (a.size !== b.size) return false;
  // the left one decides, as in the original: a literal is an ordinary list
  if (a.semantics !== undefined) return a.semantics.equal(a, b);
  for (let i = 0; i < a.size; i++) if (!equal(a.get(i), b.get(i))) return false;
  return true;
}

function mapsEqual(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const left = a.find(key);
    const right = b.find(key);
    if (left === undefined || right === undefined || !equal(left, right)) return false;
  }
  return true;
}
