import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, structIn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, numberIn, objectIn, stringIn } from "../../object/read.ts";
import { atMostWhole, isNone, nonNegativeIntOrPercent } from "../../validation/int-or-percent.ts";
import { optional } from "../../validation/presence.ts";
import { nonNegative } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { restore } from "../keep-old.ts";
import { validatePodTemplateSpec } from "../pod-spec/pod-template.ts";
import { labelsText, templateOf } from "../pod-spec/template-cells.ts";
import { containerCells, defaultTemplateOf, dropDisabledOf, templateOptions, templateWarnings } from "../pod-spec/template-owner.ts";
import { readSpec, specAt } from "../spec-and-status.ts";
import { checkCollisionCount, checkCounters } from "./counters.ts";
import { shownStrategy } from "./deployment.ts";
import {
  checkRunsForever,
  checkSelectorForm,
  emptySelector,
  immutableSelector,
  isEmptySelector,
  selectorCell,
  selectorOf,
  selectsTemplate,
  unselectedTemplate,
} from "./selector-rules.ts";
import {
  defaultTemplateGeneration,
  keepTemplateGeneration,
  startTemplateGeneration,
  templateGeneration,
  templateGenerationAnnotation,
} from "./template-generation.ts";

function applyDefaults(object: KubeObject): void {
  const spec = structIn(object, "spec");
  defaultTemplateOf(spec);
  const strategy = structIn(spec, "updateStrategy");
  if (!strategy["type"]) strategy["type"] = "RollingUpdate";
  const rolls = strategy["type"] === "RollingUpdate";
  if (rolls || isObject(strategy["rollingUpdate"])) {
    const rolling = structIn(strategy, "rollingUpdate");
    rolling["maxUnavailable"] ??= rolls ? 1 : 0;
    rolling["maxSurge"] ??= 0;
  }
  spec["revisionHistoryLimit"] ??= 10;
  defaultTemplateGeneration(object);
}

function checkSpec(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  checkSelectorForm(spec, old, specAt, faults);
  const selector = selectorOf(spec);
  if (selector !== undefined && !selectsTemplate(selector, spec)) faults.push(unselectedTemplate(spec, specAt));
  if (isEmptySelector(spec)) faults.push(emptySelector(specAt, "daemonset"));
  faults.push(...validatePodTemplateSpec(getOwn(spec, "template"), specAt.child("template"), templateOptions(context, old)));
  checkRunsForever(spec, specAt, faults, "DaemonSet");
  nonNegative(getOwn(spec, "minReadySeconds"), specAt.child("minReadySeconds"), faults, undefined);
  checkUpdateStrategy(objectIn(spec, "updateStrategy"), specAt.child("updateStrategy"), faults);
  fields({ revisionHistoryLimit: optional(nonNegative) })(spec, specAt, faults, undefined);
  return faults;
}

function checkUpdateStrategy(strategy: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  switch (stringIn(strategy, "type")) {
    case "OnDelete":
      return;
    case "RollingUpdate":
      if (isSet(strategy, "rollingUpdate")) checkRollingUpdate(objectIn(strategy, "rollingUpdate"), at.child("rollingUpdate"), faults);
      else faults.push(requiredField(at.child("rollingUpdate")));
      return;
    default:
      faults.push(notSupportedField(at, shownStrategy(strategy), ["RollingUpdate", "OnDelete"]));
  }
}

/** Either pods go before their followers come, or after: not both, and not neither. */
function checkRollingUpdate(rolling: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const maxUnavailable = getOwn(rolling, "maxUnavailable") ?? 0;
  const maxSurge = getOwn(rolling, "maxSurge") ?? 0;
  nonNegativeIntOrPercent(maxUnavailable, at.child("maxUnavailable"), faults, undefined);
  nonNegativeIntOrPercent(maxSurge, at.child("maxSurge"), faults, undefined);
  atMostWhole(maxUnavailable, at.child("maxUnavailable"), faults, undefined);
  atMostWhole(maxSurge, at.child("maxSurge"), faults, undefined);
  const goes = !isNone(maxUnavailable);
  const comes = !isNone(maxSurge);
  if (goes && comes) faults.push(invalidField(at.child("maxSurge"), maxSurge, "may not be set when maxUnavailable is non-zero"));
  if (!goes && !comes) faults.push(requiredField(at.child("maxUnavailable"), "cannot be 0 when maxSurge is 0"));
}

const statusCounters = [
  "currentNumberScheduled",
  "numberMisscheduled",
  "desiredNumberScheduled",
  "numberReady",
  "observedGeneration",
  "updatedNumberScheduled",
  "numberAvailable",
  "numberUnavailable",
  "collisionCount",
];

function validateStatusUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  checkCounters(objectIn(object, "status"), statusCounters, faults);
  checkCollisionCount(object, old, faults);
  return faults;
}

const counterCell = (name: string) => (object: KubeObject) => numberIn(objectIn(object, "status"), name);

/** apps/v1 DaemonSet beyond the tables. */
export const daemonSet: KindBehaviour = {
  applyDefaults,
  versions: { "apps/v1": { formAnnotations: [templateGenerationAnnotation] } },
  strategy: {
    prepareForCreate(object) {
      startTemplateGeneration(object);
      dropDisabledOf(structIn(object, "spec"), undefined);
    },
    prepareForUpdate(object, old) {
      dropDisabledOf(structIn(object, "spec"), readSpec(old));
      keepTemplateGeneration(object, old);
    },
    validate: (object, context) => checkSpec(readSpec(object), undefined, context),
    validateUpdate(object, old, context) {
      const faults = checkSpec(readSpec(object), readSpec(old), context);
      immutableSelector(readSpec(object)["selector"], readSpec(old)["selector"], specAt.child("selector"), faults, undefined);
      return faults;
    },
    warnings(object, old) {
      if (old !== undefined && templateGeneration(object) === templateGeneration(old)) return [];
      return templateWarnings(readSpec(object), specAt.child("template"));
    },
  },
  subresources: {
    status: {
      prepareForUpdate(object, old) {
        restore(object, old, "spec");
        keepTemplateGeneration(object, old);
      },
      validateUpdate: validateStatusUpdate,
    },
  },
  cells: {
    ...containerCells(readSpec),
    "Desired": counterCell("desiredNumberScheduled"),
    "Current": counterCell("currentNumberScheduled"),
    "Ready": counterCell("numberReady"),
    "Up-to-date": counterCell("updatedNumberScheduled"),
    "Available": counterCell("numberAvailable"),
    "Node Selector": (object) => labelsText(objectIn(templateOf(readSpec(object)).spec, "nodeSelector")),
    "Selector": (object) => selectorCell(readSpec(object), "<error>", "<none>"),
  },
};
