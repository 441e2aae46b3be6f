import type { CostRange, SizeRange } from "./declaration.ts";

/** Ranges of sizes and costs. Beyond 64 bits they stay at the largest number, as in the original. */
type Range = SizeRange & CostRange;

const unbounded = 2 ** 64;
/** Any size. */
export const anySize: Range = Object.freeze({ min: 0, max: unbounded });

function capped(value: number): number {
  return value < unbounded ? value : unbounded;
}

/** Exactly so much. */
export function fixed(value: number): Range {
  return { min: value, max: value };
}

/** The sum. */
export function add(a: Range, b: Range): Range {
  return { min: capped(a.min + b.min), max: capped(a.max + b.max) };
}

/** The product. */
export function multiply(a: Range, b: Range): Range {
  return { min: capped(a.min * b.min), max: capped(a.max * b.max) };
}

/** Times a factor that need not be whole, rounded up. */
export function scale(range: Range, factor: number): Range {
  return { min: capped(Math.ceil(range.min * factor)), max: capped(Math.ceil(range.max * factor)) };
}

/** The range that covers both. */
export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
