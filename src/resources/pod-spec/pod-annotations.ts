import { forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { quoteText } from "../../object/quote.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import { FieldPath } from "../../object/field-path.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { each } from "../../validation/structure.ts";
import { jsonOfType } from "../json-of-type.ts";
import { descendingPath } from "./paths.ts";
import { mirrorAnnotation } from "./resource-claims.ts";
import { visitContainers, type PodRuleOptions } from "./scope.ts";
import { toleration } from "./tolerations.ts";

const deletionCost = "controller.kubernetes.io/pod-deletion-cost";
const tolerationsOfOld = "scheduler.alpha.kubernetes.io/tolerations";
/** Where profiles stood before there were fields for them; a container's name follows the prefixes. */
export const seccompOfPod = "seccomp.security.alpha.kubernetes.io/pod";
/** The same of a container. */
export const seccompOfContainer = "container.seccomp.security.alpha.kubernetes.io/";
/** The same for AppArmor. */
export const appArmorOfContainer = "container.apparmor.security.beta.kubernetes.io/";
const seccompNames: ReadonlySet<string> = new Set(["runtime/default", "docker/default", "unconfined"]);
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
  if (options.allowInvalidDeletionCost !== true && !hasDeletionCost(annotations)) {
    faults.push(invalidField(at.key(deletionCost), stringIn(annotations, deletionCost), "must be a 32bit integer"));
  }
  const keys = sortedKeys(annotations);
  // Upstream tells of seccomp's as if they were members.
  for (const key of [seccompOfPod, ...keys.filter((one) => one.startsWith(seccompOfContainer))]) {
    if (isSet(annotations, key)) checkSeccomp(stringIn(annotations, key), at.child(key), faults);
  }
  for (const key of keys) {
    if (key.startsWith(appArmorOfContainer)) checkAppArmor(key, stringIn(annotations, key), spec, at.key(key), faults);
  }
}

/** Whether annotations say no cost of deleting the pod, or one that is a number. */
export function hasDeletionCost(annotations: ReadonlyJsonObject): boolean {
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

function checkSeccomp(profile: string, at: FieldPath, faults: FieldError[]): void {
  if (seccompNames.has(profile)) return;
  if (!profile.startsWith("localhost/")) {
    faults.push(invalidField(at, profile, "must be a valid seccomp profile"));
    return;
  }
  const path = profile.slice("localhost/".length);
  descendingPath(path, at, faults, undefined);
}

function checkAppArmor(key: string, profile: string, spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const name = key.slice(appArmorOfContainer.length);
  let found = false;
  visitContainers(spec, FieldPath.root, (container) => {
    if (stringIn(container, "name") === name) found = true;
  });
  if (!found) faults.push(invalidField(at, name, "container not found"));
  const known = profile === "" || profile === "runtime/default" || profile === "unconfined";
  if (!known && !profile.startsWith("localhost/")) {
    faults.push(invalidField(at, profile, `invalid AppArmor profile name: ${quoteText(profile)}`));
  }
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
  checkPodAnnotations(meta, objectIn(object, "spec"), at, faults, { allowInvalidDeletionCost: !hasDeletionCost(old) });
}

function fixedAnnotation(key: string): string | undefined {
  if (key.startsWith(appArmorOfContainer)) return "AppArmor annotations";
  return key === mirrorAnnotation ? "mirror pod annotation" : undefined;
}
