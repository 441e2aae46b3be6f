import { invalidField, requiredField, tooLongField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { dnsLabel, dnsSubdomain } from "../../object/names.ts";
import { quoteText } from "../../object/quote.ts";
import { asString } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";

const FORM = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
const MAX_DOMAIN = 253;
/** A domain, a slash, and a path that has room for a label, a dot and a subdomain. */
const MAX_NAME = MAX_DOMAIN + 1 + (63 + 1 + 253);

/** The name of a signer: `domain/path`, the domain fully qualified. */
export const signerName: Check = (value, at, faults) => {
  const name = asString(value);
  if (name === "") {
    faults.push(requiredField(at));
    return;
  }
  const segments = name.split("/");
  const [domain = "", path = ""] = segments;
  if (segments.length !== 2) {
    faults.push(invalidField(at, name, FORM));
    return;
  }
  if (Buffer.byteLength(domain) > MAX_DOMAIN) faults.push(tooLongField(at, MAX_DOMAIN));
  checkLabels(domain, (label) => dnsLabel(label), at, faults);
  if (!domain.includes(".")) faults.push(invalidField(at, domain, "should be a domain with at least two segments separated by dots"));
  checkLabels(path, (label) => dnsSubdomain(label), at, faults);
  if (Buffer.byteLength(name) > MAX_NAME) faults.push(tooLongField(at, MAX_NAME));
};

/** The first label that is none is told; what is wrong with the others would read the same. */
function checkLabels(segment: string, rule: (label: string) => string[], at: FieldPath, faults: FieldError[]): void {
  const bad = segment.split(".").find((label) => rule(label).length > 0);
  if (bad === undefined) return;
  for (const message of rule(bad)) faults.push(invalidField(at, segment, `validating label ${quoteText(bad)}: ${message}`));
}
