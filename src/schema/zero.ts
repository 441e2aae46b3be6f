import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";

/** Whether a value is what Go takes for a field's zero, or for an empty one: "", 0, false, null, [], {}. */
export function isZero(value: ReadonlyJson): boolean {
  if (typeof value !== "object") return value === "" || value === 0 || value === false;
  if (value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isEmpty(value as ReadonlyJsonObject);
}

/** Without the array of its keys: this is asked of every member of what is written. */
function isEmpty(value: ReadonlyJsonObject): boolean {
  for (const name in value) if (Object.hasOwn(value, name)) return false;
  return true;
}
