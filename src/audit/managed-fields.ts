import { isObject, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../object/json.ts";

/** A parsed answer without the managedFields of its object, its items or the objects in its rows. It is changed in place. */
export function withoutManagedFields(value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  drop(value);
  for (const item of listOf(value, "items")) if (isObject(item)) drop(item);
  for (const row of listOf(value, "rows")) if (isObject(row) && isObject(row["object"])) drop(row["object"]);
  return value;
}

/** A copy, as deep as it needs to be, of an object that somebody else owns. */
export function copyWithoutManagedFields(object: ReadonlyJsonObject): ReadonlyJsonObject {
  const { metadata } = object;
  if (typeof metadata !== "object" || metadata === null || !("managedFields" in metadata)) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

function listOf(value: JsonObject, member: string): readonly JsonValue[] {
  const list = Object.hasOwn(value, member) ? value[member] : undefined;
  return Array.isArray(list) ? list : [];
}

function drop(object: JsonObject): void {
  const { metadata } = object;
  if (isObject(metadata)) delete metadata["managedFields"];
}
