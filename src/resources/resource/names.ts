import { duplicateField, invalidField, tooManyField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJson } from "../../object/json.ts";
import { cIdentifier, dnsLabel, dnsSubdomain } from "../../object/names.ts";
import { asList, asObject, asString, stringIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { skippingAbsent, type Check } from "../../validation/check.ts";
import { required } from "../../validation/presence.ts";
import { maxBytes, text } from "../../validation/scalars.ts";
import { all } from "../../validation/structure.ts";
import { csiDriverName } from "../pod-spec/volume-sources.ts";

const MAX_POOL_NAME = 253;
const MAX_IDENTIFIER = 32;

/** The name of a DRA driver: as a CSI driver's. */
export const driverName: Check = csiDriverName;

/** The name of a request, or of a device within its pool. */
export const labelName: Check = text(dnsLabel);

/** The name of a device class. */
export const className: Check = required(text(dnsSubdomain));

const poolNameLength = maxBytes(MAX_POOL_NAME);

/** The name of a pool: DNS subdomains, divided by slashes. */
export const poolName: Check = required((value, at, faults) => {
  poolNameLength(value, at, faults, undefined);
  for (const part of asString(value).split("/")) for (const message of dnsSubdomain(part)) faults.push(invalidField(at, part, message));
});

/** The name of an attribute or capacity: an identifier, in the domain of its driver where none is given. */
export const qualifiedName: Check = (value, at, faults, context) => {
  const parts = asString(value).split("/");
  const [first = "", second = ""] = parts;
  if (parts.length === 1) identifier(first, at, faults, context);
  else if (parts.length === 2) {
    if (first === "") faults.push(invalidField(at, "", "the domain must not be empty"));
    else driverName(first, at, faults, context);
    if (second === "") faults.push(invalidField(at, "", "the name must not be empty"));
    else identifier(second, at, faults, context);
  }
};

/** The name of an attribute with its domain. */
export const fullyQualifiedName: Check = (value, at, faults, context) => {
  qualifiedName(value, at, faults, context);
  const name = asString(value);
  if (!name.includes("/")) faults.push(invalidField(at, name, "a fully qualified name must be a domain and a name separated by a slash"));
};

const identifier: Check = all(maxBytes(MAX_IDENTIFIER), text(cIdentifier));

/** A list of at most so many items, of which a longer one is not looked into; no two have the same key, where they have one. */
export function boundedList<C>(max: number, check: Check<C>, key?: (item: ReadonlyJson) => string): Check<C> {
  return skippingAbsent((value, at, faults, context) => {
    const items = asList(value);
    if (items.length > max) {
      faults.push(tooManyField(at, items.length, max));
      return;
    }
    items.forEach((item, i) => check(item, at.index(i), faults, context));
    if (key !== undefined) repeatedKeys(items.map(key), at, faults);
  });
}

/** The name of an item, by which a list tells it from the others. */
export function nameOf(item: ReadonlyJson): string {
  return stringIn(asObject(item), "name");
}

/** The items whose key an earlier one has. */
export function repeatedKeys(keys: readonly string[], at: FieldPath, faults: FieldError[]): void {
  const seen = new Set<string>();
  keys.forEach((key, i) => {
    if (seen.has(key)) faults.push(duplicateField(at.index(i), key));
    seen.add(key);
  });
}

/** A map of at most so many entries, of which a larger one is not looked into. Faults of keys are the map's. */
export function boundedMap<C>(max: number, key: Check<C>, keyBytes: number, check: Check<C>): Check<C> {
  return skippingAbsent((value, at, faults, context) => {
    const map = asObject(value);
    const names = sortedKeys(map);
    if (names.length > max) {
      faults.push(tooManyField(at, names.length, max));
      return;
    }
    for (const name of names) {
      key(name, at, faults, context);
      check(getOwn(map, name), at.key(shortened(name, keyBytes)), faults, context);
    }
  });
}

/** A key as paths show it: the middle of one that is too long is left out. */
function shortened(key: string, max: number): string {
  const bytes = Buffer.from(key);
  if (bytes.length <= max) return key;
  const kept = max - 3;
  return `${bytes.subarray(0, Math.ceil(kept / 2)).toString()}...${bytes.subarray(bytes.length - Math.floor(kept / 2)).toString()}`;
}
