import { copyJson, getOwn, isObject, type JsonObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject } from "./json.ts";

/** Where an object keeps the empty lists and maps that its writer gave it: no member, and gone with a plain copy. */
const WRITTEN_EMPTY = Symbol("written empty");

interface Noted {
  readonly [WRITTEN_EMPTY]?: Map<string, JsonValue>;
}

/** Notes that a member which is left out was written, as an empty list or map: messages show it so, and not as null. */
export function noteWrittenEmpty(object: JsonObject & Noted, name: string, value: JsonValue): void {
  const notes = object[WRITTEN_EMPTY];
  if (notes === undefined) setNotes(object, new Map([[name, value]]));
  else notes.set(name, value);
}

/** A member as it was written: also where it is left out since it is empty; undefined where nothing was written. */
export function writtenMember(object: ReadonlyJsonObject & Noted, name: string): ReadonlyJson | undefined {
  const value = getOwn(object, name);
  return value === undefined ? object[WRITTEN_EMPTY]?.get(name) : value;
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
    const { [WRITTEN_EMPTY]: notes }: Noted = from;
    if (notes !== undefined) setNotes(to, notes);
    for (const key of Object.keys(to)) {
      const inner = to[key];
      if (typeof inner === "object" && inner !== null) carryNotes(from[key] ?? null, inner);
    }
  }
}

/** Not to be seen by who walks over the members. */
function setNotes(object: Noted, notes: Map<string, JsonValue>): void {
  Object.defineProperty(object, WRITTEN_EMPTY, { value: notes });
}
