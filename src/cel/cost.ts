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

type Actual = (args: readonly Value[], result: Value) => number;

function size(args: readonly Value[], index: number): number {
  const value = args[index];
  return value === undefined ? 0 : costSize(value);
}

const traverseFirst: Actual = (args) => traversal(size(args, 0));
const traverseShorter: Actual = (args) => traversal(Math.min(size(args, 0), size(args, 1)));
const traverseBoth: Actual = (args) => traversal(size(args, 0) + size(args, 1));

/** What a call of a standard overload has cost; every other call costs price.call. */
export const standardCosts: ReadonlyMap<string, Actual> = new Map<string, Actual>([
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

/** How to charge a call: a fixed price, or a function of its arguments and result. */
export function callCost(overload: string, byId: FunctionCost | undefined, byName: FunctionCost | undefined): number | Actual {
  const standard = standardCosts.get(overload);
  const actual = byId?.actual ?? byName?.actual;
  if (actual === undefined) return standard ?? price.call;
  return (args, result) => actual(args, result, overload) ?? standard?.(args, result) ?? price.call;
}
