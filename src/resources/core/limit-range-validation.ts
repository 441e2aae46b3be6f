import { duplicateField, forbiddenField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { qualifiedNameRules } from "../../object/names.ts";
import { compareQuantity, formatQuantity, parseQuantity, quantityMilliValue, quantityValue, type Quantity } from "../../object/quantity.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { isOvercommitAllowed } from "../pod-spec/resource-names.ts";
import { checkContainerResourceName, checkResourceName, resourceNames } from "../pod-spec/resources.ts";

const types: ReadonlySet<string> = new Set(["Container", "PersistentVolumeClaim", "Pod"]);

function checkType(type: string, at: FieldPath, faults: FieldError[]): void {
  const messages = qualifiedNameRules(type);
  for (const message of messages) faults.push(invalidField(at, type, message));
  if (messages.length === 0 && !type.includes("/") && !types.has(type)) {
    faults.push(invalidField(at, type, "must be a standard limit type or fully qualified"));
  }
}

type Bound = "max" | "min" | "default" | "defaultRequest" | "maxLimitRequestRatio";

/** Two bounds of a resource of which the first may not be above the second; the fault is `place`'s and shows `value`. */
const ORDER: readonly { lower: Bound; upper: Bound; place: Bound; value: Bound; lowerName: string; upperName: string }[] = [
  { lower: "min", upper: "max", place: "min", value: "min", lowerName: "min value", upperName: "max value" },
  {
    lower: "min",
    upper: "defaultRequest",
    place: "defaultRequest",
    value: "defaultRequest",
    lowerName: "min value",
    upperName: "default request value",
  },
  {
    lower: "defaultRequest",
    upper: "max",
    place: "defaultRequest",
    value: "defaultRequest",
    lowerName: "default request value",
    upperName: "max value",
  },
  {
    lower: "defaultRequest",
    upper: "default",
    place: "defaultRequest",
    value: "defaultRequest",
    lowerName: "default request value",
    upperName: "default limit value",
  },
  { lower: "min", upper: "default", place: "default", value: "min", lowerName: "min value", upperName: "default value" },
  { lower: "default", upper: "max", place: "default", value: "max", lowerName: "default value", upperName: "max value" },
];

const one = parseQuantity("1");

/** Above it, thousandths no longer fit an int64, and ratios are of whole units. */
const maxMilliUnits = 9223372036854775n;

function checkBounds(name: string, bounds: ReadonlyMap<Bound, Quantity>, at: FieldPath, faults: FieldError[]): void {
  const shown = (bound: Bound) => formatQuantity(bounds.get(bound) as Quantity);
  for (const { lower, upper, place, value, lowerName, upperName } of ORDER) {
    const [low, high] = [bounds.get(lower), bounds.get(upper)];
    if (low === undefined || high === undefined || compareQuantity(low, high) <= 0) continue;
    faults.push(
      invalidField(at.child(place).key(name), shown(value), `${lowerName} ${shown(lower)} is greater than ${upperName} ${shown(upper)}`),
    );
  }
  const [ratio, min, max] = [bounds.get("maxLimitRequestRatio"), bounds.get("min"), bounds.get("max")];
  const ratioAt = at.child("maxLimitRequestRatio").key(name);
  if (ratio !== undefined) {
    if (compareQuantity(ratio, one) < 0)
      faults.push(invalidField(ratioAt, formatQuantity(ratio), `ratio ${formatQuantity(ratio)} is less than 1`));
    if (min !== undefined && max !== undefined) {
      const limit = ratioOf(max, min, ratio);
      if (limit.given > limit.allowed) {
        faults.push(
          invalidField(
            ratioAt,
            formatQuantity(ratio),
            `ratio ${formatQuantity(ratio)} is greater than max/min = ${shownRatio(limit.allowed)}`,
          ),
        );
      }
    }
  }
  const [limit, request] = [bounds.get("default"), bounds.get("defaultRequest")];
  if (!isOvercommitAllowed(name) && limit !== undefined && request !== undefined && compareQuantity(limit, request) !== 0) {
    const detail = `default value ${shown("default")} must equal to defaultRequest value ${shown("defaultRequest")} in ${name}`;
    faults.push(invalidField(at.child("defaultRequest").key(name), shown("defaultRequest"), detail));
  }
}

function ratioOf(max: Quantity, min: Quantity, ratio: Quantity): { readonly given: number; readonly allowed: number } {
  const small = [max, min, ratio].every((quantity) => quantityValue(quantity) < maxMilliUnits);
  const read = small ? quantityMilliValue : quantityValue;
  return {
    given: small ? Number(quantityMilliValue(ratio)) / 1000 : Number(quantityValue(ratio)),
    allowed: Number(read(max)) / Number(read(min)),
  };
}

function shownRatio(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(6) : Number.isNaN(ratio) ? "NaN" : ratio > 0 ? "+Inf" : "-Inf";
}

function checkLimit(limit: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const type = stringIn(limit, "type");
  const checkName = type === "Pod" || type === "Container" ? checkContainerResourceName : checkResourceName;
  const bounds = new Map<string, Map<Bound, Quantity>>();
  const read = (bound: Bound) => {
    const list = objectIn(limit, bound);
    for (const name of resourceNames(list)) {
      checkName(name, at.child(bound).key(name), faults);
      const known = bounds.get(name) ?? new Map<Bound, Quantity>();
      bounds.set(name, known.set(bound, asQuantity(getOwn(list, name))));
    }
  };
  read("max");
  read("min");
  for (const bound of ["default", "defaultRequest"] as const) {
    if (type !== "Pod") read(bound);
    else if (Object.keys(objectIn(limit, bound)).length > 0)
      faults.push(forbiddenField(at.child(bound), "may not be specified when `type` is 'Pod'"));
  }
  if (type === "PersistentVolumeClaim" && !(["min", "max"] as const).some((bound) => bounds.get("storage")?.has(bound))) {
    faults.push(requiredField(at.child("limits"), "either minimum or maximum storage value is required, but neither was provided"));
  }
  read("maxLimitRequestRatio");
  for (const name of [...bounds.keys()].sort()) checkBounds(name, bounds.get(name) as Map<Bound, Quantity>, at, faults);
}

/** Faults of a LimitRange: each type at most once, and bounds that leave something between them. */
export function validateLimitRange(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  objectsIn(objectIn(object, "spec"), "limits").forEach((limit, i) => {
    const at = FieldPath.root.child("spec", "limits").index(i);
    const type = stringIn(limit, "type");
    checkType(type, at.child("type"), faults);
    if (seen.has(type)) faults.push(duplicateField(at.child("type"), type));
    seen.add(type);
    checkLimit(limit, at, faults);
  });
  return faults;
}
