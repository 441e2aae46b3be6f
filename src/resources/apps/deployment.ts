import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, structIn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, numberIn, objectIn, stringIn } from "../../object/read.ts";
import { atMostWhole, isNone, nonNegativeIntOrPercent } from "../../validation/int-or-percent.ts";
import { optional } from "../../validation/presence.ts";
import { nonNegative } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { containerCells, defaultTemplateOf, dropDisabledOf, templateOptions } from "../pod-spec/template-owner.ts";
import { readSpec, readStatus, specAt } from "../spec-and-status.ts";
import { checkCollisionCount, checkCounters, checkReplicaParts } from "./counters.ts";
import { replicaNameWarnings } from "./replica-warnings.ts";
import { checkRollback, settleRollback } from "./rollback-annotation.ts";
import { checkReplicaTemplate, checkSelector, immutableSelector, selectorCell } from "./selector-rules.ts";

/** Fills in what the writer left out. */
function applyDefaults(object: KubeObject): void {
  const spec = structIn(object, "spec");
  defaultTemplateOf(spec);
  spec["replicas"] ??= 1;
  const strategy = structIn(spec, "strategy");
  if (!strategy["type"]) strategy["type"] = "RollingUpdate";
  if (strategy["type"] === "RollingUpdate") {
    const rolling = structIn(strategy, "rollingUpdate");
    rolling["maxUnavailable"] ??= "25%";
    rolling["maxSurge"] ??= "25%";
  }
  spec["revisionHistoryLimit"] ??= 10;
  spec["progressDeadlineSeconds"] ??= 600;
  settleRollback(object);
}

const limits = fields({ minReadySeconds: nonNegative, revisionHistoryLimit: optional(nonNegative) });
const deadlineRule = fields({ progressDeadlineSeconds: optional(nonNegative) });

function checkSpec(object: KubeObject, old: ReadonlyJsonObject | undefined, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  const spec = readSpec(object);
  nonNegative(getOwn(spec, "replicas"), specAt.child("replicas"), faults, undefined);
  checkSelector(spec, old, specAt, faults, "deployment");
  checkReplicaTemplate(spec, specAt, faults, templateOptions(context, old));
  checkStrategy(objectIn(spec, "strategy"), specAt.child("strategy"), faults);
  limits(spec, specAt, faults, undefined);
  checkRollback(object, faults);
  deadlineRule(spec, specAt, faults, undefined);
  const deadline = numberIn(spec, "progressDeadlineSeconds");
  if (isSet(spec, "progressDeadlineSeconds") && deadline <= numberIn(spec, "minReadySeconds")) {
    faults.push(invalidField(specAt.child("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds"));
  }
  return faults;
}

function checkStrategy(strategy: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const place = at.child("rollingUpdate");
  const rolling = objectIn(strategy, "rollingUpdate");
  switch (stringIn(strategy, "type")) {
    case "Recreate":
      if (isSet(strategy, "rollingUpdate")) faults.push(forbiddenField(place, "may not be specified when strategy `type` is 'Recreate'"));
      return;
    case "RollingUpdate":
      if (isSet(strategy, "rollingUpdate")) checkRollingUpdate(rolling, place, faults);
      else faults.push(requiredField(place, "this should be defaulted and never be nil"));
      return;
    default:
      faults.push(notSupportedField(at, shownStrategy(strategy), ["Recreate", "RollingUpdate"]));
  }
}

function checkRollingUpdate(rolling: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const maxUnavailable = getOwn(rolling, "maxUnavailable") ?? 0;
  const maxSurge = getOwn(rolling, "maxSurge") ?? 0;
  nonNegativeIntOrPercent(maxUnavailable, at.child("maxUnavailable"), faults, undefined);
  nonNegativeIntOrPercent(maxSurge, at.child("maxSurge"), faults, undefined);
  if (isNone(maxUnavailable) && isNone(maxSurge)) {
    faults.push(invalidField(at.child("maxUnavailable"), maxUnavailable, "may not be 0 when `maxSurge` is 0"));
  }
  atMostWhole(maxUnavailable, at.child("maxUnavailable"), faults, undefined);
}

/** A strategy as messages show it. */
export function shownStrategy(strategy: ReadonlyJsonObject): ReadonlyJsonObject {
  const rolling = getOwn(strategy, "rollingUpdate");
  const shown = isObject(rolling) ? { MaxUnavailable: rolling["maxUnavailable"] ?? 0, MaxSurge: rolling["maxSurge"] ?? 0 } : null;
  return { Type: stringIn(strategy, "type"), RollingUpdate: shown };
}

function validateStatusUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const status = objectIn(object, "status");
  checkCounters(
    status,
    [
      "observedGeneration",
      "replicas",
      "updatedReplicas",
      "readyReplicas",
      "availableReplicas",
      "unavailableReplicas",
      "terminatingReplicas",
      "collisionCount",
    ],
    faults,
  );
  checkReplicaParts(status, ["updatedReplicas", "readyReplicas", "availableReplicas"], faults);
  checkCollisionCount(object, old, faults);
  return faults;
}

/** apps/v1 Deployment beyond the tables. */
export const deployment: KindBehaviour = {
  applyDefaults,
  strategy: {
    prepareForCreate: (object) => dropDisabledOf(structIn(object, "spec"), undefined),
    prepareForUpdate: (object, old) => dropDisabledOf(structIn(object, "spec"), readSpec(old)),
    validate: (object, context) => checkSpec(object, undefined, context),
    validateUpdate(object, old, context) {
      const faults = checkSpec(object, readSpec(old), context);
      immutableSelector(readSpec(object)["selector"], readSpec(old)["selector"], specAt.child("selector"), faults, undefined);
      return faults;
    },
    warnings: replicaNameWarnings,
  },
  subresources: { status: { validateUpdate: validateStatusUpdate } },
  cells: {
    ...containerCells(readSpec),
    "Ready": (object) => `${numberIn(readStatus(object), "readyReplicas")}/${numberIn(readSpec(object), "replicas")}`,
    "Up-to-date": (object) => numberIn(readStatus(object), "updatedReplicas"),
    "Available": (object) => numberIn(readStatus(object), "availableReplicas"),
    "Selector": (object) => selectorCell(readSpec(object), "<invalid>", ""),
  },
};
