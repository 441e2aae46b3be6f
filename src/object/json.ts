/**
 * A JSON value as this server holds it. Integers outside the safe range of a number are bigint, so that an int64
 * survives from the wire to the store and back without loss.
 */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;

/** A JSON object that its holder owns and may change: a request body on its way to the store. */
export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

/** A JSON value that somebody else owns: a stored object, a table, an old version. */
export type ReadonlyJson = null | boolean | number | bigint | string | readonly ReadonlyJson[] | ReadonlyJsonObject;

/** A JSON object that must not be changed by who reads it. */
export interface ReadonlyJsonObject {
  readonly [key: string]: ReadonlyJson | undefined;
}

/** Whether a value is a JSON object (not null, not an array). What is read-only stays so. */
export function isObject(value: JsonValue | undefined): value is JsonObject;
export function isObject(value: ReadonlyJson | undefined): value is ReadonlyJsonObject;
export function isObject(value: unknown): value is JsonObject;
export function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Sets an own property whatever its name. Plain assignment to `__proto__` would change the prototype instead, so every
 * copy whose keys come from a client goes through this.
 */
export function setOwn(target: JsonObject, key: string, value: JsonValue): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** A member that is an object, to be changed: an empty one is put where there is none. */
export function structIn(parent: JsonObject, name: string): JsonObject {
  const member = parent[name];
  if (isObject(member)) return member;
  const empty: JsonObject = {};
  parent[name] = empty;
  return empty;
}

/** Reads an own property, never one of the prototype. */
export function getOwn(target: ReadonlyJsonObject, key: string): ReadonlyJson | undefined {
  // Most members that are asked for are not there, and to find that out so costs less.
  const value = target[key];
  return value !== undefined && Object.hasOwn(target, key) ? value : undefined;
}

/** A deep copy that the caller owns. Keeps bigint and own `__proto__` keys; depth is bounded by the decoder. */
export function copyJson<T extends ReadonlyJson>(value: T): T;
export function copyJson(value: ReadonlyJson): ReadonlyJson {
  if (Array.isArray(value)) return value.map((item: ReadonlyJson) => copyJson(item));
  if (typeof value !== "object" || value === null) return value;
  const source = value as ReadonlyJsonObject;
  const copy: JsonObject = {};
  for (const key of Object.keys(source)) {
    const member = source[key];
    if (member !== undefined) setOwn(copy, key, copyJson(member) as JsonValue);
  }
  return copy;
}

/** Whether containers are nested more than `depth` levels deep; no walk goes deeper than that to find out. */
export function isDeeperThan(value: ReadonlyJson | undefined, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  if (Array.isArray(value)) return value.some((item: ReadonlyJson) => isDeeperThan(item, depth - 1));
  return Object.values(value).some((member) => isDeeperThan(member, depth - 1));
}

/** Deep equality of JSON values; the order of an object's keys does not count, absent and undefined are the same. */
export function equalJson(a: ReadonlyJson | undefined, b: ReadonlyJson | undefined): boolean {
  if (a === b) return true;
  if (isInteger(a) && isInteger(b)) return BigInt(a) === BigInt(b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equalJson(a[i] as ReadonlyJson, b[i] as ReadonlyJson)) return false;
    return true;
  }
  const left = a as ReadonlyJsonObject;
  const right = b as ReadonlyJsonObject;
  // Not through Object.keys: its arrays would be a fifth of what an update allocates.
  for (const key in left) if (Object.hasOwn(left, key) && !equalJson(left[key], getOwn(right, key))) return false;
  for (const key in right) {
    if (Object.hasOwn(right, key) && right[key] !== undefined && getOwn(left, key) === undefined) return false;
  }
  return true;
}

function isInteger(value: ReadonlyJson | undefined): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}

/** Makes an object what another is, in place; what the other holds is shared with it. */
export function becomeJson(object: JsonObject, other: JsonObject): void {
  for (const key of Object.keys(object)) if (!Object.hasOwn(other, key)) delete object[key];
  for (const [key, value] of Object.entries(other)) if (value !== undefined) setOwn(object, key, value);
}
