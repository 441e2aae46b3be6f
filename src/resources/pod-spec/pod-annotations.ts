import { forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { quoteText } from "../../object/quote.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import { descendingPath } from "./paths.ts";
import { mirrorAnnotation } from "./resource-claims.ts";
import { visitContainers } from "./scope.ts";
import { FieldPath } from "../../object/field-path.ts";
import { sortedKeys } from "../../object/text-order.ts";

const deletionCost = "controller.kubernetes.io/pod-deletion-cost";
/** Where profiles stood before there were fields for them; a container's name follows the prefixes. */
export const seccompOfPod = "seccomp.security.alpha.kubernetes.io/pod";
/** The same of a container. */
export const seccompOfContainer = "container.seccomp.security.alpha.kubernetes.io/";
/** The same for AppArmor. */
export const appArmorOfContainer = "container.apparmor.security.beta.kubernetes.io/";
const seccompNames: ReadonlySet<string> = new Set(["runtime/default", "docker/default", "unconfined"]);
const int32 = /^(?:0|-?[1-9][0-9]{0,9})$/;

/** Appends what is wrong with annotations that mean something to pods. */
export function checkPodAnnotations(meta: ReadonlyJsonObject, spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const annotations = objectIn(meta, "annotations");
  if (isSet(annotations, mirrorAnnotation) && stringIn(spec, "nodeName") === "") {
    const detail = "must set spec.nodeName if mirror pod annotation is set";
    faults.push(invalidField(at.key(mirrorAnnotation), stringIn(annotations, mirrorAnnotation), detail));
  }
  if (isSet(annotations, deletionCost)) {
    const cost = stringIn(annotations, deletionCost);
    const number = Number(cost);
    if (!int32.test(cost) || number < -(2 ** 31) || number >= 2 ** 31) {
      faults.push(invalidField(at.key(deletionCost), cost, "must be a 32bit integer"));
    }
  }
  for (const key of sortedKeys(annotations)) {
    const value = stringIn(annotations, key);
    if (key === seccompOfPod || key.startsWith(seccompOfContainer)) checkSeccomp(value, at.key(key), faults);
    if (key.startsWith(appArmorOfContainer)) checkAppArmor(key, value, spec, at.key(key), faults);
  }
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

/** Appends what may not change in annotations of a pod that runs: what the kubelet has acted on. */
export function checkPodAnnotationChanges(
  meta: ReadonlyJsonObject,
  oldMeta: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
): void {
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
}

function fixedAnnotation(key: string): string | undefined {
  if (key.startsWith(appArmorOfContainer)) return "AppArmor annotations";
  return key === mirrorAnnotation ? "mirror pod annotation" : undefined;
}
