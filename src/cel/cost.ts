import type { FunctionCost } from "./declaration.ts";
import { costSize } from "./size.ts";
import type { Value } from "./value.ts";

/** The language's own prices. */
export const price = {
  /** Reading a variable, a field, an element. */
  select: 1,
  constant: 0,
  call: 1,
  list: 10,
  map: 30,
  struct: 40,
  /** Each character looked at. */
  character: 0.1,
  /** Each character of a regular expression, per character looked at. */
  pattern: 0.25,
} as const;

/** What traversing a number of characters costs. */
export function traversal(size: number, times = 1): number {
  return Math.ceil(size * times * price.character);
}

/** What matching a text against a pattern costs; one is added so that an empty text is not free. */
export function matching(text: number, pattern: number): number {
  return traversal(1 + text) * Math.ceil(pattern * price.pattern);
}

/** What a call costs, by its arguments. */
type Actual = (args: readonly Value[]) => number;

function size(args: readonly Value[], index: number): number {
  const value = args[index];
  return value === undefined ? 0 : costSize(value);
}

const traverseFirst: Actual = (args) => traversal(size(args, 0));
const traverseShorter: Actual = (args) => traversal(Math.min(size(args, 0), size(args, 1)));
const traverseBoth: Actual = (args) => traversal(size(args, 0) + size(args, 1));

/** What a call of a standard overload has cost; every other call costs price.call. */
const standardCosts: ReadonlyMap<string, Actual> = new Map<string, Actual>([
  ["starts_with_string", traverseFirst],
  ["ends_with_string", traverseFirst],
  ["string_to_bytes", traverseFirst],
  ["bytes_to_string", traverseFirst],
  ["strings_quote", traverseFirst],
  ["string_format", traverseFirst],
  ["in_list", (args) => size(args, 1)],
  ["equals", traverseShorter],
  ["not_equals", traverseShorter],
  ...["less", "less_equals", "greater", "greater_equals"].flatMap((name): [string, Actual][] => [
    [`${name}_string`, traverseShorter],
    [`${name}_bytes`, traverseShorter],
  ]),
  ["add_string", traverseBoth],
  ["add_bytes", traverseBoth],
  ["matches_string", (args) => matching(size(args, 0), size(args, 1))],
  ["contains_string", (args) => traversal(size(args, 0)) * traversal(size(args, 1))],
]);

/** How to charge a call: a fixed price, by its arguments, or by its result. */
export type CallCost =
  | { readonly by: "call"; readonly price: number }
  | { readonly by: "arguments"; readonly price: Actual }
  | { readonly by: "result"; readonly price: (result: Value) => number };

/** The price of an overload: its own, its function's, or the standard one. */
export function callCost(overload: string, byId: FunctionCost | undefined, byName: FunctionCost | undefined): CallCost {
  const own = byId?.actual !== undefined || byId?.actualOfResult !== undefined ? byId : byName;
  const { actual, actualOfResult } = own ?? {};
  if (actualOfResult !== undefined) return { by: "result", price: actualOfResult };
  const standard = standardCosts.get(overload);
  if (actual !== undefined) return { by: "arguments", price: (args) => actual(args, overload) ?? standard?.(args) ?? price.call };
  return standard === undefined ? { by: "call", price: price.call } : { by: "arguments", price: standard };
}
