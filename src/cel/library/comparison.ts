import { operator } from "../ast.ts";
import { fn, globalOverload } from "../declaration.ts";
import type { FunctionDeclaration, Overload } from "../declaration.ts";
import { equal } from "../equal.ts";
import { mapKey } from "../map.ts";
import { compare } from "../order.ts";
import * as t from "../types.ts";
import { List, isMap, noSuchOverload } from "../value.ts";
import type { Value } from "../value.ts";

const A = t.paramType("A");
const B = t.paramType("B");

const suffixes: readonly (readonly [string, t.Type])[] = [
  ["bool", t.boolType],
  ["int64", t.intType],
  ["uint64", t.uintType],
  ["double", t.doubleType],
  ["string", t.stringType],
  ["bytes", t.bytesType],
  ["timestamp", t.timestampType],
  ["duration", t.durationType],
];
const numbers = suffixes.slice(1, 4);

/** The overloads of an ordering: each type with itself, and the numbers with one another. */
function orderings(name: string): Overload[] {
  const same = suffixes.map(([suffix, type]) => globalOverload(`${name}_${suffix}`, [type, type], t.boolType));
  const mixed = numbers.flatMap(([left, a]) =>
    numbers.filter(([right]) => right !== left).map(([right, b]) => globalOverload(`${name}_${left}_${right}`, [a, b], t.boolType)),
  );
  return [...same, ...mixed];
}

function ordering(name: string, id: string, holds: (order: number) => boolean): FunctionDeclaration {
  return fn(name, orderings(id), (...args) => holds(compare(args[0] as Value, args[1] as Value)));
}

function contains(...args: Value[]): Value {
  const [element, container] = args as [Value, Value];
  if (container instanceof List) {
    const key = mapKey(element);
    const index = key === undefined ? undefined : container.indexed(mapKey);
    if (index !== undefined) return index.has(key);
    for (let i = 0; i < container.size; i++) if (equal(container.get(i), element)) return true;
    return false;
  }
  if (isMap(container)) return container.find(element) !== undefined;
  throw noSuchOverload();
}

/** == != < <= > >= and in; && || ! and ?: are here for the checker, evaluated elsewhere. */
export const comparisonFunctions: readonly FunctionDeclaration[] = [
  fn(operator.equals, [globalOverload("equals", [A, A], t.boolType)], (...args) => equal(args[0] as Value, args[1] as Value)),
  fn(operator.notEquals, [globalOverload("not_equals", [A, A], t.boolType)], (...args) => !equal(args[0] as Value, args[1] as Value)),
  ordering(operator.less, "less", (order) => order < 0),
  ordering(operator.lessEquals, "less_equals", (order) => order <= 0),
  ordering(operator.greater, "greater", (order) => order > 0),
  ordering(operator.greaterEquals, "greater_equals", (order) => order >= 0),
  fn(
    operator.in,
    [globalOverload("in_list", [A, t.listType(A)], t.boolType), globalOverload("in_map", [A, t.mapType(A, B)], t.boolType)],
    contains,
  ),
  fn(operator.and, [globalOverload("logical_and", [t.boolType, t.boolType], t.boolType)]),
  fn(operator.or, [globalOverload("logical_or", [t.boolType, t.boolType], t.boolType)]),
  fn(operator.conditional, [globalOverload("conditional", [t.boolType, A, A], A)]),
  fn(operator.notStrictlyFalse, [globalOverload("not_strictly_false", [t.boolType], t.boolType)]),
  fn(operator.not, [globalOverload("logical_not", [t.boolType], t.boolType, (value) => value === false)]),
  fn(operator.index, [globalOverload("index_list", [t.listType(A), t.intType], A), globalOverload("index_map", [t.mapType(A, B), A], B)]),
];
