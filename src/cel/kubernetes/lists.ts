import { operator } from "../ast.ts";
import { fn, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration, Implementation, Library, Overload } from "../declaration.ts";
import { equal } from "../equal.ts";
import { arithmeticFunctions } from "../library/arithmetic.ts";
import { comparableTypes } from "../library/lists.ts";
import { compare } from "../order.ts";
import * as t from "../types.ts";
import { Double, Duration, EvalError, Uint, listItems, noSuchOverload } from "../value.ts";
import type { Value } from "../value.ts";

const add =
  arithmeticFunctions.find((each) => each.name === operator.add)?.run ??
  (() => {
    throw noSuchOverload();
  });

function isSorted(list: Value | undefined): Value {
  const all = listItems(list);
  return all.every((item, i) => i === 0 || compare(all[i - 1] as Value, item) <= 0);
}

/** The sum of an empty list is its type's zero. */
const zeros = new Map<t.Type, Value>([
  [t.intType, 0],
  [t.uintType, new Uint(0n)],
  [t.doubleType, new Double(0)],
  [t.durationType, new Duration(0n)],
]);

/** From the first item on, which may be of another type than was known before. */
function sum(zero: Value): Implementation {
  return (list) => {
    const [first, ...others] = listItems(list);
    return others.reduce((total, item) => add(total, item), first ?? zero);
  };
}

function extremum(name: string, better: (order: number) => boolean): Implementation {
  return (list) => {
    const all = listItems(list);
    const first = all[0];
    if (first === undefined) throw new EvalError(`${name} called on empty list`);
    return all.reduce((best, item) => (better(compare(item, best)) ? item : best), first);
  };
}

function indexOf(list: Value | undefined, item: Value | undefined): Value {
  return listItems(list).findIndex((other) => equal(other, item as Value));
}

function lastIndexOf(list: Value | undefined, item: Value | undefined): Value {
  return listItems(list).findLastIndex((other) => equal(other, item as Value));
}

function each(id: string, types: Iterable<t.Type>, result: (type: t.Type) => t.Type, run: (type: t.Type) => Implementation): Overload[] {
  return Array.from(types, (type) => memberOverload(`list_${type.name}_${id}`, [t.listType(type)], result(type), run(type)));
}

const T = t.paramType("T");
const listT = t.listType(T);

const functions: readonly FunctionDeclaration[] = [
  fn(
    "isSorted",
    each(
      "is_sorted_bool",
      comparableTypes,
      () => t.boolType,
      () => isSorted,
    ),
  ),
  fn(
    "sum",
    each(
      "sum",
      zeros.keys(),
      (type) => type,
      (type) => sum(zeros.get(type) ?? 0),
    ),
  ),
  fn(
    "max",
    each(
      "max",
      comparableTypes,
      (type) => type,
      () => extremum("max", (order) => order > 0),
    ),
  ),
  fn(
    "min",
    each(
      "min",
      comparableTypes,
      (type) => type,
      () => extremum("min", (order) => order < 0),
    ),
  ),
  fn("indexOf", [memberOverload("list_a_index_of_int", [listT, T], t.intType, indexOf)]),
  fn("lastIndexOf", [memberOverload("list_a_last_index_of_int", [listT, T], t.intType, lastIndexOf)]),
];

/** isSorted, sum, min, max, indexOf and lastIndexOf of lists. */
export const kubernetesListsLibrary: Library = { functions };
