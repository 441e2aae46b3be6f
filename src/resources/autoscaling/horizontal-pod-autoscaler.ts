import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { nonNegativeQuantity } from "../../validation/quantities.ts";
import { checkCounters } from "../apps/counters.ts";
import type { KindBehaviour } from "../definition.ts";
import { specAt } from "../spec-and-status.ts";
import { autoscalerCells } from "./hpa-cells.ts";
import { hpaConversion } from "./hpa-conversion.ts";
import { defaultAutoscaler } from "./hpa-defaults.ts";
import { checkMetrics } from "./hpa-metrics.ts";
import { checkObjectReference } from "./object-reference.ts";

const maxPeriodSeconds = 1800;
const maxStabilizationSeconds = 3600;
const selectPolicies = ["Disabled", "Max", "Min"];

function checkSpec(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined): FieldError[] {
  const faults: FieldError[] = [];
  checkReplicas(spec, old, faults);
  const target = objectIn(spec, "scaleTargetRef");
  const kept = old !== undefined && ["apiVersion", "kind"].every((name) => sameText(target, objectIn(old, "scaleTargetRef"), name));
  checkObjectReference(target, specAt.child("scaleTargetRef"), faults, { groupNeeded: true, anyVersion: kept });
  checkMetrics(spec, old, specAt.child("metrics"), faults);
  const behavior = objectIn(spec, "behavior");
  for (const name of ["scaleUp", "scaleDown"]) {
    if (isSet(behavior, name)) checkScalingRules(objectIn(behavior, name), specAt.child("behavior", name), faults);
  }
  return faults;
}

function sameText(a: ReadonlyJsonObject, b: ReadonlyJsonObject, name: string): boolean {
  return stringIn(a, name) === stringIn(b, name);
}

/** Nothing at all may be the least only where it was before: scaling to nothing is off by default at this level. */
function checkReplicas(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined, faults: FieldError[]): void {
  const min = numberIn(spec, "minReplicas");
  const max = numberIn(spec, "maxReplicas");
  const least = old !== undefined && getOwn(old, "minReplicas") === 0 ? 0 : 1;
  const at = specAt.child("maxReplicas");
  if (isSet(spec, "minReplicas") && min < least) {
    faults.push(invalidField(specAt.child("minReplicas"), min, `must be greater than or equal to ${least}`));
  }
  if (max === 0) faults.push(requiredField(at, "must be set and greater than 0"));
  else if (max < 1) faults.push(invalidField(at, max, "must be greater than or equal to 1"));
  if (isSet(spec, "minReplicas") && max < min) faults.push(invalidField(at, max, "must be greater than or equal to `minReplicas`"));
}

function checkScalingRules(rules: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const window = numberIn(rules, "stabilizationWindowSeconds");
  const atWindow = at.child("stabilizationWindowSeconds");
  if (window < 0) faults.push(invalidField(atWindow, window, "must be greater than or equal to zero"));
  if (window > maxStabilizationSeconds)
    faults.push(invalidField(atWindow, window, `must be less than or equal to ${maxStabilizationSeconds}`));
  const selected = stringIn(rules, "selectPolicy");
  if (isSet(rules, "selectPolicy") && !selectPolicies.includes(selected)) {
    faults.push(notSupportedField(at.child("selectPolicy"), selected, selectPolicies));
  }
  const policies = objectsIn(rules, "policies");
  if (policies.length === 0) faults.push(requiredField(at.child("policies"), "must specify at least one Policy"));
  policies.forEach((policy, i) => checkPolicy(policy, at.child("policies").index(i), faults));
  if (isSet(rules, "tolerance")) nonNegativeQuantity(getOwn(rules, "tolerance"), at.child("tolerance"), faults, undefined);
}

function checkPolicy(policy: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const type = stringIn(policy, "type");
  const period = numberIn(policy, "periodSeconds");
  if (type !== "Pods" && type !== "Percent") faults.push(notSupportedField(at.child("type"), type, ["Percent", "Pods"]));
  if (numberIn(policy, "value") <= 0) faults.push(invalidField(at.child("value"), numberIn(policy, "value"), "must be greater than zero"));
  if (period <= 0) faults.push(invalidField(at.child("periodSeconds"), period, "must be greater than zero"));
  if (period > maxPeriodSeconds) {
    faults.push(invalidField(at.child("periodSeconds"), period, `must be less than or equal to ${maxPeriodSeconds}`));
  }
}

function validateStatusUpdate(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  checkCounters(objectIn(object, "status"), ["currentReplicas", "desiredReplicas"], faults);
  return faults;
}

/** autoscaling HorizontalPodAutoscaler beyond the tables; the rules speak of the stored form, autoscaling/v2. */
export const horizontalPodAutoscaler: KindBehaviour = {
  applyDefaults: defaultAutoscaler,
  conversions: { "autoscaling/v1": hpaConversion },
  strategy: {
    validate: (object) => checkSpec(objectIn(object, "spec"), undefined),
    validateUpdate: (object, old) => checkSpec(objectIn(object, "spec"), objectIn(old, "spec")),
  },
  subresources: { status: { validateUpdate: validateStatusUpdate } },
  cells: autoscalerCells,
};
