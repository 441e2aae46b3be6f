import { forbiddenField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { asObject, isSet, listIn, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { inclusiveRange } from "../../validation/scalars.ts";
import type { StrategyContext } from "../definition.ts";
import { checkImagePadding } from "../pod-spec/containers.ts";
import { specDiff } from "../pod-spec/internal-form.ts";
import { checkPodAnnotationChanges } from "../pod-spec/pod-annotations.ts";
import { lastingLists } from "../pod-spec/scope.ts";
import { toleration } from "../pod-spec/tolerations.ts";
import { checkGatedAffinity, checkGatedNodeSelector } from "./pod-gated.ts";
import { checkPod, podOptions, podPaths } from "./pod-rules.ts";

/** What a pod's update may touch, as messages list it. */
const updatable = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
].join(",");

/** Faults of a pod's update: a whole good pod, and next to nothing of its spec changed. */
export function validatePodUpdate(object: KubeObject, old: KubeObject, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  checkPod(object, faults, podOptions(context, old));
  checkPodAnnotationChanges(object, old, podPaths.annotations, faults);
  const spec = objectIn(object, "spec");
  const oldSpec = objectIn(old, "spec");
  for (const list of lastingLists) {
    if (!checkSameContainers(spec, oldSpec, list, faults)) return faults;
  }
  if (!checkDeadline(spec, oldSpec, faults)) return faults;
  checkTolerations(spec, oldSpec, podPaths.spec.child("tolerations"), faults);
  checkGates(spec, oldSpec, podPaths.spec.child("schedulingGates"), faults);
  if (equalJson(spec, oldSpec)) return faults;
  const munged = withAllowedChangesUndone(spec, oldSpec, faults);
  if (!equalJson(munged, oldSpec)) {
    const detail = `pod updates may not change fields other than ${updatable}\n${specDiff(oldSpec, munged)}`;
    faults.push(forbiddenField(podPaths.spec, detail));
  }
  return faults;
}

/** Containers stay as many as they are; only their images change. False: nothing further can be compared. */
function checkSameContainers(
  spec: ReadonlyJsonObject,
  old: ReadonlyJsonObject,
  list: (typeof lastingLists)[number],
  faults: FieldError[],
): boolean {
  const containers = objectsIn(spec, list);
  const place = podPaths.spec.child(list);
  if (containers.length !== listIn(old, list).length) {
    faults.push(forbiddenField(place, "pod updates may not add or remove containers"));
    return false;
  }
  containers.forEach((container, i) => {
    if (stringIn(container, "image") === "") faults.push(requiredField(place.index(i).child("image")));
    checkImagePadding(container, place.index(i), faults);
  });
  return true;
}

/** A deadline may be set, and then only shortened. False: nothing further is told. */
function checkDeadline(spec: ReadonlyJsonObject, old: ReadonlyJsonObject, faults: FieldError[]): boolean {
  const place = podPaths.spec.child("activeDeadlineSeconds");
  const seconds = numberIn(spec, "activeDeadlineSeconds");
  const oldSeconds = numberIn(old, "activeDeadlineSeconds");
  if (!isSet(spec, "activeDeadlineSeconds")) {
    if (isSet(old, "activeDeadlineSeconds")) {
      faults.push(invalidField(place, null, "must not update from a positive integer to nil value"));
    }
    return true;
  }
  if (seconds < 0 || seconds > 2147483647) {
    faults.push(invalidField(place, seconds, inclusiveRange(0, 2147483647)));
    return false;
  }
  if (isSet(old, "activeDeadlineSeconds") && oldSeconds < seconds) {
    faults.push(invalidField(place, seconds, "must be less than or equal to previous value"));
    return false;
  }
  return true;
}

/** Tolerations may be added; of those that are there only the seconds change. */
function checkTolerations(spec: ReadonlyJsonObject, old: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const current = objectsIn(spec, "tolerations");
  const known = new Set(current.map(withoutSeconds));
  const kept = objectsIn(old, "tolerations").every((one) => known.has(withoutSeconds(one)));
  if (!kept) {
    faults.push(forbiddenField(at, "existing toleration can not be modified except its tolerationSeconds"));
    return;
  }
  current.forEach((one, i) => toleration(one, at.index(i), faults, undefined));
}

/** What a toleration says but for the seconds, as a key. */
function withoutSeconds(toleration: ReadonlyJsonObject): string {
  return JSON.stringify(["key", "operator", "value", "effect"].map((member) => stringIn(toleration, member)));
}

/** Gates are only ever taken away (KEP-3521). */
function checkGates(spec: ReadonlyJsonObject, old: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const known = new Set(objectsIn(old, "schedulingGates").map((gate) => stringIn(gate, "name")));
  objectsIn(spec, "schedulingGates").forEach((gate, i) => {
    const name = stringIn(gate, "name");
    if (known.has(name)) return;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    faults.push(forbiddenField(at.index(i).child("name"), detail));
  });
}

/** The new spec with the old values where a change is allowed: what still differs is not. */
function withAllowedChangesUndone(spec: ReadonlyJsonObject, old: ReadonlyJsonObject, faults: FieldError[]): ReadonlyJsonObject {
  const munged: { [name: string]: ReadonlyJson | undefined } = { ...spec };
  const keep = (name: string): void => {
    munged[name] = getOwn(old, name);
  };
  munged["containers"] = withOldImages(spec, old, "containers");
  if (isSet(spec, "initContainers")) munged["initContainers"] = withOldImages(spec, old, "initContainers");
  keep("activeDeadlineSeconds");
  keep("schedulingGates");
  keep("tolerations");
  const grace = "terminationGracePeriodSeconds";
  if (numberIn(old, grace) < 0 && numberIn(spec, grace) === 1) keep(grace);
  if (listIn(old, "schedulingGates").length > 0) {
    // While the scheduler may not look at it, where a pod may run can still be narrowed (KEP-3838).
    checkGatedNodeSelector(spec, old, faults);
    keep("nodeSelector");
    checkGatedAffinity(spec, old, faults);
    if (!equalJson(nodeAffinityOf(spec), nodeAffinityOf(old))) munged["affinity"] = withOldNodeAffinity(spec, old);
  }
  return munged;
}

function withOldImages(
  spec: ReadonlyJsonObject,
  old: ReadonlyJsonObject,
  list: (typeof lastingLists)[number],
): readonly ReadonlyJsonObject[] {
  const before = objectsIn(old, list);
  return objectsIn(spec, list).map((container, i) => ({ ...container, image: getOwn(before[i] ?? {}, "image") }));
}

function nodeAffinityOf(spec: ReadonlyJsonObject): ReadonlyJson | undefined {
  return getOwn(objectIn(spec, "affinity"), "nodeAffinity");
}

function withOldNodeAffinity(spec: ReadonlyJsonObject, old: ReadonlyJsonObject): ReadonlyJson | undefined {
  const nodeAffinity = nodeAffinityOf(old);
  const { nodeAffinity: _changed, ...others } = asObject(getOwn(spec, "affinity"));
  if (nodeAffinity !== undefined) return { ...others, nodeAffinity };
  const nothing = Object.keys(others).length === 0 && (!isSet(old, "affinity") || !isSet(spec, "affinity"));
  return nothing ? undefined : others;
}
