import { isObject, type JsonObject, type JsonValue } from "./json.ts";

// Parts of an object that its holder may change. What lies where a struct or list should be and is none counts as absent.

/** A member that is a struct of the type: there is always one, an empty one is put where it is missing. */
export function structIn(parent: JsonObject, name: string): JsonObject {
  const member = parent[name];
  if (isObject(member)) return member;
  const empty: JsonObject = {};
  parent[name] = empty;
  return empty;
}

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
