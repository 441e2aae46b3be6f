import type { FieldError } from "../object/field-error.ts";
import { invalidField } from "../object/field-error.ts";
import { FieldPath } from "../object/field-path.ts";
import { parseCidr, cidrContains, parseIpSloppy, unmapIp, type Cidr, type IpAddress } from "../object/ip.ts";

/** Addresses that lead nowhere or to the node itself, so that traffic may not be sent to them, as messages name them. */
const SPECIAL: readonly { readonly ranges: readonly Cidr[]; readonly detail: string }[] = [
  range("may not be in the loopback range (127.0.0.0/8, ::1/128)", "127.0.0.0/8", "::1/128"),
  range("may not be in the link-local range (169.254.0.0/16, fe80::/10)", "169.254.0.0/16", "fe80::/10"),
  // Of IPv6, the second hexadecimal digit is the scope and the first one flags (RFC 4291): any of them counts.
  range("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)", "224.0.0.0/24", ...linkLocalScopes()),
];

function linkLocalScopes(): string[] {
  return Array.from({ length: 16 }, (_, flags) => `ff${flags.toString(16)}2::/16`);
}

function range(detail: string, ...cidrs: readonly string[]): { readonly ranges: readonly Cidr[]; readonly detail: string } {
  return { detail, ranges: cidrs.map((text) => parseCidr(text)).filter((cidr) => cidr !== undefined) };
}

/** Whether an address leads nowhere or to the node itself. */
export function isSpecialAddress(text: string): boolean {
  const faults: FieldError[] = [];
  checkNotSpecial(text, FieldPath.root, faults);
  return faults.length > 0;
}

/** Endpoints and external addresses of a service: not unspecified, loopback or link-local. A text that is no address passes. */
export function checkNotSpecial(text: string, at: FieldPath, faults: FieldError[]): void {
  const parsed = parseIpSloppy(text);
  if (parsed === undefined) return;
  const address: IpAddress = unmapIp(parsed);
  if (address.value === 0n) faults.push(invalidField(at, text, `may not be unspecified (${text})`));
  for (const { ranges, detail } of SPECIAL) {
    if (ranges.some((one) => cidrContains(one, address))) faults.push(invalidField(at, text, detail));
  }
}
