import { isObject, type JsonObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject, setOwn } from "../object/json.ts";

/** What a patch adds where nothing was, without the nulls that would have removed something. */
export function discardNulls(value: ReadonlyJson): JsonValue {
  return mapMembers(value, (member) => (member === null ? undefined : discardNulls(member)));
}

/**
 * What a patch adds where nothing was, without what has a directive `$patch`: there is nothing that it could act on, so
 * such a value is left out whole (undefined), in lists as in objects.
 */
export function withoutDirectives(value: ReadonlyJson): JsonValue | undefined {
  if (Array.isArray(value)) return (value as readonly ReadonlyJson[]).map(withoutDirectives).filter((item) => item !== undefined);
  if (!isObject(value)) return value as JsonValue;
  return Object.hasOwn(value, "$patch") ? undefined : mapMembers(value, withoutDirectives);
}

function mapMembers(value: ReadonlyJson, change: (member: ReadonlyJson) => JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return (value as readonly ReadonlyJson[]).map((item) => (item === null ? null : (change(item) ?? null)));
  if (!isObject(value)) return value as JsonValue;
  const kept: JsonObject = {};
  for (const [key, member] of Object.entries(value as ReadonlyJsonObject)) {
    const changed = member === undefined ? undefined : change(member);
    if (changed !== undefined) setOwn(kept, key, changed);
  }
  return kept;
}
