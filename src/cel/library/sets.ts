import { fn, globalOverload } from "../declaration.ts";
import type { FunctionCost, Library } from "../declaration.ts";
import { equal } from "../equal.ts";
import { costSize } from "../size.ts";
import { boolType, listType, paramType } from "../types.ts";
import { listItems } from "../value.ts";
import type { Value } from "../value.ts";

const listT = listType(paramType("T"));

function contains(list: Value | undefined, part: Value | undefined): boolean {
  const all = listItems(list);
  return listItems(part).every((item) => all.some((other) => equal(other, item)));
}

function intersects(a: Value | undefined, b: Value | undefined): boolean {
  const all = listItems(a);
  return listItems(b).some((item) => all.some((other) => equal(other, item)));
}

/** Each element is compared with each, `times` over. */
function product(times: number): FunctionCost {
  return {
    actual: ([a, b]) => 1 + Math.floor(costSize(a as Value) * costSize(b as Value) * times),
    estimate: ([a, b]) =>
      a === undefined || b === undefined
        ? undefined
        : { cost: { min: 1 + a.size.min * b.size.min * times, max: 1 + a.size.max * b.size.max * times } },
  };
}

/** Lists as sets: contains, equivalent, intersects. */
export const setsLibrary: Library = {
  functions: [
    fn("sets.contains", [globalOverload("list_sets_contains_list", [listT, listT], boolType, contains)]),
    fn("sets.equivalent", [
      globalOverload("list_sets_equivalent_list", [listT, listT], boolType, (a, b) => contains(a, b) && contains(b, a)),
    ]),
    fn("sets.intersects", [globalOverload("list_sets_intersects_list", [listT, listT], boolType, intersects)]),
  ],
  costs: new Map([
    ["list_sets_contains_list", product(1)],
    ["list_sets_intersects_list", product(1)],
    ["list_sets_equivalent_list", product(2)],
  ]),
};
