import { isObject, type JsonObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject, setOwn } from "../object/json.ts";

/** What a patch adds where nothing was, without the nulls that would have removed something. */
export function discardNulls(value: ReadonlyJson): JsonValue {
  return mapMembers(value, (member) => (member === null ? undefined : discardNulls(member)));
}

/**
 * What a patch adds where nothing was, without its directives: what was to be deleted is left out (undefined), and so
 * are items of lists that say nothing else.
 */
export function withoutDirectives(value: ReadonlyJson): JsonValue | undefined {
  if (Array.isArray(value)) {
    const items = (value as readonly ReadonlyJson[]).filter((item) => !isDirectiveItem(item));
    return items.map(withoutDirectives).filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value as JsonValue;
  if (value["$patch"] === "delete") return undefined;
  return mapMembers(value, (member, key) => (isDirective(key) ? undefined : withoutDirectives(member)));
}

function isDirectiveItem(item: ReadonlyJson): boolean {
  return isObject(item) && Object.hasOwn(item, "$patch");
}

function isDirective(key: string): boolean {
  return key === "$patch" || key === "$retainKeys" || /^\$(?:setElementOrder|deleteFromPrimitiveList)(?:\/|$)/.test(key);
}

function mapMembers(value: ReadonlyJson, change: (member: ReadonlyJson, key: string) => JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return (value as readonly ReadonlyJson[]).map((item) => (item === null ? null : (change(item, "") ?? null)));
  if (!isObject(value)) return value as JsonValue;
  const kept: JsonObject = {};
  for (const [key, member] of Object.entries(value as ReadonlyJsonObject)) {
    const changed = member === undefined ? undefined : change(member, key);
    if (changed !== undefined) setOwn(kept, key, changed);
  }
  return kept;
}
