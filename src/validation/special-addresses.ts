import { invalidField, type FieldError } from "../object/field-error.ts";
import { FieldPath } from "../object/field-path.ts";
import { isLinkLocalMulticast, isLinkLocalUnicast, isLoopback, isUnspecified } from "../object/ip-ranges.ts";
import { parseIpSloppy, unmapIp, type IpAddress } from "../object/ip.ts";

/** Addresses that lead nowhere or to the node itself, so that traffic may not be sent to them, as messages name them. */
const SPECIAL: readonly (readonly [holds: (address: IpAddress) => boolean, detail: string])[] = [
  [isLoopback, "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
  [isLinkLocalUnicast, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
  [isLinkLocalMulticast, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
];

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
  const address = unmapIp(parsed);
  if (isUnspecified(address)) faults.push(invalidField(at, text, `may not be unspecified (${text})`));
  for (const [holds, detail] of SPECIAL) if (holds(address)) faults.push(invalidField(at, text, detail));
}
