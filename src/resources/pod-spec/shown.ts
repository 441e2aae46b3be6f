import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";

/**
 * An object in the form in which messages show it: the original prints a few values by its internal types, whose
 * members have Go names and are all there. A table gives the members in order: internal name, API name and what absence
 * prints.
 */
export type ShownMembers = readonly (readonly [name: string, member: string, absent: ReadonlyJson, inner?: ShownMembers])[];

/** The value as messages show it. */
export function shownAs(object: ReadonlyJsonObject, members: ShownMembers): ReadonlyJsonObject {
  const shown: Record<string, ReadonlyJson> = {};
  for (const [name, member, absent, inner] of members) {
    const value = getOwn(object, member);
    shown[name] = value === undefined ? absent : inner === undefined ? value : shownValue(value, inner);
  }
  return shown;
}

function shownValue(value: ReadonlyJson, members: ShownMembers): ReadonlyJson {
  if (Array.isArray(value)) return value.map((item: ReadonlyJson) => shownValue(item, members));
  return typeof value === "object" && value !== null ? shownAs(value as ReadonlyJsonObject, members) : value;
}
