import { duplicateField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { ipMessages, parseIpSloppy } from "../../object/ip.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, stringIn, stringsIn } from "../../object/read.ts";
import { specAt } from "../spec-and-status.ts";
import { HEADLESS, isHeadless } from "./service-fields.ts";

/** Address families by their names. */
export const IP_FAMILIES = ["IPv4", "IPv6"] as const;
const FAMILY_POLICIES = ["PreferDualStack", "RequireDualStack", "SingleStack"];

const IPS_AT = specAt.child("clusterIPs");

/** The family of an address: IPv6 for everything with a colon. */
export function familyOf(ip: string): (typeof IP_FAMILIES)[number] {
  return parseIpSloppy(ip)?.family === 6 ? "IPv6" : "IPv4";
}

/**
 * Rules between clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy. Addresses that the old spec had were valid once and
 * stay so. Asked before addresses are allocated, and again with all other rules.
 */
export function clusterIpFaults(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined): FieldError[] {
  if (stringIn(spec, "type") === "ExternalName") return [];
  const ips = stringsIn(spec, "clusterIPs");
  const faults = [...pairFaults(stringIn(spec, "clusterIP"), ips), ...familyFaults(spec)];
  const wrong = addressFaults(ips, old === undefined ? [] : stringsIn(old, "clusterIPs"));
  faults.push(...wrong);
  if (ips.length > 2) faults.push(invalidField(IPS_AT, ips, "may only hold up to 2 values"));
  // Of addresses that are none it cannot be said whether they fit together.
  if (wrong.length > 0) return faults;
  const families = ips.map(familyOf);
  if (ips.length > 1 && !(families.includes("IPv4") && families.includes("IPv6"))) {
    faults.push(invalidField(IPS_AT, ips, "may specify no more than one IP for each IP family"));
  }
  if (faults.length > 0 || isHeadless(spec)) return faults;
  const declared = stringsIn(spec, "ipFamilies");
  ips.slice(0, declared.length).forEach((ip, i) => {
    const family = declared[i] ?? "";
    if (family !== families[i])
      faults.push(invalidField(IPS_AT.index(i), ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
  });
  return faults;
}

/** The single address and the list of them must agree. */
function pairFaults(ip: string, ips: readonly string[]): FieldError[] {
  if (ip === "") return ips.length === 0 ? [] : [invalidField(IPS_AT, ips, "must be empty when `clusterIP` is not specified")];
  if (ips.length === 0) return [requiredField(IPS_AT)];
  return ips[0] === ip ? [] : [invalidField(IPS_AT, ips, "first value must match `clusterIP`")];
}

function familyFaults(spec: ReadonlyJsonObject): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  stringsIn(spec, "ipFamilies").forEach((family, i) => {
    const at = specAt.child("ipFamilies").index(i);
    if (!IP_FAMILIES.some((known) => known === family)) faults.push(notSupportedField(at, family, IP_FAMILIES));
    if (seen.has(family)) faults.push(duplicateField(at, family));
    seen.add(family);
  });
  const policy = getOwn(spec, "ipFamilyPolicy");
  if (isSet(spec, "ipFamilyPolicy") && !FAMILY_POLICIES.includes(stringIn(spec, "ipFamilyPolicy"))) {
    faults.push(notSupportedField(specAt.child("ipFamilyPolicy"), policy, FAMILY_POLICIES));
  }
  return faults;
}

function addressFaults(ips: readonly string[], existing: readonly string[]): FieldError[] {
  const faults: FieldError[] = [];
  ips.forEach((ip, i) => {
    if (i === 0 && ip === HEADLESS) {
      if (ips.length > 1) faults.push(invalidField(IPS_AT, ips, `'${HEADLESS}' must be the first and only value`));
    } else if (!existing.includes(ip) && parseIpSloppy(ip) === undefined) {
      faults.push(invalidField(IPS_AT.index(i), ip, ipMessages.address));
    }
  });
  return faults;
}
/** What an update may do to addresses and families: the first of each stays, a second may come and go. */
export function addressChangeFaults(spec: ReadonlyJsonObject, old: ReadonlyJsonObject): FieldError[] {
  if (stringIn(spec, "type") === "ExternalName" || stringIn(old, "type") === "ExternalName") return [];
  const headless = isHeadless(spec);
  const was = isHeadless(old);
  const faults: FieldError[] = [];
  if (!(headless && was)) faults.push(...listChangeFaults(spec, old, "clusterIPs", "clusterIP"));
  if (!headless && !was) faults.push(...listChangeFaults(spec, old, "ipFamilies", "ipFamily"));
  return faults;
}

function listChangeFaults(spec: ReadonlyJsonObject, old: ReadonlyJsonObject, member: string, one: string): FieldError[] {
  const now = stringsIn(spec, member);
  const before = stringsIn(old, member);
  const at = specAt.child(member);
  const list = getOwn(spec, member) ?? null;
  const changed = (i: number): FieldError[] => (now[i] === before[i] ? [] : [invalidField(at.index(i), list, "may not change once set")]);
  if (now.length === before.length) return before.flatMap((_, i) => changed(i));
  if (now.length > before.length) return before.length > 0 ? changed(0) : [];
  if (now.length === 0) return [invalidField(at.index(0), list, `primary ${one} can not be unset`)];
  const faults = changed(0);
  if (now.length === 1 && stringIn(spec, "ipFamilyPolicy") !== "SingleStack") {
    faults.push(
      invalidField(
        specAt.child("ipFamilyPolicy"),
        getOwn(spec, "ipFamilyPolicy") ?? null,
        `must be set to 'SingleStack' when releasing the secondary ${one}`,
      ),
    );
  }
  return faults;
}
