import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { formatQuantity, quantityMilliValue } from "../../object/quantity.ts";
import { quoteText } from "../../object/quote.ts";
import { isSet, objectIn } from "../../object/read.ts";
import { asQuantity } from "../../validation/quantities.ts";

/** An amount of bytes, by its name in a list of resources, that is no whole number. */
export function warnOfFraction(resources: ReadonlyJsonObject, name: string, at: FieldPath, warnings: string[]): void {
  if (!isSet(resources, name)) return;
  const amount = asQuantity(getOwn(resources, name));
  if (quantityMilliValue(amount) % 1000n === 0n) return;
  const shown = quoteText(formatQuantity(amount));
  warnings.push(`${at.key(name).toString()}: fractional byte value ${shown} is invalid, must be an integer`);
}

/** What a writer of the spec of a persistent volume claim should know, wherever it stands. */
export function warnOfClaimSpec(spec: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  const resources = objectIn(spec, "resources");
  for (const list of ["requests", "limits"]) {
    warnOfFraction(objectIn(resources, list), "storage", at.child("resources", list), warnings);
  }
}
