import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { getOwn, isObject, setOwn, structIn, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { matchesLabels } from "../../object/label-selector.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import { shownMap } from "../../validation/selector-shown.ts";
import { brokenSelector, selectorOf } from "../apps/selector-rules.ts";
import { specAt } from "../spec-and-status.ts";

const prefixedUid = "batch.kubernetes.io/controller-uid";
const prefixedName = "batch.kubernetes.io/job-name";
const plainUid = "controller-uid";
const plainName = "job-name";

/** Whether the writer chose the selector, and answers for it. */
export function isManual(spec: ReadonlyJsonObject): boolean {
  return getOwn(spec, "manualSelector") === true;
}

/**
 * Gives a new job's pods labels that no other job's have, and the job the selector of them, in place. What the writer
 * has set stays; validation refuses it where it is wrong.
 */
export function generateSelector(object: KubeObject): void {
  const spec = structIn(object, "spec");
  if (isManual(spec)) return;
  const labels = structIn(structIn(structIn(spec, "template"), "metadata"), "labels");
  const name = object.metadata.name ?? "";
  const uid = object.metadata.uid ?? "";
  setMissing(labels, plainName, name);
  setMissing(labels, prefixedName, name);
  setMissing(labels, plainUid, uid);
  setMissing(labels, prefixedUid, uid);
  setMissing(structIn(structIn(spec, "selector"), "matchLabels"), prefixedUid, uid);
}

/** Gives a job without labels those of its pods; a copy, so that each has its own. */
export function copyTemplateLabels(object: KubeObject): void {
  const labels = objectIn(objectIn(objectIn(object, "spec"), "template"), "metadata")["labels"];
  const own = object.metadata.labels;
  if (own !== undefined && Object.keys(own).length > 0) return;
  if (isObject(labels) && Object.keys(labels).length > 0) object.metadata.labels = { ...labels } as Record<string, string>;
}

/** Whether the template has the labels with the project's prefix, which jobs of old servers have not. */
export function hasPrefixedLabels(spec: ReadonlyJsonObject): boolean {
  const labels = labelsOf(spec);
  return isSet(labels, prefixedName) && isSet(labels, prefixedUid);
}

/** Appends what is wrong with a generated selector and its labels. */
export function checkGeneratedSelector(object: KubeObject, requirePrefixed: boolean, faults: FieldError[]): void {
  const spec = objectIn(object, "spec");
  if (isManual(spec) || !isSet(spec, "selector")) return;
  const uid = object.metadata.uid ?? "";
  const name = object.metadata.name ?? "";
  if (uid === "") faults.push(requiredField("metadata.uid"));
  const expected: Record<string, string> = { [plainUid]: uid, [plainName]: name };
  if (requirePrefixed) Object.assign(expected, { [prefixedUid]: uid, [prefixedName]: name });
  for (const [key, value] of Object.entries(expected)) checkLabel(spec, key, value, faults);
  const selector = selectorOf(spec);
  if (selector !== undefined && !matchesLabels(selector, expected)) {
    faults.push(brokenSelector(spec, specAt, "`selector` not auto-generated"));
  }
}

function checkLabel(spec: ReadonlyJsonObject, key: string, value: string, faults: FieldError[]): void {
  const labels = labelsOf(spec);
  const at = specAt.child("template", "metadata", "labels").key(key);
  if (!isSet(labels, key)) faults.push(requiredField(at, `must be '${value}'`));
  else if (stringIn(labels, key) !== value) faults.push(invalidField(at, shownMap(labels), `must be '${value}'`));
}

function labelsOf(spec: ReadonlyJsonObject): ReadonlyJsonObject {
  return objectIn(objectIn(objectIn(spec, "template"), "metadata"), "labels");
}

function setMissing(labels: JsonObject, key: string, value: string): void {
  if (!isSet(labels, key)) setOwn(labels, key, value);
}
