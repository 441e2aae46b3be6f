import { invalidField } from "../../object/field-error.ts";
import { parseIpSloppy } from "../../object/ip.ts";
import { asString } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { checkNotSpecial } from "../../validation/special-addresses.ts";

/** An address that can be an endpoint's: not unspecified, loopback or link-local. */
export const ordinaryAddress: Check = (value, at, faults) => {
  const text = asString(value);
  if (parseIpSloppy(text) === undefined) faults.push(invalidField(at, text, "must be a valid IP address"));
  else checkNotSpecial(text, at, faults);
};
