import { forbiddenField, invalidField, requiredField, tooManyField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import {
  addQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  quantityValue,
  zeroQuantity,
  type Quantity,
} from "../../object/quantity.ts";
import { asString, isSet, listIn, objectIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { forbidden, optional } from "../../validation/presence.ts";
import { matching, maxBytes } from "../../validation/scalars.ts";
import { all, fields, struct } from "../../validation/structure.ts";
import { shownAs, type ShownMembers } from "../pod-spec/shown.ts";
import { repeatedKeys } from "./names.ts";

const MAX_VALUE_BYTES = 64;
/** Amounts that a capacity may be asked for in. */
const MAX_OPTIONS = 10;
const VERSION = "must be a string compatible with semver.org spec 2.0.0";
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/** The members of an attribute, one for each type of value, as messages show them. */
const attributeShown: ShownMembers = [
  ["IntValue", "int", null],
  ["BoolValue", "bool", null],
  ["StringValue", "string", null],
  ["VersionValue", "version", null],
  ["IntValues", "ints", null],
  ["BoolValues", "bools", null],
  ["StringValues", "strings", null],
  ["VersionValues", "versions", null],
];

/** Members that hold several values; they belong to a feature that is off, and are dropped before objects are checked. */
export const valueLists = ["ints", "bools", "strings", "versions"] as const;

const short = maxBytes(MAX_VALUE_BYTES);
const values: Check = fields({ string: optional(short), version: optional(all(matching(SEMVER, VERSION), short)) });

/** An attribute of a device: one value, of one type. */
export function checkAttribute(attribute: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  values(attribute, at, faults, undefined);
  const count = attributeShown.filter(([, member]) => isSet(attribute, member)).length;
  if (count === 0) faults.push(invalidField(at, "", "exactly one value must be specified"));
  if (count > 1) faults.push(invalidField(at, shownAs(attribute, attributeShown), "exactly one value must be specified"));
}

/** A capacity of a device that one claim has for itself. */
export const ownCapacity: Check = fields({ requestPolicy: forbidden("allowMultipleAllocations must be true") });

/** A capacity of a device that several claims can share, and how it may be asked for in parts. */
export const sharedCapacity: Check = struct((capacity, at, faults) => {
  const policy = objectIn(capacity, "requestPolicy");
  const place = at.child("requestPolicy");
  const whole = quantityIn(capacity, "value") ?? zeroQuantity;
  const options = listIn(policy, "validValues");
  const range = isSet(policy, "validRange");
  if (range && options.length > 0) {
    const detail = `exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time`;
    faults.push(forbiddenField(place, detail));
    return;
  }
  const kind = options.length > 0 ? "validValues" : "validRange";
  if (kind === "validRange" && !range) return;
  const byDefault = quantityIn(policy, "default");
  if (byDefault === undefined) faults.push(requiredField(place.child("default"), `required when ${kind} is defined`));
  else if (kind === "validValues") checkOptions(options, byDefault, whole, place.child(kind), faults);
  else checkRange(objectIn(policy, kind), byDefault, whole, place.child(kind), faults);
});

function checkOptions(options: readonly ReadonlyJson[], byDefault: Quantity, whole: Quantity, at: FieldPath, faults: FieldError[]): void {
  const amounts = options.map((option) => parseQuantity(asString(option)));
  amounts.forEach((amount, i) => {
    const before = amounts[i - 1];
    if (before === undefined || compareQuantity(before, amount) <= 0) return;
    faults.push(invalidField(at.index(i), formatQuantity(amount), "values must be sorted in ascending order"));
  });
  if (amounts.length > MAX_OPTIONS) faults.push(tooManyField(at, amounts.length, MAX_OPTIONS));
  else {
    amounts.forEach((amount, i) => {
      if (compareQuantity(amount, whole) <= 0) return;
      faults.push(invalidField(at.index(i), formatQuantity(amount), `option is larger than capacity value: ${formatQuantity(whole)}`));
    });
    repeatedKeys(
      amounts.map((amount) => String(quantityValue(amount))),
      at,
      faults,
    );
  }
  if (amounts.length <= MAX_OPTIONS && amounts.some((amount) => compareQuantity(amount, byDefault) === 0)) return;
  faults.push(invalidField(at, formatQuantity(byDefault), "default value is not valid according to the requestPolicy"));
}

function checkRange(range: ReadonlyJsonObject, byDefault: Quantity, whole: Quantity, at: FieldPath, faults: FieldError[]): void {
  const [min, max, step] = [quantityIn(range, "min"), quantityIn(range, "max"), quantityIn(range, "step")];
  const invalid = (member: string, amount: Quantity, detail: string): void =>
    void faults.push(invalidField(at.child(member), formatQuantity(amount), detail));
  if (min === undefined) {
    faults.push(requiredField(at.child("min"), "required when validRange is defined"));
    return;
  }
  if (compareQuantity(min, whole) > 0) invalid("min", min, `min is larger than capacity value: ${formatQuantity(whole)}`);
  if (compareQuantity(byDefault, min) < 0) invalid("min", byDefault, `default is less than min: ${formatQuantity(min)}`);
  if (max !== undefined) {
    if (compareQuantity(min, max) > 0) invalid("max", min, `min is larger than max: ${formatQuantity(max)}`);
    if (compareQuantity(max, whole) > 0) invalid("max", max, `max is larger than capacity value: ${formatQuantity(whole)}`);
    if (compareQuantity(byDefault, max) > 0) invalid("max", byDefault, `default is more than max: ${formatQuantity(max)}`);
  }
  if (step === undefined) return;
  // The original divides by it.
  if (quantityValue(step) <= 0n) {
    invalid("step", step, "must be greater than zero");
    return;
  }
  const stepped = addQuantity(min, step);
  if (compareQuantity(stepped, whole) > 0) {
    invalid("step", step, `one step ${formatQuantity(stepped)} is larger than capacity value: ${formatQuantity(whole)}`);
  }
  for (const amount of max === undefined ? [byDefault] : [byDefault, max]) {
    if ((quantityValue(amount) - quantityValue(min)) % quantityValue(step) === 0n) continue;
    invalid("step", amount, `value is not a multiple of a given step (${formatQuantity(step)}) from (${formatQuantity(min)})`);
  }
}

function quantityIn(holder: ReadonlyJsonObject, name: string): Quantity | undefined {
  const value = getOwn(holder, name);
  return typeof value === "string" ? parseQuantity(value) : undefined;
}
