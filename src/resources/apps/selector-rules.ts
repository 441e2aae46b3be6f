import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import {
  formatLabelSelector,
  isEverything,
  labelSelectorFromObject,
  matchesLabels,
  SelectorError,
  type LabelSelector,
  type LabelSelectorObject,
  type Labels,
} from "../../object/label-selector.ts";
import { isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { writtenMember } from "../../object/written-empty.ts";
import { immutable } from "../../validation/changes.ts";
import { hasInvalidValues, labelSelector } from "../../validation/labels.ts";
import { shownMap, shownSelector } from "../../validation/selector-shown.ts";
import { validatePodTemplateSpec } from "../pod-spec/pod-template.ts";
import type { PodRuleOptions } from "../pod-spec/scope.ts";

/** A selector in a spec, compiled; undefined where it is none that can be. An absent one selects nothing. */
export function selectorOf(spec: ReadonlyJsonObject): LabelSelector | undefined {
  try {
    // In its shown form no member is missing, whatever the writer left out.
    return labelSelectorFromObject(shownSelector(getOwn(spec, "selector")) as LabelSelectorObject | null);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

/** Appends what is wrong with a workload's selector on its own. `kind` is how the message names the workload. */
export function checkSelector(
  spec: ReadonlyJsonObject,
  old: ReadonlyJsonObject | undefined,
  at: FieldPath,
  faults: FieldError[],
  kind: string,
): void {
  if (!isSet(spec, "selector")) {
    faults.push(requiredField(at.child("selector")));
    return;
  }
  checkSelectorForm(spec, old, at, faults);
  if (isEmptySelector(spec)) faults.push(emptySelector(at, kind));
}

/** Appends what is wrong with the form of a selector. */
export function checkSelectorForm(
  spec: ReadonlyJsonObject,
  old: ReadonlyJsonObject | undefined,
  at: FieldPath,
  faults: FieldError[],
): void {
  const allowInvalidValues = old !== undefined && hasInvalidValues(objectIn(old, "selector"));
  labelSelector({ allowInvalidValues })(getOwn(spec, "selector"), at.child("selector"), faults, undefined);
}

/** Whether there is a selector that asks for nothing. */
export function isEmptySelector(spec: ReadonlyJsonObject): boolean {
  const selector = objectIn(spec, "selector");
  return (
    isSet(spec, "selector") &&
    Object.keys(objectIn(selector, "matchLabels")).length === 0 &&
    objectsIn(selector, "matchExpressions").length === 0
  );
}

/** The fault of an empty selector. */
export function emptySelector(at: FieldPath, kind: string): FieldError {
  return invalidField(at.child("selector"), {}, `empty selector is invalid for ${kind}`);
}

/** The fault of a selector that cannot be compiled. */
export function brokenSelector(spec: ReadonlyJsonObject, at: FieldPath, detail = "invalid label selector"): FieldError {
  return invalidField(at.child("selector"), shownSelector(getOwn(spec, "selector")), detail);
}

/** Whether the labels of the template are those that the selector selects. */
export function selectsTemplate(selector: LabelSelector, spec: ReadonlyJsonObject): boolean {
  return matchesLabels(selector, templateLabels(spec));
}

/** The fault of a template whose pods the selector would not find. */
export function unselectedTemplate(spec: ReadonlyJsonObject, at: FieldPath): FieldError {
  const labels = writtenMember(objectIn(objectIn(spec, "template"), "metadata"), "labels");
  return invalidField(at.child("template", "metadata", "labels"), shownMap(labels), "`selector` does not match template `labels`");
}

function templateLabels(spec: ReadonlyJsonObject): Labels {
  return objectIn(objectIn(objectIn(spec, "template"), "metadata"), "labels") as Labels;
}

/** Appends what is wrong with the template of a Deployment or ReplicaSet. */
export function checkReplicaTemplate(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], options: PodRuleOptions): void {
  const selector = selectorOf(spec);
  if (selector === undefined) {
    faults.push(brokenSelector(spec, at));
    return;
  }
  if (!isEverything(selector) && !selectsTemplate(selector, spec)) faults.push(unselectedTemplate(spec, at));
  faults.push(...validatePodTemplateSpec(getOwn(spec, "template"), at.child("template"), options));
  checkRunsForever(spec, at, faults, "ReplicaSet");
}

/** Appends what is wrong with a template whose pods are to run until they are deleted. */
export function checkRunsForever(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], kind: string): void {
  const podSpec = objectIn(objectIn(spec, "template"), "spec");
  const place = at.child("template", "spec");
  const policy = stringIn(podSpec, "restartPolicy");
  if (policy !== "Always") faults.push(notSupportedField(place.child("restartPolicy"), policy, ["Always"]));
  if (isSet(podSpec, "activeDeadlineSeconds")) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    faults.push(forbiddenField(place.child("activeDeadlineSeconds"), detail));
  }
}

/** A selector stays what it was when the object was made. */
export const immutableSelector = immutable("field is immutable", shownSelector);

/** A selector as a column shows it. */
export function selectorCell(spec: ReadonlyJsonObject, broken: string, empty: string): string {
  const selector = selectorOf(spec);
  return selector === undefined ? broken : formatLabelSelector(selector) || empty;
}
