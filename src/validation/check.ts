import type { FieldError } from "../object/field-error.ts";
import { FieldPath } from "../object/field-path.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";

/**
 * A rule about one value: appends the faults that it finds, in upstream's order. It reads an absent value as the zero
 * value of its type (a text as "", a struct as {}); whether absence is right is said around it: `optional`, `filled`,
 * `required`. `context` is what the rule must know beside the value (the volumes, for a mount); most need nothing.
 */
export interface Check<C = unknown> {
  (value: ReadonlyJson | undefined, at: FieldPath, faults: FieldError[], context: C): void;
  /** An absent value is never a fault: it need not be asked about. */
  readonly skipsAbsent?: boolean;
}

/** A rule about what a value became from what it was. */
export type Change<C = unknown> = (
  value: ReadonlyJson | undefined,
  old: ReadonlyJson | undefined,
  at: FieldPath,
  faults: FieldError[],
  context: C,
) => void;

/** All faults of an object by its rules. */
export function findFaults(check: Check, object: ReadonlyJsonObject): FieldError[] {
  const faults: FieldError[] = [];
  check(object, FieldPath.root, faults, undefined);
  return faults;
}

/** All faults of an update by its rules. */
export function findChangeFaults(change: Change, object: ReadonlyJsonObject, old: ReadonlyJsonObject): FieldError[] {
  const faults: FieldError[] = [];
  change(object, old, FieldPath.root, faults, undefined);
  return faults;
}

/** Marks a check as one that has nothing to say of an absent value, so that walks pass it by. */
export function skippingAbsent<C>(check: Check<C>): Check<C> {
  return Object.assign<Check<C>, { skipsAbsent: boolean }>(check, { skipsAbsent: true });
}
