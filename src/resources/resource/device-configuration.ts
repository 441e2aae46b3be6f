import { invalidField, requiredField, tooLongField } from "../../object/field-error.ts";
import { encodeJson } from "../../object/go-json.ts";
import type { Check } from "../../validation/check.ts";
import { present } from "../../validation/presence.ts";
import { fields } from "../../validation/structure.ts";
import { driverName } from "./names.ts";

const MAX_PARAMETERS = 10 * 1024;

/** Data of a driver's own making: a JSON object of bounded size. */
export function driverData(max: number): Check {
  return (value, at, faults) => {
    if (value === undefined || value === null) faults.push(requiredField(at));
    else if (Buffer.byteLength(encodeJson(value)) > max) faults.push(tooLongField(at, max));
    else if (typeof value !== "object" || Array.isArray(value)) {
      faults.push(invalidField(at, "<value omitted>", "must be a valid JSON object"));
    }
  };
}

/** What a driver is told of how to set up devices. */
export const deviceConfiguration: Check = fields({
  opaque: present(fields({ driver: driverName, parameters: driverData(MAX_PARAMETERS) })),
});
