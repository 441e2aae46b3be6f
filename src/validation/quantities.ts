import { invalidField } from "../object/field-error.ts";
import { parseQuantity, quantitySign, type Quantity, zeroQuantity } from "../object/quantity.ts";
import type { ReadonlyJson } from "../object/json.ts";
import type { Check } from "./check.ts";

/** A decoded quantity's amount; what is absent is zero. The decoder has refused texts that are none. */
export function asQuantity(value: ReadonlyJson | undefined): Quantity {
  if (typeof value === "string") return parseQuantity(value);
  return typeof value === "number" || typeof value === "bigint" ? parseQuantity(String(value)) : zeroQuantity;
}

/** A quantity that is not negative. */
export const nonNegativeQuantity: Check = (value, at, faults) => {
  if (quantitySign(asQuantity(value)) < 0) {
    faults.push(invalidField(at, shownQuantity(value), "must be greater than or equal to 0"));
  }
};

/** A quantity above zero. */
export const positiveQuantity: Check = (value, at, faults) => {
  if (quantitySign(asQuantity(value)) <= 0) {
    faults.push(invalidField(at, shownQuantity(value), "must be greater than zero"));
  }
};

function shownQuantity(value: ReadonlyJson | undefined): string {
  return typeof value === "string" ? value : String(value ?? "0");
}
