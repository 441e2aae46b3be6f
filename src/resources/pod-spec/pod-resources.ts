import { forbiddenField, invalidField, notSupportedField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { addQuantity, compareQuantity, formatQuantity, type Quantity } from "../../object/quantity.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { isHugePages } from "./resource-names.ts";
import { containerResources, resourceNames } from "./resources.ts";
import type { PodScope } from "./scope.ts";

const supported = ["cpu", "hugepages-", "memory"];

/** Whether a pod as a whole can ask for a resource, its containers then sharing it (KEP-2837). */
export function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory" || isHugePages(name);
}

/** Appends what is wrong with the resources of a pod as a whole. */
export function checkPodResources(scope: PodScope, at: FieldPath, faults: FieldError[]): void {
  const { spec } = scope;
  if (!isSet(spec, "resources")) return;
  const resources = objectIn(spec, "resources");
  if (listIn(resources, "claims").length > 0) {
    faults.push(forbiddenField(at.child("claims"), "claims may not be set for Resources at pod-level"));
  }
  for (const list of ["limits", "requests"] as const) {
    for (const name of resourceNames(objectIn(resources, list))) {
      if (!isPodLevelResource(name)) faults.push(notSupportedField(at.child(list).key(name), name, supported));
    }
  }
  const known = {
    limits: knownOnly(objectIn(resources, "limits")),
    requests: knownOnly(objectIn(resources, "requests")),
  };
  containerResources(known, at, faults, { claimNames: [] });
  checkAgainstContainers(spec, known.requests, at.child("requests"), faults);
  checkContainerLimits(scope, known.limits, faults);
}

function knownOnly(list: ReadonlyJsonObject): ReadonlyJsonObject {
  return Object.fromEntries(Object.entries(list).filter(([name]) => isPodLevelResource(name)));
}

function checkAgainstContainers(spec: ReadonlyJsonObject, requests: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const needed = aggregate(spec, "requests");
  for (const name of resourceNames(requests)) {
    const sum = needed.get(name);
    const amount = asQuantity(getOwn(requests, name));
    if (sum === undefined || compareQuantity(amount, sum) >= 0) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${formatQuantity(sum)}`;
    faults.push(invalidField(at.key(name), formatQuantity(amount), detail));
  }
}

/** No container may take more than the pod. */
function checkContainerLimits(scope: PodScope, limits: ReadonlyJsonObject, faults: FieldError[]): void {
  for (const list of ["containers", "initContainers"] as const) {
    objectsIn(scope.spec, list).forEach((container, i) => {
      const own = objectIn(objectIn(container, "resources"), "limits");
      for (const name of resourceNames(own)) {
        if (!isSet(limits, name)) continue;
        const amount = asQuantity(getOwn(own, name));
        const ofPod = asQuantity(getOwn(limits, name));
        if (compareQuantity(amount, ofPod) <= 0) continue;
        const detail = `must be less than or equal to pod limits of ${formatQuantity(ofPod)}`;
        faults.push(invalidField(`spec.${list}[${i}].resources.limits[${name}]`, formatQuantity(amount), detail));
      }
    });
  }
}

/**
 * What the containers of a pod need together: the running ones and the sidecars at once, each init container with the
 * sidecars started before it; the greater of the two (KEP-753).
 */
export function aggregate(spec: ReadonlyJsonObject, list: "limits" | "requests"): Map<string, Quantity> {
  const total = new Map<string, Quantity>();
  for (const container of objectsIn(spec, "containers")) addAll(total, amounts(container, list));
  const sidecars = new Map<string, Quantity>();
  const starting = new Map<string, Quantity>();
  for (const container of objectsIn(spec, "initContainers")) {
    const own = amounts(container, list);
    if (stringIn(container, "restartPolicy") === "Always") {
      addAll(total, own);
      addAll(sidecars, own);
      raiseAll(starting, sidecars);
    } else {
      const together = new Map(own);
      addAll(together, sidecars);
      raiseAll(starting, together);
    }
  }
  raiseAll(total, starting);
  return total;
}

function amounts(container: ReadonlyJsonObject, list: "limits" | "requests"): Map<string, Quantity> {
  const own = objectIn(objectIn(container, "resources"), list);
  return new Map(resourceNames(own).map((name) => [name, asQuantity(getOwn(own, name))]));
}

function addAll(to: Map<string, Quantity>, from: ReadonlyMap<string, Quantity>): void {
  for (const [name, amount] of from) {
    const sum = to.get(name);
    to.set(name, sum === undefined ? amount : addQuantity(sum, amount));
  }
}

function raiseAll(to: Map<string, Quantity>, from: ReadonlyMap<string, Quantity>): void {
  for (const [name, amount] of from) {
    const other = to.get(name);
    if (other === undefined || compareQuantity(amount, other) > 0) to.set(name, amount);
  }
}
