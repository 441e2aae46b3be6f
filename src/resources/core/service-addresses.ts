import { duplicateField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { legacyIpRules, parseIpSloppy } from "../../object/ip.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, stringIn, stringsIn } from "../../object/read.ts";
import { writtenMember } from "../../object/written-empty.ts";
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
  if (isHeadless(spec)) return faults;
  const declared = stringsIn(spec, "ipFamilies");
  ips.slice(0, declared.length).forEach((ip, i) => {
    const family = declared[i] ?? "";
    if (isFamily(family) && family !== families[i])
      faults.push(invalidField(IPS_AT.index(i), ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
  });
  return faults;
}

function isFamily(name: string): boolean {
  return IP_FAMILIES.some((known) => known === name);
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
    if (!isFamily(family)) faults.push(notSupportedField(at, family, IP_FAMILIES));
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
    } else if (!existing.includes(ip)) {
      for (const message of legacyIpRules(ip)) faults.push(invalidField(IPS_AT.index(i), ip, message));
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
  if (!(headless && was)) faults.push(...ipChangeFaults(spec, old));
  if (!headless && !was) faults.push(...familyChangeFaults(spec, old));
  return faults;
}

const STAYS = "may not change once set";

function ipChangeFaults(spec: ReadonlyJsonObject, old: ReadonlyJsonObject): FieldError[] {
  const now = stringsIn(spec, "clusterIPs");
  const before = stringsIn(old, "clusterIPs");
  const shown = writtenMember(spec, "clusterIPs") ?? null;
  const changed = (i: number): FieldError[] => (now[i] === before[i] ? [] : [invalidField(IPS_AT.index(i), shown, STAYS)]);
  if (now.length === before.length) return before.flatMap((_, i) => changed(i));
  if (now.length > before.length) return before.length > 0 ? changed(0) : [];
  if (now.length === 0) return [invalidField(IPS_AT.index(0), shown, "primary clusterIP can not be unset")];
  return [...changed(0), ...releaseFaults(spec, now.length, "clusterIP")];
}

/** Faults are told of the first family, and where their number changed they show the addresses: so does the original. */
function familyChangeFaults(spec: ReadonlyJsonObject, old: ReadonlyJsonObject): FieldError[] {
  const now = stringsIn(spec, "ipFamilies");
  const before = stringsIn(old, "ipFamilies");
  const at = specAt.child("ipFamilies").index(0);
  const families = writtenMember(spec, "ipFamilies") ?? null;
  if (now.length === before.length) return before.filter((family, i) => family !== now[i]).map(() => invalidField(at, families, STAYS));
  const faults: FieldError[] = [];
  const fewer = now.length < before.length;
  if (fewer && stringsIn(spec, "clusterIPs").length === 0) faults.push(invalidField(at, families, "primary ipFamily can not be unset"));
  if (now.length > 0 && before.length > 0 && now[0] !== before[0])
    faults.push(invalidField(at, writtenMember(spec, "clusterIPs") ?? null, STAYS));
  return fewer ? [...faults, ...releaseFaults(spec, now.length, "ipFamily")] : faults;
}

function releaseFaults(spec: ReadonlyJsonObject, left: number, what: string): FieldError[] {
  if (left !== 1 || stringIn(spec, "ipFamilyPolicy") === "SingleStack") return [];
  const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`;
  return [invalidField(specAt.child("ipFamilyPolicy"), getOwn(spec, "ipFamilyPolicy") ?? null, detail)];
}
