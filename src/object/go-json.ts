import { isObject, type ReadonlyJson, type ReadonlyJsonObject } from "./json.ts";
import { sortedKeys } from "./text-order.ts";

/** What Go's encoder escapes in addition to JSON's rules, so that its output is safe in HTML and JavaScript. */
const htmlEscapes = new Map([
  ["<", "\\u003c"],
  [">", "\\u003e"],
  ["&", "\\u0026"],
  ["\u2028", "\\u2028"],
  ["\u2029", "\\u2029"],
]);

/**
 * JSON text as Go's encoder writes it, for values shown in messages: compact, integers of any size in full, <, > and &
 * escaped. Members stand in the order in which the object holds them.
 */
export function goJson(value: ReadonlyJson): string {
  return encodeJson(value).replace(/[<>&\u2028\u2029]/g, (character) => htmlEscapes.get(character) ?? character);
}

/** JSON text that may hold bigint, which JSON.stringify refuses; otherwise the same. Depth is bounded by the decoder. */
export function encodeJson(value: ReadonlyJson): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(encodeJson).join(",")}]`;
  const members = Object.entries(value as ReadonlyJsonObject);
  const shown: string[] = [];
  for (const [key, member] of members) {
    if (member !== undefined) shown.push(`${JSON.stringify(key)}:${encodeJson(member)}`);
  }
  return `{${shown.join(",")}}`;
}

/** A value with its members by name at every level, as free-form JSON is shown. Depth is bounded by the decoder. */
export function membersByName(value: ReadonlyJson): ReadonlyJson {
  if (Array.isArray(value)) return value.map((item: ReadonlyJson) => membersByName(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(sortedKeys(value).map((key) => [key, membersByName(value[key] ?? null)]));
}
