import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { dnsSubdomain, dnsSubdomainWithUnderscore } from "../../object/names.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { legacyIp } from "../../validation/addresses.ts";
import type { Check } from "../../validation/check.ts";
import { text } from "../../validation/scalars.ts";
import { each, fields } from "../../validation/structure.ts";

const maxNameservers = 3;
const maxSearches = 32;
const maxSearchText = 2048;
const addresses = each(legacyIp);

/** Appends what is wrong with a pod's own DNS settings (concepts/services-networking/dns-pod-service). */
export function checkDns(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const config = objectIn(spec, "dnsConfig");
  const nameservers = stringsIn(config, "nameservers");
  if (stringIn(spec, "dnsPolicy") === "None") {
    if (!isSet(spec, "dnsConfig")) {
      faults.push(requiredField(at, "must provide `dnsConfig` when `dnsPolicy` is None"));
      return;
    }
    if (nameservers.length === 0) {
      const detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
      faults.push(requiredField(at.child("nameservers"), detail));
      return;
    }
  }
  if (nameservers.length > maxNameservers) {
    const detail = `must not have more than ${maxNameservers} nameservers`;
    faults.push(invalidField(at.child("nameservers"), nameservers, detail));
  }
  addresses(nameservers, at.child("nameservers"), faults, undefined);
  checkSearches(stringsIn(config, "searches"), at.child("searches"), faults);
  objectsIn(config, "options").forEach((option, i) => {
    if (stringIn(option, "name") === "") faults.push(requiredField(at.child("options").index(i), "must not be empty"));
  });
}

function checkSearches(searches: readonly string[], at: FieldPath, faults: FieldError[]): void {
  if (searches.length > maxSearches) {
    faults.push(invalidField(at, searches, `must not have more than ${maxSearches} search paths`));
  }
  if (Buffer.byteLength(searches.join(" ")) > maxSearchText) {
    const detail = `must not have more than ${maxSearchText} characters (including spaces) in the search list`;
    faults.push(invalidField(at, searches, detail));
  }
  searches.forEach((search, i) => {
    if (search === ".") return;
    const name = search.endsWith(".") ? search.slice(0, -1) : search;
    for (const message of dnsSubdomainWithUnderscore(name)) faults.push(invalidField(at.index(i), name, message));
  });
}

/** The rules of lines in a pod's hosts file. */
export const hostAliases: Check = each(fields({ ip: legacyIp, hostnames: each(text(dnsSubdomain)) }));
