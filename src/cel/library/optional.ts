import { operator } from "../ast.ts";
import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration, Library, Overload } from "../declaration.ts";
import * as t from "../types.ts";
import { Double, Duration, EvalError, List, Optional, Uint, isMap, isStruct, listItems, none, noSuchOverload } from "../value.ts";
import type { Value } from "../value.ts";
import { optionalMacros } from "./macros.ts";
import { typeConstant } from "./standard.ts";

const V = t.paramType("V");
const K = t.paramType("K");
const optionalV = t.optionalType(V);
const listV = t.listType(V);
const mapKV = t.mapType(K, V);

/** Whether a value is its type's zero: empty, 0, false, null, unset. */
function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === "") return true;
  if (typeof value !== "object") return false;
  if (value instanceof Double) return value.value === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Optional) return value.value === undefined || isZero(value.value);
  if (value instanceof List || isMap(value)) return value.size === 0;
  return isStruct(value) && value.isZero();
}

function optional(value: Value | undefined): Optional {
  if (!(value instanceof Optional)) throw noSuchOverload();
  return value;
}

function valueOf(value: Value | undefined): Value {
  const inside = optional(value).value;
  if (inside === undefined) throw new EvalError("optional.none() dereference");
  return inside;
}

function lazy(overload: Overload, run: (target: Optional, other: () => Value) => Value): Overload {
  return { ...overload, lazy: (target, other) => run(optional(target?.()), other as () => Value) };
}

function unwrapAll(value: Value | undefined): Value {
  const items: Value[] = [];
  for (const item of listItems(value)) {
    const inside = optional(item).value;
    if (inside !== undefined) items.push(inside);
  }
  return new List(items);
}

function end(value: Value | undefined, last: boolean): Value {
  if (!(value instanceof List)) throw noSuchOverload();
  return value.size === 0 ? none : new Optional(value.get(last ? value.size - 1 : 0));
}

const functions: readonly FunctionDeclaration[] = [
  fn("optional.of", [globalOverload("optional_of", [V], optionalV, (v) => new Optional(v))]),
  fn("optional.ofNonZeroValue", [
    globalOverload("optional_ofNonZeroValue", [V], optionalV, (v) => (isZero(v as Value) ? none : new Optional(v))),
  ]),
  fn("optional.none", [globalOverload("optional_none", [], optionalV, () => none)]),
  fn("value", [memberOverload("optional_value", [optionalV], V, valueOf)]),
  fn("hasValue", [memberOverload("optional_hasValue", [optionalV], t.boolType, (v) => optional(v).value !== undefined)]),
  fn("or", [
    lazy(memberOverload("optional_or_optional", [optionalV, optionalV], optionalV), (target, other) =>
      target.value === undefined ? optional(other()) : target,
    ),
  ]),
  fn("orValue", [
    lazy(memberOverload("optional_orValue_value", [optionalV, V], V), (target, other) =>
      // Null is a value, which ?? would take for absence.
      target.value === undefined ? other() : target.value,
    ),
  ]),
  fn("optional.unwrap", [globalOverload("optional_unwrap", [t.listType(optionalV)], listV, unwrapAll)]),
  fn("unwrapOpt", [memberOverload("optional_unwrapOpt", [t.listType(optionalV)], listV, unwrapAll)]),
  fn("first", [memberOverload("list_first", [listV], optionalV, (v) => end(v, false))]),
  fn("last", [memberOverload("list_last", [listV], optionalV, (v) => end(v, true))]),
  fn(operator.optionalSelect, [globalOverload("select_optional_field", [t.dynType, t.stringType], optionalV)]),
  fn(operator.optionalIndex, [
    globalOverload("list_optindex_optional_int", [listV, t.intType], optionalV),
    globalOverload("optional_list_optindex_optional_int", [t.optionalType(listV), t.intType], optionalV),
    globalOverload("map_optindex_optional_value", [mapKV, K], optionalV),
    globalOverload("optional_map_optindex_optional_value", [t.optionalType(mapKV), K], optionalV),
  ]),
  fn(operator.index, [
    globalOverload("optional_list_index_int", [t.optionalType(listV), t.intType], optionalV),
    globalOverload("optional_map_index_value", [t.optionalType(mapKV), K], optionalV),
  ]),
];

/** Optional values: optional.of and its kin, ?., [?] and their macros. */
export const optionalLibrary: Library = {
  functions,
  macros: optionalMacros,
  constants: new Map([["optional_type", typeConstant(t.optionalType(t.dynType))]]),
};
