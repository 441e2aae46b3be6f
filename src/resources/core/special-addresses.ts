import { invalidField } from "../../object/field-error.ts";
import { cidrContains, parseCidr, parseIpSloppy, unmapIp, type Cidr } from "../../object/ip.ts";
import { asString } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";

/** Ranges in which no endpoint can be (RFC 1122, 3927, 4291): they would lead back to the node itself. */
const SPECIAL: readonly (readonly [detail: string, ranges: readonly string[]])[] = [
  ["may not be in the loopback range (127.0.0.0/8, ::1/128)", ["127.0.0.0/8", "::1/128"]],
  ["may not be in the link-local range (169.254.0.0/16, fe80::/10)", ["169.254.0.0/16", "fe80::/10"]],
  ["may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)", ["224.0.0.0/24", "ff02::/16"]],
];

const special = SPECIAL.map(([detail, ranges]) => ({ detail, ranges: ranges.map((range) => parseCidr(range) as Cidr) }));

/** An address that can be an endpoint's: not unspecified, loopback or link-local. */
export const ordinaryAddress: Check = (value, at, faults) => {
  const text = asString(value);
  const parsed = parseIpSloppy(text);
  if (parsed === undefined) {
    faults.push(invalidField(at, text, "must be a valid IP address"));
    return;
  }
  const address = unmapIp(parsed);
  if (address.value === 0n) faults.push(invalidField(at, text, `may not be unspecified (${text})`));
  for (const { detail, ranges } of special) {
    if (ranges.some((range) => range.address.family === address.family && cidrContains(range, address)))
      faults.push(invalidField(at, text, detail));
  }
};
