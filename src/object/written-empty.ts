import { copyJson, getOwn, isObject, type JsonObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject } from "./json.ts";

/** Where an object keeps the empty lists and maps that its writer gave it: no member, and gone with a plain copy. */
const WRITTEN_EMPTY = Symbol("written empty");

/** Notes that a member which is left out was written, as an empty list or map: messages show it so, and not as null. */
export function noteWrittenEmpty(object: JsonObject, name: string, value: JsonValue): void {
  const noted = notesOf(object);
  if (noted instanceof Map) noted.set(name, value);
  else Object.defineProperty(object, WRITTEN_EMPTY, { value: new Map([[name, value]]) });
}

/** A member as it was written: also where it is left out since it is empty; undefined where nothing was written. */
export function writtenMember(object: ReadonlyJsonObject, name: string): ReadonlyJson | undefined {
  const value = getOwn(object, name);
  if (value !== undefined) return value;
  const noted = notesOf(object);
  return noted instanceof Map ? (noted as ReadonlyMap<string, ReadonlyJson>).get(name) : undefined;
}

/** A deep copy that knows of what was written empty as well. */
export function copyWritten<T extends JsonObject>(object: T): T {
  const copy = copyJson(object);
  carryNotes(object, copy);
  return copy;
}

function carryNotes(from: ReadonlyJson, to: ReadonlyJson): void {
  if (Array.isArray(from) && Array.isArray(to)) {
    from.forEach((item: ReadonlyJson, i) => carryNotes(item, to[i] as ReadonlyJson));
  } else if (isObject(from) && isObject(to)) {
    const noted = notesOf(from);
    if (noted instanceof Map) Object.defineProperty(to, WRITTEN_EMPTY, { value: noted });
    for (const key of Object.keys(to)) carryNotes(from[key] ?? null, to[key] ?? null);
  }
}

function notesOf(object: object): unknown {
  return !(WRITTEN_EMPTY in object) ? undefined : Object.getOwnPropertyDescriptor(object, WRITTEN_EMPTY)?.value;
}
