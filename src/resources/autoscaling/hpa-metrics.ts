import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { dnsLabel, pathSegmentName } from "../../object/names.ts";
import { quantitySign } from "../../object/quantity.ts";
import { isSet, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { checkContainerResourceName } from "../pod-spec/resources.ts";
import { checkObjectReference, isVersion } from "./object-reference.ts";

/** What metrics are forgiven by what they were. */
interface Forgiven {
  readonly anyVersion: boolean;
}

type SourceRule = (source: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], forgiven: Forgiven) => void;

/** Where a metric comes from: by type the member that must be there; in the order in which they are looked for. */
const sources: Readonly<Record<string, { readonly member: string; readonly check: SourceRule }>> = {
  Object: { member: "object", check: checkObjectSource },
  External: { member: "external", check: checkExternalSource },
  Pods: { member: "pods", check: checkPodsSource },
  Resource: { member: "resource", check: checkResourceSource },
  ContainerResource: { member: "containerResource", check: checkContainerResourceSource },
};

const types = Object.keys(sources).sort();

/** Appends what is wrong with metrics; to scale to nothing takes one that is there without pods. */
export function checkMetrics(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined, at: FieldPath, faults: FieldError[]): void {
  const metrics = objectsIn(spec, "metrics");
  const forgiven = { anyVersion: old !== undefined && objectsIn(old, "metrics").some(hasBrokenVersion) };
  metrics.forEach((metric, i) => checkMetric(metric, at.index(i), faults, forgiven));
  const outside = metrics.some((metric) => ["Object", "External"].includes(stringIn(metric, "type")));
  if (getOwn(spec, "minReplicas") === 0 && !outside) {
    faults.push(forbiddenField(at, "must specify at least one Object or External metric to support scaling to zero replicas"));
  }
}

function hasBrokenVersion(metric: ReadonlyJsonObject): boolean {
  return stringIn(metric, "type") === "Object" && !isVersion(objectIn(objectIn(metric, "object"), "describedObject"));
}

function checkMetric(metric: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], forgiven: Forgiven): void {
  const type = stringIn(metric, "type");
  const expected = Object.hasOwn(sources, type) ? sources[type] : undefined;
  if (type === "") faults.push(requiredField(at.child("type"), "must specify a metric source type"));
  if (expected === undefined) faults.push(notSupportedField(at.child("type"), type, types));
  const present = Object.values(sources).filter(({ member }) => isSet(metric, member));
  const first = present[0];
  first?.check(objectIn(metric, first.member), at.child(first.member), faults, forgiven);
  if (expected === undefined) faults.push(notSupportedField(at.child("type"), type, types));
  else if (!isSet(metric, expected.member)) {
    faults.push(requiredField(at.child(expected.member), "must populate information for the given metric source"));
  }
  if (present.length === 1) return;
  for (const { member } of present) {
    if (member !== expected?.member) faults.push(forbiddenField(at.child(member), "must populate the given metric source only"));
  }
}

function checkObjectSource(source: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], { anyVersion }: Forgiven): void {
  checkObjectReference(objectIn(source, "describedObject"), at.child("describedObject"), faults, { groupNeeded: false, anyVersion });
  checkIdentifier(source, at, faults);
  const target = checkTarget(source, at, faults);
  if (!isSet(target, "value") && !isSet(target, "averageValue")) {
    faults.push(requiredField(at.child("target", "averageValue"), "must set either a target value or averageValue"));
  }
}

function checkExternalSource(source: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  checkIdentifier(source, at, faults);
  const target = checkTarget(source, at, faults);
  const value = isSet(target, "value");
  const average = isSet(target, "averageValue");
  if (!value && !average) {
    faults.push(requiredField(at.child("target", "averageValue"), "must set either a target value for metric or a per-pod target"));
  }
  if (value && average) {
    faults.push(forbiddenField(at.child("target", "value"), "may not set both a target value for metric and a per-pod target"));
  }
}

function checkPodsSource(source: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  checkIdentifier(source, at, faults);
  const target = checkTarget(source, at, faults);
  if (!isSet(target, "averageValue") || quantitySign(asQuantity(getOwn(target, "averageValue"))) <= 0) {
    faults.push(requiredField(at.child("target", "averageValue"), "must specify a positive target averageValue"));
  }
}

function checkContainerResourceSource(source: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const name = stringIn(source, "name");
  if (name === "") faults.push(requiredField(at.child("name"), "must specify a resource name"));
  else checkContainerResourceName(name, at.child("name"), faults);
  const container = stringIn(source, "container");
  if (container === "") faults.push(requiredField(at.child("container"), "must specify a container"));
  else for (const message of dnsLabel(container)) faults.push(invalidField(at.child("container"), container, message));
  checkUsage(source, at, faults);
}

function checkResourceSource(source: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  if (stringIn(source, "name") === "") faults.push(requiredField(at.child("name"), "must specify a resource name"));
  checkUsage(source, at, faults);
}

/** The target of a resource: so much of what was asked for, or so much. */
function checkUsage(source: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const target = checkTarget(source, at, faults);
  const utilization = isSet(target, "averageUtilization");
  const average = isSet(target, "averageValue");
  if (!utilization && !average) {
    faults.push(requiredField(at.child("target", "averageUtilization"), "must set either a target raw value or a target utilization"));
  }
  if (utilization && average) {
    faults.push(forbiddenField(at.child("target", "averageValue"), "may not set both a target raw value and a target utilization"));
  }
}

function checkIdentifier(source: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const name = stringIn(objectIn(source, "metric"), "name");
  const place = at.child("metric", "name");
  if (name === "") faults.push(requiredField(place, "must specify a metric name"));
  else for (const message of pathSegmentName(name)) faults.push(invalidField(place, name, message));
}

const targetTypes = ["Utilization", "Value", "AverageValue"];

function checkTarget(source: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): ReadonlyJsonObject {
  const target = objectIn(source, "target");
  const place = at.child("target");
  const type = stringIn(target, "type");
  if (type === "") faults.push(requiredField(place.child("type"), "must specify a metric target type"));
  if (!targetTypes.includes(type)) {
    faults.push(invalidField(place.child("type"), type, "must be either Utilization, Value, or AverageValue"));
  }
  for (const name of ["value", "averageValue"]) {
    const amount = getOwn(target, name);
    if (isSet(target, name) && quantitySign(asQuantity(amount)) <= 0) {
      faults.push(invalidField(place.child(name), String(amount), "must be positive"));
    }
  }
  const utilization = numberIn(target, "averageUtilization");
  if (isSet(target, "averageUtilization") && utilization < 1) {
    faults.push(invalidField(place.child("averageUtilization"), utilization, "must be greater than 0"));
  }
  return target;
}
