import { forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { each } from "../../validation/structure.ts";
import { jsonOfType } from "../json-of-type.ts";
import { appArmorOfContainer, checkProfileTexts } from "./profile-annotations.ts";
import { mirrorAnnotation } from "./resource-claims.ts";
import type { PodRuleOptions } from "./scope.ts";
import { toleration } from "./tolerations.ts";

const deletionCost = "controller.kubernetes.io/pod-deletion-cost";
const tolerationsOfOld = "scheduler.alpha.kubernetes.io/tolerations";
/** No plus sign and no leading zero; behind a minus sign upstream is less strict. */
const integer = /^(?:0|[1-9][0-9]*|-[0-9]+)$/;

/** Appends what is wrong with annotations that mean something to pods. */
export function checkPodAnnotations(
  meta: ReadonlyJsonObject,
  spec: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  options: Pick<PodRuleOptions, "allowInvalidDeletionCost">,
): void {
  const annotations = objectIn(meta, "annotations");
  if (Object.keys(annotations).length === 0) return;
  if (isSet(annotations, mirrorAnnotation) && stringIn(spec, "nodeName") === "") {
    const detail = "must set spec.nodeName if mirror pod annotation is set";
    faults.push(invalidField(at.key(mirrorAnnotation), stringIn(annotations, mirrorAnnotation), detail));
  }
  checkOldTolerations(stringIn(annotations, tolerationsOfOld), at, faults);
  if (options.allowInvalidDeletionCost !== true && !isDeletionCostGood(annotations)) {
    faults.push(invalidField(at.key(deletionCost), stringIn(annotations, deletionCost), "must be a 32bit integer"));
  }
  checkProfileTexts(annotations, spec, at, faults);
}

/** Whether what annotations say of the cost of deleting the pod is right: nothing, or a number. */
export function isDeletionCostGood(annotations: ReadonlyJsonObject): boolean {
  if (!isSet(annotations, deletionCost)) return true;
  const cost = stringIn(annotations, deletionCost);
  return integer.test(cost) && Number(cost) >= -(2 ** 31) && Number(cost) < 2 ** 31;
}

/** Tolerations stood in an annotation before they were a field. */
function checkOldTolerations(text: string, at: FieldPath, faults: FieldError[]): void {
  if (text === "") return;
  const read = jsonOfType(text, Array.isArray, "[]core.Toleration");
  if ("problem" in read) faults.push(invalidField(at, tolerationsOfOld, read.problem));
  else each(toleration)(read.value, at.child(tolerationsOfOld), faults, undefined);
}

/**
 * Appends what may not change in annotations of a pod that runs: what the kubelet has acted on; and once more what is
 * wrong with the annotations, as upstream does.
 */
export function checkPodAnnotationChanges(object: KubeObject, before: KubeObject, at: FieldPath, faults: FieldError[]): void {
  const [meta, oldMeta] = [object.metadata, before.metadata];
  const annotations = objectIn(meta, "annotations");
  const old = objectIn(oldMeta, "annotations");
  for (const key of sortedKeys(old)) {
    if (isSet(annotations, key) && stringIn(annotations, key) === stringIn(old, key)) continue;
    const what = fixedAnnotation(key);
    if (what !== undefined) faults.push(forbiddenField(at.key(key), `may not remove or update ${what}`));
  }
  for (const key of sortedKeys(annotations)) {
    if (isSet(old, key)) continue;
    const what = fixedAnnotation(key);
    if (what !== undefined) faults.push(forbiddenField(at.key(key), `may not add ${what}`));
  }
  checkPodAnnotations(meta, objectIn(object, "spec"), at, faults, { allowInvalidDeletionCost: !isDeletionCostGood(old) });
}

function fixedAnnotation(key: string): string | undefined {
  if (key.startsWith(appArmorOfContainer)) return "AppArmor annotations";
  return key === mirrorAnnotation ? "mirror pod annotation" : undefined;
}
