import { isObject, type JsonObject, type JsonValue } from "../object/json.ts";
import type { ObjectSchema, Schema } from "./schema.ts";

/** Whether values of a schema can hold lists that are stored as null where they are empty. */
const holders = new WeakMap<Schema, boolean>();

/**
 * Writes null for empty lists of fields that the original writes always: a client's `[]` counts while the object is
 * owned, admitted and checked, and is lost where it is stored. Changes the object in place.
 */
export function nullEmptyLists(object: JsonObject, schema: ObjectSchema): void {
  if (!holds(schema)) return;
  for (const field of schema.fields.values()) {
    const value = Object.hasOwn(object, field.name) ? object[field.name] : undefined;
    if (typeof value !== "object" || value === null) continue;
    if (field.zero === null && Array.isArray(value) && value.length === 0) object[field.name] = null;
    else descend(value, field.schema);
  }
}

function descend(value: JsonValue, schema: Schema): void {
  if (!holds(schema)) return;
  if (schema.type === "object") {
    if (isObject(value)) nullEmptyLists(value, schema);
  } else if (schema.type === "list") {
    if (Array.isArray(value)) for (const item of value) descend(item, schema.items);
  } else if (schema.type === "map" && isObject(value)) {
    for (const item of Object.values(value)) if (item !== undefined) descend(item, schema.values);
  }
}

function holds(schema: Schema): boolean {
  if (schema.type !== "object" && schema.type !== "list" && schema.type !== "map") return false;
  const known = holders.get(schema);
  if (known !== undefined) return known;
  // A type within itself adds nothing that it does not have already.
  holders.set(schema, false);
  const found =
    schema.type === "object"
      ? [...schema.fields.values()].some((field) => (field.zero === null && field.schema.type === "list") || holds(field.schema))
      : holds(schema.type === "list" ? schema.items : schema.values);
  holders.set(schema, found);
  return found;
}
