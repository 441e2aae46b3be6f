import { requiredField, type FieldError } from "../../object/field-error.ts";
import { copyJson, getOwn, isObject, structIn, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { formatLabelSelector, labelSelectorFromLabels, matchesLabels, type Labels } from "../../object/label-selector.ts";
import { structAt } from "../../object/parts.ts";
import { isSet, numberIn, objectIn } from "../../object/read.ts";
import { nonNegative } from "../../validation/scalars.ts";
import { checkCounters, checkReplicaParts } from "../apps/counters.ts";
import { replicaNameWarnings } from "../apps/replica-warnings.ts";
import { checkRunsForever, unselectedTemplate } from "../apps/selector-rules.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { subdomainNamesInBytes } from "../name-rules.ts";
import { validatePodTemplateSpec } from "../pod-spec/pod-template.ts";
import { containerCells, defaultTemplateOf, dropDisabledOf, templateOptions } from "../pod-spec/template-owner.ts";
import { readSpec, readStatus, specAt } from "../spec-and-status.ts";

/** Labels of the template select and mark what the controller makes, where its writer says nothing else. */
function takeTemplateLabels(object: KubeObject, spec: JsonObject): void {
  const labels = structAt(spec, "template", "metadata", "labels");
  if (labels === undefined || Object.keys(labels).length === 0) return;
  if (Object.keys(objectIn(spec, "selector")).length === 0) spec["selector"] = copyJson(labels) as JsonValue;
  if (Object.keys(object.metadata.labels ?? {}).length === 0) object.metadata.labels = copyJson(labels) as Record<string, string>;
}

function checkSpec(object: KubeObject, old: KubeObject | undefined, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  const spec = readSpec(object);
  const selector = objectIn(spec, "selector") as Labels;
  nonNegative(getOwn(spec, "minReadySeconds"), specAt.child("minReadySeconds"), faults, undefined);
  if (Object.keys(selector).length === 0) faults.push(requiredField(specAt.child("selector")));
  nonNegative(getOwn(spec, "replicas"), specAt.child("replicas"), faults, undefined);
  if (!isSet(spec, "template")) {
    faults.push(requiredField(specAt.child("template")));
    return faults;
  }
  const labels = objectIn(objectIn(objectIn(spec, "template"), "metadata"), "labels") as Labels;
  if (!matchesLabels(labelSelectorFromLabels(selector), labels)) faults.push(unselectedTemplate(spec, specAt));
  const options = templateOptions(context, old === undefined ? undefined : readSpec(old));
  faults.push(...validatePodTemplateSpec(getOwn(spec, "template"), specAt.child("template"), options));
  checkRunsForever(spec, specAt, faults, "ReplicationController");
  return faults;
}

function validateStatusUpdate(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const status = readStatus(object);
  checkCounters(status, ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration"], faults);
  checkReplicaParts(status, ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"], faults);
  return faults;
}

/** What ReplicationControllers do beyond the tables. */
export const replicationController: KindBehaviour = {
  applyDefaults(object) {
    const spec = structIn(object, "spec");
    if (isObject(spec["template"])) defaultTemplateOf(spec);
    takeTemplateLabels(object, spec);
    spec["replicas"] ??= 1;
  },
  strategy: {
    nameRule: subdomainNamesInBytes,
    prepareForCreate: (object) => dropDisabled(object, undefined),
    prepareForUpdate: (object, old) => dropDisabled(object, readSpec(old)),
    validate: (object, context) => checkSpec(object, undefined, context),
    validateUpdate: checkSpec,
    warnings: replicaNameWarnings,
  },
  subresources: { status: { validateUpdate: validateStatusUpdate } },
  cells: {
    ...containerCells(readSpec),
    Desired: (object) => numberIn(readSpec(object), "replicas"),
    Current: (object) => numberIn(readStatus(object), "replicas"),
    Ready: (object) => numberIn(readStatus(object), "readyReplicas"),
    Selector: (object) => formatLabelSelector(labelSelectorFromLabels(objectIn(readSpec(object), "selector") as Labels)) || "<none>",
  },
  selectableFields: { "status.replicas": (object) => String(numberIn(readStatus(object), "replicas")) },
};

function dropDisabled(object: KubeObject, old: ReadonlyJsonObject | undefined): void {
  const spec = structIn(object, "spec");
  if (isObject(spec["template"])) dropDisabledOf(spec, old);
}
