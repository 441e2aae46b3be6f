import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { formatQuantity, quantityMilliValue } from "../../object/quantity.ts";
import { quoteText } from "../../object/quote.ts";
import { isSet, objectIn } from "../../object/read.ts";
import { asQuantity } from "../../validation/quantities.ts";

/** Amounts of bytes that are no whole number. */
export function warnOfFractions(resources: ReadonlyJsonObject, at: FieldPath, warnings: string[], names: readonly string[]): void {
  for (const name of names) {
    if (!isSet(resources, name)) continue;
    const amount = asQuantity(getOwn(resources, name));
    if (quantityMilliValue(amount) % 1000n === 0n) continue;
    const shown = quoteText(formatQuantity(amount));
    warnings.push(`${at.key(name).toString()}: fractional byte value ${shown} is invalid, must be an integer`);
  }
}

/** What a writer of the spec of a persistent volume claim should know, wherever it stands. */
export function warnOfClaimSpec(spec: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  const resources = objectIn(spec, "resources");
  for (const list of ["requests", "limits"]) {
    warnOfFractions(objectIn(resources, list), at.child("resources", list), warnings, ["storage"]);
  }
}
