import { invalidField, requiredField, tooLongField } from "../../object/field-error.ts";
import { qualifiedNameRules } from "../../object/names.ts";
import { asObject, asString } from "../../object/read.ts";
import { skippingAbsent, type Check } from "../../validation/check.ts";

/** The name of a provisioner or driver: a qualified name, read in lower case. */
export const driverName: Check = (value, at, faults) => {
  const name = asString(value);
  if (name === "") faults.push(requiredField(at));
  else for (const message of qualifiedNameRules(name.toLowerCase())) faults.push(invalidField(at, name.toLowerCase(), message));
};

/** Bytes that all keys and values of a driver's parameters may have together, and how many there may be. */
const MAX_BYTES = 256 * 1024;
const MAX_COUNT = 512;

/** Parameters for a driver: opaque, but bounded, and no key is empty. `some`: at least one must be there. */
export function parameters(some: boolean): Check {
  const check: Check = (value, at, faults) => {
    const entries = Object.entries(asObject(value));
    if (some && entries.length === 0) faults.push(requiredField(at, "must contain at least one key/value pair"));
    if (entries.length > MAX_COUNT) {
      faults.push(tooLongField(at, MAX_COUNT));
      return;
    }
    let size = 0;
    for (const [key, text] of entries) {
      if (key === "") faults.push(invalidField(at, key, "field can not be empty."));
      size += Buffer.byteLength(key) + Buffer.byteLength(asString(text));
    }
    if (size > MAX_BYTES) faults.push(tooLongField(at, MAX_BYTES));
  };
  return some ? check : skippingAbsent(check);
}
