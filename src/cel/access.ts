import { Double, EvalError, List, Optional, Uint, isInt, isMap, isStruct, none } from "./value.ts";
import type { Value } from "./value.ts";
import { formatDouble } from "./number-format.ts";

/** value.field. Of an optional, an optional field. Throws EvalError where there is none. */
export function select(value: Value, field: string): Value {
  if (typeof value === "object" && value !== null) {
    if (isStruct(value)) {
      const found = value.get(field);
      if (found !== undefined) return found;
    } else if (isMap(value)) {
      const found = value.find(field);
      if (found !== undefined) return found;
    } else if (value instanceof Optional) {
      return optionalPart(value, field);
    }
  }
  throw noSuchKey(field);
}

/** has(value.field). Throws EvalError where a struct has no such field. */
export function hasField(value: Value, field: string): boolean {
  if (typeof value === "object" && value !== null) {
    if (isStruct(value)) {
      const found = value.has(field);
      if (found === undefined) throw noSuchKey(field);
      return found;
    }
    if (isMap(value)) return value.find(field) !== undefined;
    if (value instanceof Optional) return value.value !== undefined && hasField(value.value, field);
  }
  throw noSuchKey(field);
}

/** value[key]. Of an optional, an optional element. Throws EvalError where there is none. */
export function partOf(value: Value, key: Value): Value {
  if (value instanceof List) {
    const index = listIndex(key);
    if (index < 0 || index >= value.size) throw new EvalError(`index out of bounds: ${showKey(key)}`);
    return value.get(index);
  }
  if (value instanceof Optional) return optionalPart(value, key);
  if (typeof value === "object" && value !== null) {
    if (isMap(value)) {
      const found = value.find(key);
      if (found !== undefined) return found;
    } else if (isStruct(value) && typeof key === "string") {
      return select(value, key);
    }
  }
  throw noSuchKey(showKey(key));
}

/** The field or element, of an optional too, as an optional. Throws as findPart does. */
export function optionalPart(value: Value, key: Value): Optional {
  const found = findPart(value, key);
  return found === undefined ? none : new Optional(found);
}

/** The field or element if it is there. Throws EvalError for an index that is no number. */
function findPart(value: Value, key: Value): Value | undefined {
  if (value instanceof List) {
    const index = listIndex(key);
    return index < 0 || index >= value.size ? undefined : value.get(index);
  }
  if (typeof value === "object" && value !== null) {
    if (isMap(value)) return value.find(key);
    if (isStruct(value) && typeof key === "string") {
      const has = value.has(key);
      if (has === undefined) throw noSuchKey(key);
      return has ? value.get(key) : undefined;
    }
    if (value instanceof Optional) return value.value === undefined ? undefined : findPart(value.value, key);
  }
  throw noSuchKey(showKey(key));
}

function noSuchKey(key: string): EvalError {
  return new EvalError(`no such key: ${key}`);
}

/** An index as a number: any numeric type will do if it is whole. */
function listIndex(key: Value): number {
  if (isInt(key)) return Number(key);
  if (key instanceof Uint) return Number(key.value);
  if (key instanceof Double) {
    if (Number.isInteger(key.value)) return key.value;
    throw new EvalError(`unsupported index value ${formatDouble(key.value)} in list`);
  }
  throw new EvalError("unsupported index type in list");
}

function showKey(key: Value): string {
  if (key instanceof Uint) return String(key.value);
  if (key instanceof Double) return formatDouble(key.value);
  return String(key);
}
