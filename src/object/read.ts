import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "./json.ts";

// Typed reads of decoded objects. The schema has seen to the types; what is absent reads as the zero value of its type,
// as rules of the API speak of it.

const noMembers: ReadonlyJsonObject = Object.freeze({});
const noItems: readonly ReadonlyJson[] = Object.freeze([]);

/** The value as an object; an empty one where it is absent or something else. */
export function asObject(value: ReadonlyJson | undefined): ReadonlyJsonObject {
  return isObject(value) ? value : noMembers;
}

/** The value as a list; an empty one where it is absent or something else. */
export function asList(value: ReadonlyJson | undefined): readonly ReadonlyJson[] {
  return isReadonlyList(value) ? value : noItems;
}

/** The value as a text; "" where it is absent or something else. */
export function asString(value: ReadonlyJson | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The value as a number; 0 where it is absent or something else. A bigint is outside a number's exact range and is rounded. */
export function asNumber(value: ReadonlyJson | undefined): number {
  return typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : 0;
}

/** The value as a number of any size; 0 where it is absent or something else. */
export function asInteger(value: ReadonlyJson | undefined): number | bigint {
  return typeof value === "number" || typeof value === "bigint" ? value : 0;
}

/** A member that is an object; an empty one where it is absent. */
export function objectIn(parent: ReadonlyJsonObject, name: string): ReadonlyJsonObject {
  return asObject(getOwn(parent, name));
}

/** A member that is a list; an empty one where it is absent. */
export function listIn(parent: ReadonlyJsonObject, name: string): readonly ReadonlyJson[] {
  return asList(getOwn(parent, name));
}

/** A member that is a list of objects. */
export function objectsIn(parent: ReadonlyJsonObject, name: string): readonly ReadonlyJsonObject[] {
  const list = asList(getOwn(parent, name));
  return list.every(isObject) ? list : list.map(asObject);
}

/** A member that is a list of texts. */
export function stringsIn(parent: ReadonlyJsonObject, name: string): readonly string[] {
  return asList(getOwn(parent, name)).map(asString);
}

/** A member that is a text; "" where it is absent. */
export function stringIn(parent: ReadonlyJsonObject, name: string): string {
  return asString(getOwn(parent, name));
}

/** A member that is a number; 0 where it is absent. */
export function numberIn(parent: ReadonlyJsonObject, name: string): number {
  return asNumber(getOwn(parent, name));
}

/** A member that is a boolean; false where it is absent. */
export function booleanIn(parent: ReadonlyJsonObject, name: string): boolean {
  return getOwn(parent, name) === true;
}

/** Whether a member is there, be it empty: set, in the words of the API's rules for optional fields. */
export function isSet(parent: ReadonlyJsonObject, name: string): boolean {
  const value = getOwn(parent, name);
  return value !== undefined && value !== null;
}

function isReadonlyList(value: ReadonlyJson | undefined): value is readonly ReadonlyJson[] {
  return Array.isArray(value);
}
