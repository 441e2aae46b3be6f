import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { CallEstimate, FunctionCost, FunctionDeclaration, Library, Overload, SizeRange, SizedNode } from "../declaration.ts";
import { price } from "../cost.ts";
import { equal } from "../equal.ts";
import { MacroFault, variableName } from "../macro.ts";
import type { Macro } from "../macro.ts";
import { compare } from "../order.ts";
import { add, anySize, fixed, multiply } from "../range.ts";
import { costSize } from "../size.ts";
import * as t from "../types.ts";
import { EvalError, List, isInt, listItems } from "../value.ts";
import type { Value } from "../value.ts";
import { collect, named } from "./macros.ts";

const T = t.paramType("T");
const listT = t.listType(T);

/** Types whose values have an order. */
export const comparableTypes: readonly t.Type[] = [
  t.intType,
  t.uintType,
  t.doubleType,
  t.boolType,
  t.durationType,
  t.timestampType,
  t.stringType,
  t.bytesType,
];

const maxRange = 10_000_000;

function slice(list: Value | undefined, from: Value | undefined, to: Value | undefined): Value {
  const all = listItems(list);
  const [start, end] = [from as number, to as number];
  if (start < 0 || end < 0) throw new EvalError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  if (start > end) throw new EvalError(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  if (all.length < end) throw new EvalError(`cannot slice(${start}, ${end}), list is length ${all.length}`);
  return new List(all.slice(start, end));
}

function flatten(list: Value | undefined, depth: number | bigint): Value {
  if (depth < 0) throw new EvalError("level must be non-negative");
  let all = listItems(list);
  // a list nests no deeper than what made it, so the loop ends long before a large depth is used up
  for (let left = depth; left > 0 && all.some((item) => item instanceof List); left = Number(left) - 1) {
    all = all.flatMap((item) => (item instanceof List ? item.values() : [item]));
  }
  return new List(all);
}

function range(count: Value | undefined): Value {
  const size = count as number | bigint;
  if (size > maxRange) throw new EvalError(`lists.range(${size}) exceeds the limit of ${maxRange}`);
  return new List(Array.from({ length: Math.max(Number(size), 0) }, (_, i) => i));
}

function distinct(list: Value | undefined): Value {
  const seen = new Set<unknown>();
  const others: Value[] = [];
  return new List(
    listItems(list).filter((item) => {
      if (typeof item === "string" || typeof item === "number" || typeof item === "boolean") {
        if (seen.has(item)) return false;
        seen.add(item);
        return typeof item !== "number" || !others.some((other) => equal(other, item));
      }
      if (others.some((other) => equal(other, item)) || [...seen].some((other) => equal(other as Value, item))) return false;
      others.push(item);
      return true;
    }),
  );
}

function sortByKeys(values: readonly Value[], keys: readonly Value[]): Value {
  if (values.length !== keys.length)
    throw new EvalError("@sortByAssociatedKeys() expected a list of the same size as the associated keys list");
  const first = keys[0];
  if (first === undefined) return new List(values);
  for (const key of keys) {
    if (typeof key !== typeof first || (typeof key === "object" && key?.constructor !== first?.constructor)) {
      throw new EvalError("list elements must have the same type");
    }
  }
  compare(first, first); // for the fault of a type without order
  const order = values.map((value, i) => ({ value, key: keys[i] as Value }));
  order.sort((a, b) => compare(a.key, b.key));
  return new List(order.map(({ value }) => value));
}

function each(id: string, make: (id: string, type: t.Type) => Overload): Overload[] {
  return comparableTypes.map((type) => make(`list_${type.name}_${id}`, type));
}

const functions: readonly FunctionDeclaration[] = [
  fn("slice", [memberOverload("list_slice", [listT, t.intType, t.intType], listT, slice)]),
  fn("flatten", [
    memberOverload("list_flatten", [t.listType(listT)], listT, (list) => flatten(list, 1)),
    memberOverload("list_flatten_int", [t.listType(t.dynType), t.intType], t.listType(t.dynType), (list, depth) =>
      flatten(list, depth as number),
    ),
  ]),
  fn("lists.range", [globalOverload("lists_range", [t.intType], t.listType(t.intType), range)]),
  fn("distinct", [memberOverload("list_distinct", [listT], listT, distinct)]),
  fn("reverse", [memberOverload("list_reverse", [listT], listT, (list) => new List([...listItems(list)].reverse()))]),
  fn(
    "sort",
    each("sort", (id, type) =>
      memberOverload(id, [t.listType(type)], t.listType(type), (list) => sortByKeys(listItems(list), listItems(list))),
    ),
  ),
  fn(
    "@sortByAssociatedKeys",
    each("sortByAssociatedKeys", (id, type) =>
      memberOverload(id, [listT, t.listType(type)], listT, (list, keys) => sortByKeys(listItems(list), listItems(keys))),
    ),
  ),
];

const inputName = "@__sortBy_input__";

/** list.sortBy(x, key): the keys are computed once, in a list beside the sorted one. */
const sortBy: Macro = (make, args, target) => {
  if (target === undefined) return undefined;
  if (
    target.kind !== "list" &&
    target.kind !== "select" &&
    target.kind !== "ident" &&
    target.kind !== "comprehension" &&
    target.kind !== "call"
  ) {
    throw new MacroFault(target.offset, "sortBy can only be applied to a list, identifier, comprehension, call or select expression");
  }
  const variable = variableName(args[0]);
  const key = args[1];
  if (key === undefined) return undefined;
  const keys = collect(make, { range: make.ident(inputName), variable }, key, undefined);
  return named(make, inputName, target, make.member(make.ident(inputName), "@sortByAssociatedKeys", keys));
};

/** Charged by the size of the result; `sized` says how large that may be. */
function byResult(sized: (args: readonly SizedNode[]) => SizeRange): FunctionCost {
  return {
    actualOfResult: (result) => costSize(result) + price.call + price.list,
    estimate: (args): CallEstimate => {
      const resultSize = sized(args);
      return { cost: add(resultSize, fixed(price.call + price.list)), resultSize };
    },
  };
}

/** Each element is compared with each. */
const bySquare: FunctionCost = {
  actual: ([list]) => (list === undefined ? 0 : costSize(list) ** 2) + price.call + price.list,
  estimate: ([list]): CallEstimate => {
    const size = list?.size ?? anySize;
    return { cost: add(multiply(size, size), fixed(price.call + price.list)), resultSize: size };
  },
};

const sameSize = byResult(([list]) => list?.size ?? anySize);

const sliced = byResult(([list, start, end]) => {
  if (typeof start?.literal === "number" && typeof end?.literal === "number") return fixed(Math.max(end.literal - start.literal, 0));
  return list?.size ?? anySize;
});

const ranged: FunctionCost = {
  estimate: (args) =>
    byResult(([count]) => (typeof count?.literal === "number" ? fixed(Math.max(count.literal, 0)) : anySize)).estimate?.(args, ""),
  // before it runs the argument may still be of any type
  actual: ([count]) => (count !== undefined && isInt(count) ? Math.max(Number(count), 0) : 0) + price.call + price.list,
};

/** The sizes of the lists in the list, and of those in them, as far as they are flattened. */
function flattened(list: SizedNode | undefined, depth: number): SizeRange {
  if (list === undefined) return anySize;
  const inside = list.element;
  if (inside === undefined || depth <= 0) return list.size;
  if (inside.type.kind === "dyn") return anySize;
  return inside.type.kind === "list" ? multiply(list.size, flattened(inside, depth - 1)) : list.size;
}

const costs = new Map<string, FunctionCost>([
  ["list_slice", sliced],
  ["list_flatten", byResult(([list]) => flattened(list, 1))],
  ["list_flatten_int", byResult(([list, depth]) => (typeof depth?.literal === "number" ? flattened(list, depth.literal) : anySize))],
  ["lists_range", ranged],
  ["list_reverse", sameSize],
  ["list_distinct", bySquare],
  ["sort", bySquare],
  ["@sortByAssociatedKeys", bySquare],
]);

/** The lists extension, version 3; its first and last come with optional values. */
export const listsLibrary: Library = { functions, costs, macros: new Map([["sortBy/2/member", sortBy]]) };
