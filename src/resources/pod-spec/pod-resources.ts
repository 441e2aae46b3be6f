import { forbiddenField, invalidField, notSupportedField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { addQuantity, compareQuantity, formatQuantity, type Quantity } from "../../object/quantity.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { isHugePages } from "./resource-names.ts";
import { checkRequirements, checkResourceName, resourceNames } from "./resources.ts";
import { isWindowsPod, type PodScope } from "./scope.ts";

const supported = ["cpu", "hugepages-", "memory"];

/** Whether a pod as a whole can ask for a resource, its containers then sharing it (KEP-2837). */
export function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory" || isHugePages(name);
}

/** Appends what is wrong with the resources of a pod as a whole. */
export function checkPodResources({ spec }: PodScope, at: FieldPath, faults: FieldError[]): void {
  if (!isSet(spec, "resources")) return;
  const resources = objectIn(spec, "resources");
  if (isWindowsPod(spec)) {
    faults.push(forbiddenField(at, "may not be set for a windows pod"));
    return;
  }
  if (listIn(resources, "claims").length > 0) {
    faults.push(forbiddenField(at.child("claims"), "claims may not be set for Resources at pod-level"));
  }
  checkRequirements(resources, at, faults, checkPodResourceName);
  checkCoversContainers(spec, "requests", () => true, at, faults);
  checkCoversContainers(spec, "limits", isHugePages, at, faults);
  checkContainerLimits(spec, objectIn(resources, "limits"), at, faults);
}

function checkPodResourceName(name: string, at: FieldPath, faults: FieldError[]): void {
  const before = faults.length;
  checkResourceName(name, at, faults);
  if (faults.length === before && !isPodLevelResource(name)) faults.push(notSupportedField(at, name, supported));
}

/** What the pod asks for, or of huge pages may take, is enough for all its containers. */
function checkCoversContainers(
  spec: ReadonlyJsonObject,
  list: "requests" | "limits",
  counts: (name: string) => boolean,
  at: FieldPath,
  faults: FieldError[],
): void {
  const ofPod = objectIn(objectIn(spec, "resources"), list);
  const needed = aggregate(spec, list);
  for (const name of resourceNames(ofPod)) {
    const sum = needed.get(name);
    const amount = asQuantity(getOwn(ofPod, name));
    if (!counts(name) || sum === undefined || compareQuantity(amount, sum) >= 0) continue;
    const detail = `must be greater than or equal to aggregate container ${list} of ${formatQuantity(sum)}`;
    faults.push(invalidField(at.child(list).key(name), formatQuantity(amount), detail));
  }
}

/** No container may take more than the pod. Upstream tells the place by the pod's resources. */
function checkContainerLimits(spec: ReadonlyJsonObject, limits: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  objectsIn(spec, "containers").forEach((container, i) => {
    const own = objectIn(objectIn(container, "resources"), "limits");
    for (const name of resourceNames(own)) {
      if (!isSet(limits, name)) continue;
      const amount = asQuantity(getOwn(own, name));
      const ofPod = asQuantity(getOwn(limits, name));
      if (compareQuantity(amount, ofPod) <= 0) continue;
      const detail = `must be less than or equal to pod limits of ${formatQuantity(ofPod)}`;
      faults.push(invalidField(at.child("containers").index(i).key(name).child("limits"), formatQuantity(amount), detail));
    }
  });
}

/**
 * What the containers of a pod need together: the running ones and the sidecars at once, each init container with the
 * sidecars started before it; the greater of the two (KEP-753). A container changes the amounts of what it names itself.
 */
export function aggregate(spec: ReadonlyJsonObject, list: "limits" | "requests"): Map<string, Quantity> {
  const total = new Map<string, Quantity>();
  for (const container of objectsIn(spec, "containers")) {
    for (const [name, amount] of amounts(container, list)) total.set(name, plus(total.get(name), amount));
  }
  const sidecars = new Map<string, Quantity>();
  const starting = new Map<string, Quantity>();
  for (const container of objectsIn(spec, "initContainers")) {
    const isSidecar = stringIn(container, "restartPolicy") === "Always";
    for (const [name, amount] of amounts(container, list)) {
      const running = sidecars.get(name);
      if (isSidecar) {
        sidecars.set(name, plus(running, amount));
        raise(starting, name, plus(running, amount));
        total.set(name, plus(total.get(name), amount));
      } else {
        // A sum is written in the form of its first amount.
        raise(starting, name, running === undefined ? amount : addQuantity(amount, running));
      }
    }
  }
  for (const [name, amount] of starting) raise(total, name, amount);
  return total;
}

function amounts(container: ReadonlyJsonObject, list: "limits" | "requests"): (readonly [name: string, amount: Quantity])[] {
  const own = objectIn(objectIn(container, "resources"), list);
  return resourceNames(own).map((name) => [name, asQuantity(getOwn(own, name))]);
}

function plus(sum: Quantity | undefined, amount: Quantity): Quantity {
  return sum === undefined ? amount : addQuantity(sum, amount);
}

function raise(greatest: Map<string, Quantity>, name: string, amount: Quantity): void {
  const other = greatest.get(name);
  if (other === undefined || compareQuantity(amount, other) > 0) greatest.set(name, amount);
}
