import { getOwn, isObject } from "../object/json.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { AnySchema, Field, ListSchema, Schema } from "../schema/schema.ts";
import { isZero } from "../schema/zero.ts";

/** The type of what no schema describes: scalars and lists are owned whole, maps member by member. */
export const deduced: AnySchema = { type: "any", any: "json" };

/** How ownership looks at a value: whole, by members, or by items. */
export type Shape = "leaf" | "members" | "items";

/**
 * How a value of a type is owned. Atomic types, scalars and untyped parts of built-in kinds (RawExtension) are leaves;
 * null stands for an empty value of its type.
 */
export function shapeOf(schema: Schema, value: ReadonlyJson): Shape {
  switch (schema.type) {
    case "object":
    case "map":
      return schema.atomic === true || !(value === null || isObject(value)) ? "leaf" : "members";
    case "list":
      return schema.listType === "atomic" || !(value === null || Array.isArray(value)) ? "leaf" : "items";
    case "any":
      return schema.any === "json" && isObject(value) ? "members" : "leaf";
    default:
      return "leaf";
  }
}

/** The declared field of a struct; undefined for entries of maps and whatever the type does not name. */
export function namedField(schema: Schema, name: string): Field | undefined {
  return schema.type === "object" ? schema.fields.get(name) : undefined;
}

/** The type of a member that is not a declared field. */
export function entrySchema(schema: Schema): Schema {
  return schema.type === "map" ? schema.values : deduced;
}

/** The type of a list's items. */
export function itemSchema(schema: Schema): Schema {
  return schema.type === "list" ? schema.items : deduced;
}

/**
 * A member of a stored object as the original's typed form has it: what it always writes is there although it is
 * absent, and zero values that it never writes are absent although they are there.
 */
export function typedMember(members: ReadonlyJsonObject, name: string, field: Field | undefined): ReadonlyJson | undefined {
  return typedValue(getOwn(members, name), field);
}

/** The same of a member's value as it is stored; undefined: it is not there. */
export function typedValue(value: ReadonlyJson | undefined, field: Field | undefined): ReadonlyJson | undefined {
  if (field === undefined) return value;
  if (value === undefined || (value === null && field.zero !== undefined)) return field.zero;
  // An empty list that is always written is there.
  if (field.zero === null && Array.isArray(value)) return value;
  return field.dropZero && isZero(value) ? undefined : value;
}

/** Whether a list, map or struct has nothing in it; null has not. */
export function isEmptyContainer(value: ReadonlyJson): boolean {
  return typeof value === "object" && isZero(value);
}

/** What a key of a list of type map is where an item leaves it out. */
export function keyDefault(list: ListSchema, key: string): ReadonlyJson | undefined {
  const field = namedField(list.items, key);
  return field?.default ?? field?.zero ?? undefined;
}

/** The fields that a typed object always has. */
export function zerosOf(schema: Schema): readonly Field[] {
  return schema.type === "object" ? (schema.zeros ?? []) : [];
}
