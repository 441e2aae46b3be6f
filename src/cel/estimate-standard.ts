import { price } from "./cost.ts";
import type { CallEstimate, SizeRange, SizedNode } from "./declaration.ts";
import { add, anySize, fixed, multiply, scale } from "./range.ts";

type Estimate = (args: readonly SizedNode[]) => CallEstimate;

function size(args: readonly SizedNode[], index: number): SizeRange {
  return args[index]?.size ?? anySize;
}

function traverse(index: number, result?: (size: SizeRange) => SizeRange): Estimate {
  return (args) => {
    const cost = scale(size(args, index), price.character);
    return result === undefined ? { cost } : { cost, resultSize: result(size(args, index)) };
  };
}

/** Comparing ends with the shorter; two scalars cost one. */
const compare: Estimate = (args) => {
  const max = Math.min(size(args, 0).max, size(args, 1).max);
  return { cost: scale({ min: max > 0 ? 1 : 0, max }, price.character) };
};

const join: Estimate = (args) => {
  const resultSize = add(size(args, 0), size(args, 1));
  return { cost: scale(resultSize, price.character), resultSize };
};

const estimates: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  ["string_format", traverse(0)],
  ["string_to_bytes", traverse(0, ({ min, max }) => ({ min, max: max * 4 }))],
  ["bytes_to_string", traverse(0, ({ min, max }) => ({ min: Math.floor(min / 4), max }))],
  ["strings_quote", traverse(0, ({ min, max }) => ({ min: min + 2, max: max * 2 + 2 }))],
  ["starts_with_string", traverse(1)],
  ["ends_with_string", traverse(1)],
  ["in_list", (args) => ({ cost: size(args, 1) })],
  [
    "matches_string",
    (args) => ({ cost: multiply(scale(add(size(args, 0), fixed(1)), price.character), scale(size(args, 1), price.pattern)) }),
  ],
  ["contains_string", (args) => ({ cost: multiply(scale(size(args, 0), price.character), scale(size(args, 1), price.character)) })],
  ["add_string", join],
  ["add_bytes", join],
  ["add_list", (args) => ({ cost: fixed(price.call), resultSize: add(size(args, 0), size(args, 1)) })],
  ["equals", compare],
  ["not_equals", compare],
  ...["less", "less_equals", "greater", "greater_equals"].flatMap((name): [string, Estimate][] => [
    [`${name}_string`, compare],
    [`${name}_bytes`, compare],
  ]),
]);

/** What a call of a standard overload may cost, without its arguments. */
export function standardEstimate(overload: string, args: readonly SizedNode[]): CallEstimate {
  return estimates.get(overload)?.(args) ?? { cost: fixed(price.call) };
}
