import { invalidField } from "../object/field-error.ts";
import type { ReadonlyJson } from "../object/json.ts";
import { percent } from "../object/names.ts";
import { nonNegative } from "./scalars.ts";
import { all } from "./structure.ts";
import type { Check } from "./check.ts";

/** A number that is not negative, or a percentage of any size. */
export const nonNegativeIntOrPercent: Check = (value, at, faults, context) => {
  if (typeof value !== "string") nonNegative(value, at, faults, context);
  else for (const message of percent(value)) faults.push(invalidField(at, value, message));
};

/** A percentage of at most 100; numbers pass. */
export const atMostWhole: Check = (value, at, faults) => {
  const part = percentOf(value);
  if (part !== undefined && part > 100n) faults.push(invalidField(at, value, "must not be greater than 100%"));
};

/** A number that is not negative, or a percentage of at most 100. */
export const intOrPercentOfWhole: Check = all(nonNegativeIntOrPercent, atMostWhole);

/** Whether a value comes to none at all: 0, 0%, or a text that is no number. */
export function isNone(value: ReadonlyJson | undefined): boolean {
  return (percentOf(value) ?? plainNumber(value)) === 0n;
}

function percentOf(value: ReadonlyJson | undefined): bigint | undefined {
  if (typeof value !== "string" || percent(value).length > 0) return undefined;
  return BigInt(value.slice(0, -1));
}

function plainNumber(value: ReadonlyJson | undefined): bigint {
  if (typeof value === "number" || typeof value === "bigint") return BigInt(value);
  return typeof value === "string" && /^[+-]?\d+$/.test(value) ? BigInt(value) : 0n;
}
