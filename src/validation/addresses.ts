import { cidrRules, interfaceAddressRules, ipRules, legacyCidrRules, legacyIpRules } from "../object/ip.ts";
import { portName } from "../object/names.ts";
import { invalidField } from "../object/field-error.ts";
import type { Check } from "./check.ts";
import { port, text } from "./scalars.ts";
import { when } from "./structure.ts";

/** An address in a field older than the rule that it be canonical. */
export const legacyIp: Check = text(legacyIpRules);

/** An address in canonical form. */
export const ip: Check = text(ipRules);

/** A range in a field older than the rule that it be canonical. */
export const legacyCidr: Check = text(legacyCidrRules);

/** A range in canonical form. */
export const cidr: Check = text(cidrRules);

/** An address of an interface and the length of its network's prefix, in canonical form. */
export const interfaceAddress: Check = text(interfaceAddressRules);

/** A port by number or by name; an absent one reads as number 0, which is none. */
export const portOrName: Check = (value, at, faults, context) => {
  if (typeof value !== "string") return port(value, at, faults, context);
  for (const message of portName(value)) faults.push(invalidField(at, value, message));
};

/** A rule that what was there before, in whatever place, is spared: servers of old let in more (KEP-4858). */
export function unlessBefore(before: readonly string[], check: Check): Check {
  if (before.length === 0) return check;
  const spared: ReadonlySet<unknown> = new Set(before);
  return when((value) => !spared.has(value), check);
}
