import type { ReadonlyJson } from "../object/json.ts";

/** Whether a value is what Go takes for a field's zero, or for an empty one: "", 0, false, null, [], {}. */
export function isZero(value: ReadonlyJson): boolean {
  if (typeof value !== "object") return value === "" || value === 0 || value === false;
  if (value === null) return true;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}
