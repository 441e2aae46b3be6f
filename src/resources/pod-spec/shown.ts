import { goJson } from "../../object/go-json.ts";
import { isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { writtenMember } from "../../object/written-empty.ts";
import { shownMap } from "../../validation/selector-shown.ts";

/**
 * The members of an internal type of the original, in order. Messages print a few values by these types: members have Go
 * names and are all there. Each tells its internal name, the API's member and what absence prints ("struct": the whole
 * type with nothing in it); `inner` are the members of what lies there, of each item for a list.
 */
export type ShownMembers = readonly ShownMember[];
/** A member of such a type. */
export type ShownMember = readonly [name: string, member: string, absent: ReadonlyJson, inner?: ShownMembers];

/** The object as messages show it. */
export function shownAs(object: ReadonlyJsonObject, members: ShownMembers): ReadonlyJsonObject {
  const shown: { [name: string]: ReadonlyJson } = {};
  for (const [name, member, absent, inner] of members) {
    const value = writtenMember(object, member);
    shown[name] = value === undefined ? absentValue(absent, inner) : inner === undefined ? sorted(value) : shownValue(value, inner);
  }
  return shown;
}

/** A struct that the original keeps by value is printed whole though it is absent. */
function absentValue(absent: ReadonlyJson, inner: ShownMembers | undefined): ReadonlyJson {
  return absent === "struct" && inner !== undefined ? shownAs({}, inner) : absent;
}

function shownValue(value: ReadonlyJson, members: ShownMembers): ReadonlyJson {
  if (isList(value)) return value.map((item) => shownValue(item, members));
  return isObject(value) ? shownAs(value, members) : value;
}

/** Maps are printed by key; of types with API names (selectors, metadata) the order here is the API's. */
function sorted(value: ReadonlyJson): ReadonlyJson {
  if (isList(value) || !isObject(value)) return value;
  if (Object.values(value).some((member) => typeof member === "object")) return value;
  return shownMap(value);
}

/** JSON over several lines, one space a level, as the original writes what it compares. */
export function shownLines(value: ReadonlyJson, indent = ""): string {
  const inner = `${indent} `;
  if (isList(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item) => inner + shownLines(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (!isObject(value)) return goJson(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return "{}";
  const lines = members.map(([name, member]) => `${inner}${goJson(name)}: ${shownLines(member ?? null, inner)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

function isList(value: ReadonlyJson): value is readonly ReadonlyJson[] {
  return Array.isArray(value);
}
