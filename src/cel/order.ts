import { Double, Duration, EvalError, Timestamp, Uint, isInt, noSuchOverload } from "./value.ts";
import type { Value } from "./value.ts";

/** Negative, zero or positive as `a` comes before, with or after `b`. Throws noSuchOverload for what has no order. */
export function compare(a: Value, b: Value): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  const left = number(a);
  if (left !== undefined) {
    const right = number(b);
    if (right === undefined) throw noSuchOverload();
    if (a instanceof Double || b instanceof Double) return compareDoubles(Number(left), Number(right));
    // JavaScript orders number and bigint exactly
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.seconds - b.seconds || a.nanos - b.nanos;
  if (a instanceof Duration && b instanceof Duration) return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  throw noSuchOverload();
}

/** Against a double, an int is rounded to one: that is how the original compares them. */
function compareDoubles(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) throw new EvalError("NaN values cannot be ordered");
  return a < b ? -1 : a > b ? 1 : 0;
}

function number(value: Value): number | bigint | undefined {
  if (isInt(value)) return value;
  if (value instanceof Double || value instanceof Uint) return value.value;
  return undefined;
}

/** Orders strings by code point, as their UTF-8 bytes are; JavaScript's own order differs beyond the BMP. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    if (left >= 0xd800 && right >= 0xd800) return rank(left) - rank(right);
    return left - right;
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit < 0xe000 ? unit + 0x10000 : unit;
}
