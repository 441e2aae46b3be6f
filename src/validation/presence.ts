import { forbiddenField, requiredField } from "../object/field-error.ts";
import type { ReadonlyJson } from "../object/json.ts";
import { skippingAbsent, type Check } from "./check.ts";

/** Nothing to check. */
export const anything: Check = skippingAbsent(() => {});

/** May be absent; what is there, be it empty, must pass. For fields whose empty value means something. */
export function optional<C>(check: Check<C>): Check<C> {
  return skippingAbsent((value, at, faults, context) => {
    if (value !== undefined && value !== null) check(value, at, faults, context);
  });
}

/** May be absent or empty; what is filled in must pass. For fields that do not tell empty from absent. */
export function filled<C>(check: Check<C>): Check<C> {
  return skippingAbsent((value, at, faults, context) => {
    if (!isEmpty(value)) check(value, at, faults, context);
  });
}

/** Must be there and not empty ("", 0, []), and then pass. */
export function required<C = unknown>(check: Check<C> = anything, detail = ""): Check<C> {
  return (value, at, faults, context) => {
    if (isEmpty(value)) faults.push(requiredField(at, detail));
    else check(value, at, faults, context);
  };
}

/** Must be there, be it empty, and then pass. */
export function present<C = unknown>(check: Check<C> = anything, detail = ""): Check<C> {
  return (value, at, faults, context) => {
    if (value === undefined || value === null) faults.push(requiredField(at, detail));
    else check(value, at, faults, context);
  };
}

/** Must not be there. */
export function forbidden(detail: string): Check {
  return skippingAbsent((value, at, faults) => {
    if (value !== undefined && value !== null) faults.push(forbiddenField(at, detail));
  });
}

/** Whether a value says nothing: absent, "", 0 or a list without items. An object is something, be it empty. */
export function isEmpty(value: ReadonlyJson | undefined): boolean {
  return (
    value === undefined || value === null || value === "" || value === 0 || value === 0n || (Array.isArray(value) && value.length === 0)
  );
}
