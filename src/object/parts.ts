import { isObject, type JsonObject, type JsonValue } from "./json.ts";

// Parts of an object that its holder may change. What lies where a struct or list should be and is none counts as absent.

/** The struct at the end of a path of members; undefined where one of them is absent. */
export function structAt(value: JsonValue | undefined, ...path: readonly string[]): JsonObject | undefined {
  let here = value;
  for (const name of path) here = isObject(here) ? here[name] : undefined;
  return isObject(here) ? here : undefined;
}

/** The objects of a list, or none. */
export function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
