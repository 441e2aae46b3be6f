import { isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";

/** A value as Go's %v prints it, which some messages show: `map[a:1 b:[x y] c:<nil>]`, keys in order. */
export function formatGoValue(value: ReadonlyJson | undefined): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${(value as readonly ReadonlyJson[]).map(formatGoValue).join(" ")}]`;
  if (!isObject(value)) return String(value);
  const object: ReadonlyJsonObject = value;
  const members = Object.keys(object).toSorted();
  return `map[${members.map((key) => `${key}:${formatGoValue(object[key])}`).join(" ")}]`;
}
