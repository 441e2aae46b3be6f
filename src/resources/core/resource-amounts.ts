import type { FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJson } from "../../object/json.ts";
import { asObject } from "../../object/read.ts";
import { skippingAbsent, type Check } from "../../validation/check.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { checkResourceAmount, resourceNames } from "../pod-spec/resources.ts";

/** Amounts by resource name, none negative, whole where only whole ones make sense; a fault's place as `place` writes it. */
export function resourceAmounts(place: (at: FieldPath, name: string) => FieldPath): Check {
  return skippingAbsent((value: ReadonlyJson | undefined, at: FieldPath, faults: FieldError[]) => {
    const list = asObject(value);
    for (const name of resourceNames(list)) checkResourceAmount(name, asQuantity(getOwn(list, name)), place(at, name), faults);
  });
}
