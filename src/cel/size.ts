import { codePoints } from "./source.ts";
import { List, Optional, isMap, isOpaque, isStruct } from "./value.ts";
import type { Value } from "./value.ts";

/** The length of a string in code points; short of scanning where the engine knows that there are no pairs. */
export function stringSize(text: string): number {
  return surrogate.test(text) ? codePoints(text) : text.length;
}

const surrogate = /[\ud800-\udbff]/;

/** What the cost of traversing a value is measured by: characters, elements, entries; 1 for what has no size. */
export function costSize(value: Value): number {
  if (typeof value === "string") return stringSize(value);
  if (typeof value !== "object" || value === null) return 1;
  if (value instanceof List || isMap(value)) return value.size;
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof Optional) return value.value === undefined ? 1 : costSize(value.value);
  return isOpaque(value) || isStruct(value) ? (value.size ?? 1) : 1;
}
