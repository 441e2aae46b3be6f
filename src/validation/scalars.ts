import { invalidField, notSupportedField, tooLongField } from "../object/field-error.ts";
import type { ReadonlyJson } from "../object/json.ts";
import { asInteger, asNumber, asString } from "../object/read.ts";
import type { Check } from "./check.ts";

/** One of a fixed set of texts; messages list it in the order given. */
export function oneOf(...values: readonly string[]): Check {
  const set = new Set(values);
  return (value, at, faults) => {
    const text = asString(value);
    if (!set.has(text)) faults.push(notSupportedField(at, text, values));
  };
}

/** A text of a format; the rule gives one message a fault, as those of src/object/names.ts do. */
export function text(rule: (value: string) => readonly string[]): Check {
  return (value, at, faults) => {
    const read = asString(value);
    for (const message of rule(read)) faults.push(invalidField(at, read, message));
  };
}

/** A value that a condition holds for; `detail` says what would be right. */
export function satisfies(condition: (value: ReadonlyJson | undefined) => boolean, detail: string): Check {
  return (value, at, faults) => {
    if (!condition(value)) faults.push(invalidField(at, value ?? null, detail));
  };
}

/** A text that a pattern without nested repetition matches. */
export function matching(pattern: RegExp, detail: string): Check {
  return (value, at, faults) => {
    const read = asString(value);
    if (!pattern.test(read)) faults.push(invalidField(at, read, detail));
  };
}

/** A text of at most so many bytes of UTF-8. */
export function maxBytes(max: number): Check {
  return (value, at, faults) => {
    const read = asString(value);
    if (read.length > max || Buffer.byteLength(read) > max) faults.push(tooLongField(at, max));
  };
}

/** An integer in a range, both ends included. */
export function between(min: number, max: number, detail = inclusiveRange(min, max)): Check {
  return (value, at, faults) => {
    const read = asNumber(value);
    if (read < min || read > max) faults.push(invalidField(at, asInteger(value), detail));
  };
}

/** The message of a number outside a range. */
export function inclusiveRange(min: number, max: number): string {
  return `must be between ${min} and ${max}, inclusive`;
}

/** An integer of at least `min`. */
export function atLeast(min: number, detail = `must be greater than or equal to ${min}`): Check {
  return (value, at, faults) => {
    if (asNumber(value) < min) faults.push(invalidField(at, asInteger(value), detail));
  };
}

/** An integer that is not negative. */
export const nonNegative = atLeast(0);

/** A port number. */
export const port = between(1, 65535);
