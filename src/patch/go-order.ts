import { isObject, setOwn, type JsonObject, type JsonValue, type ReadonlyJson } from "../object/json.ts";
import type { Schema } from "../schema/schema.ts";

/**
 * A value with its members in the order in which the original writes them: a struct's as its type has them, a map's by
 * key. Messages that show a whole object show it so.
 */
export function inGoOrder(value: ReadonlyJson, schema: Schema): JsonValue {
  if (Array.isArray(value)) {
    const items = schema.type === "list" ? schema.items : schema;
    return (value as readonly ReadonlyJson[]).map((item) => inGoOrder(item, items));
  }
  if (!isObject(value)) return value as JsonValue;
  const ordered: JsonObject = {};
  const keys = Object.keys(value);
  if (schema.type === "object") {
    const places = new Map([...schema.fields.keys()].map((name, place) => [name, place]));
    const place = (name: string): number => places.get(name) ?? places.size;
    keys.sort((a, b) => place(a) - place(b));
  } else keys.sort();
  for (const key of keys) {
    const member = value[key];
    const memberSchema = schema.type === "object" ? schema.fields.get(key)?.schema : schema.type === "map" ? schema.values : schema;
    if (member !== undefined) setOwn(ordered, key, memberSchema === undefined ? (member as JsonValue) : inGoOrder(member, memberSchema));
  }
  return ordered;
}
