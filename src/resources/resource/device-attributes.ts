import { forbiddenField, invalidField, requiredField, tooLongField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { addQuantity, compareQuantity, parseQuantity, subtractQuantity, type Quantity } from "../../object/quantity.ts";
import { asObject, asString, isSet, listIn, objectIn, stringIn, stringsIn } from "../../object/read.ts";
import { shownAs, type ShownMembers } from "../pod-spec/shown.ts";

const MAX_VALUE_BYTES = 64;
const MAX_VALUES = 48;
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

/** An attribute of a device: one value, of one type. */
export function checkAttribute(attribute: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  if (isSet(attribute, "string")) checkText(stringIn(attribute, "string"), at.child("string"), faults);
  if (isSet(attribute, "version")) checkVersion(stringIn(attribute, "version"), at.child("version"), faults);
  for (const list of ["ints", "bools", "strings", "versions"]) {
    if (!isSet(attribute, list)) continue;
    const place = at.child(list);
    if (listIn(attribute, list).length === 0) faults.push(invalidField(place, listIn(attribute, list), "must not be empty if specified"));
    const check = list === "strings" ? checkText : list === "versions" ? checkVersion : undefined;
    if (check !== undefined) stringsIn(attribute, list).forEach((text, i) => check(text, place.index(i), faults));
  }
  const values = attributeShown.filter(([, member]) => isSet(attribute, member)).length;
  if (values === 0) faults.push(invalidField(at, "", "exactly one value must be specified"));
  if (values > 1) faults.push(invalidField(at, shownAs(attribute, attributeShown), "exactly one value must be specified"));
}

/** How many values the attributes of a device have together, which is bounded. */
export function checkValueCount(attributes: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  let count = 0;
  for (const attribute of Object.values(attributes)) {
    for (const list of ["ints", "bools", "strings", "versions"]) count += listIn(asObject(attribute), list).length;
  }
  if (count > MAX_VALUES) faults.push(invalidField(at, count, `the total number of attribute values must not exceed ${MAX_VALUES}`));
}

function checkText(text: string, at: FieldPath, faults: FieldError[]): void {
  if (Buffer.byteLength(text) > MAX_VALUE_BYTES) faults.push(tooLongField(at, MAX_VALUE_BYTES));
}

function checkVersion(text: string, at: FieldPath, faults: FieldError[]): void {
  if (!SEMVER.test(text)) faults.push(invalidField(at, text, VERSION));
  checkText(text, at, faults);
}

/** A capacity of a device, and how it may be asked for in parts where several claims can share the device. */
export function checkCapacity(capacity: ReadonlyJsonObject, shared: boolean, at: FieldPath, faults: FieldError[]): void {
  if (!isSet(capacity, "requestPolicy")) return;
  const place = at.child("requestPolicy");
  if (!shared) {
    faults.push(forbiddenField(place, "allowMultipleAllocations must be true"));
    return;
  }
  const policy = objectIn(capacity, "requestPolicy");
  const whole = quantityIn(capacity, "value") ?? parseQuantity("0");
  const byDefault = quantityIn(policy, "default");
  const range = isSet(policy, "validRange");
  const options = listIn(policy, "validValues");
  if (range && options.length > 0) faults.push(forbiddenField(place.child("validRange"), "validValues"));
  if (options.length > 0) {
    if (byDefault === undefined) faults.push(requiredField(place.child("default"), "required when validValues is defined"));
    checkOptions(options, byDefault, whole, place, faults);
  } else if (range) {
    if (byDefault === undefined) faults.push(requiredField(place.child("default"), "required when validRange is defined"));
    checkRange(objectIn(policy, "validRange"), byDefault, whole, place, faults);
  }
}

function checkOptions(
  options: readonly ReadonlyJson[],
  byDefault: Quantity | undefined,
  whole: Quantity,
  at: FieldPath,
  faults: FieldError[],
): void {
  const amounts = options.map((option) => parseQuantity(asString(option)));
  options.forEach((option, i) => {
    const amount = amounts[i];
    if (amount !== undefined && compareQuantity(amount, whole) > 0) {
      faults.push(invalidField(at.child("validValues").index(i), option, `option is larger than capacity value: ${asString(option)}`));
    }
  });
  if (byDefault !== undefined && !amounts.some((amount) => compareQuantity(amount, byDefault) === 0)) {
    faults.push(invalidField(at.child("validValues"), options, "default value is not valid according to the requestPolicy"));
  }
}

function checkRange(
  range: ReadonlyJsonObject,
  byDefault: Quantity | undefined,
  whole: Quantity,
  at: FieldPath,
  faults: FieldError[],
): void {
  const place = at.child("validRange");
  const [min, max, step] = [quantityIn(range, "min"), quantityIn(range, "max"), quantityIn(range, "step")];
  const [minText, maxText, stepText] = [stringIn(range, "min"), stringIn(range, "max"), stringIn(range, "step")];
  const invalid = (member: string, text: string, detail: string): void => void faults.push(invalidField(place.child(member), text, detail));
  if (min === undefined) {
    faults.push(requiredField(place.child("min"), "required when validRange is defined"));
    return;
  }
  if (compareQuantity(min, whole) > 0) invalid("min", minText, `min is larger than capacity value: ${minText}`);
  if (byDefault !== undefined && compareQuantity(byDefault, min) < 0) invalid("min", minText, `default is less than min: ${minText}`);
  if (max !== undefined) {
    if (compareQuantity(min, max) > 0) invalid("min", minText, `min is larger than max: ${minText}`);
    if (compareQuantity(max, whole) > 0) invalid("max", maxText, `max is larger than capacity value: ${maxText}`);
    if (byDefault !== undefined && compareQuantity(byDefault, max) > 0) invalid("max", maxText, `default is more than max: ${maxText}`);
  }
  if (step === undefined || step.nanos <= 0n) return;
  if (compareQuantity(addQuantity(min, step), whole) > 0) {
    invalid("step", stepText, `one step ${stepText} is larger than capacity value: ${stepText}`);
  }
  const off = (amount: Quantity): boolean => subtractQuantity(amount, min).nanos % step.nanos !== 0n;
  const detail = `value is not a multiple of a given step (${stepText}) from (${minText})`;
  if (max !== undefined && off(max)) invalid("max", maxText, detail);
}

function quantityIn(holder: ReadonlyJsonObject, name: string): Quantity | undefined {
  const value = getOwn(holder, name);
  return typeof value === "string" ? parseQuantity(value) : undefined;
}
