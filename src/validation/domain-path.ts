import { invalidField, requiredField } from "../object/field-error.ts";
import { dnsSubdomain, domainPrefixedPath, httpPath } from "../object/names.ts";
import { asString } from "../object/read.ts";
import type { Check } from "./check.ts";

/** A domain and a path below it, such as `acme.io/foo`: names of controllers, finalizers, lifecycle handlers. */
export const domainPath: Check = (value, at, faults) => {
  const text = asString(value);
  if (text === "") {
    faults.push(requiredField(at));
    return;
  }
  const parts = domainPrefixedPath(text);
  if (parts === undefined) {
    faults.push(invalidField(at, text, 'must be a domain-prefixed path (such as "acme.io/foo")'));
    return;
  }
  for (const message of dnsSubdomain(parts.domain)) faults.push(invalidField(at, parts.domain, message));
  for (const message of httpPath(parts.path)) faults.push(invalidField(at, parts.path, message));
};
