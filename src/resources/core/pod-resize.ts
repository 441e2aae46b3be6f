import { forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { copyJson, equalJson, type JsonValue, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects, structAt } from "../../object/parts.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Strategy, StrategyContext } from "../definition.ts";
import { restore } from "../keep-old.ts";
import { qosClass } from "../pod-spec/qos.ts";
import { isMirrorPod } from "../pod-spec/resource-claims.ts";
import { resizable, restartsOnResize } from "../pod-spec/resources.ts";
import { isWindowsPod, lastingLists } from "../pod-spec/scope.ts";
import { backToOld } from "./pod-doors.ts";
import { checkPod, podOptions, podPaths } from "./pod-rules.ts";
import { podSpecChanged } from "./pod-status.ts";

/** How a running pod's resources change: pods/resize takes nothing but them (KEP-1287). */
export const resizeStrategy: Partial<Strategy> = {
  prepareForUpdate(object, old) {
    const asked = objectIn(object, "spec");
    backToOld(object, old);
    const spec = structAt(object, "spec");
    if (spec === undefined) return;
    for (const list of lastingLists) {
      const wanted = objectsIn(asked, list);
      // Containers that come, go or change places are the validation's to refuse: they are left as asked.
      if (!sameNames(wanted, objectsIn(spec, list))) {
        spec[list] = copyJson(listIn(asked, list)) as JsonValue;
        continue;
      }
      objects(spec[list]).forEach((container, i) => {
        for (const member of ["resources", "resizePolicy"]) restore(container, wanted[i] ?? {}, member);
      });
    }
    restore(spec, asked, "resources");
  },
  validateUpdate: validateResize,
  generationChanged: podSpecChanged,
};

function validateResize(object: KubeObject, old: KubeObject, context: StrategyContext): FieldError[] {
  const spec = objectIn(object, "spec");
  const oldSpec = objectIn(old, "spec");
  const oldStatus = objectIn(old, "status");
  if (isMirrorPod(old.metadata)) return [forbiddenField("", "static pods cannot be resized")];
  if (isWindowsPod(oldSpec)) return [forbiddenField("", "windows pods cannot be resized")];
  const faults: FieldError[] = [];
  checkPod(object, faults, podOptions(context, old));
  const before = stringIn(oldStatus, "qosClass") || qosClass(oldSpec);
  if (qosClass(spec) !== before) {
    faults.push(invalidField(podPaths.spec, before, "Pod QOS Class may not change as a result of resizing"));
  }
  const running = objectsIn(oldStatus, "containerStatuses").find((one) => isSet(objectIn(one, "state"), "running"));
  if (running !== undefined && !isSet(running, "resources")) {
    faults.push(forbiddenField(podPaths.spec, "Pod running on node without support for resize"));
  }
  checkPodLevel(spec, oldSpec, faults);
  if (listIn(oldStatus, "nodeAllocatableResourceClaimStatuses").length > 0) {
    faults.push(forbiddenField(podPaths.spec, "pods with node allocatable resource claims cannot be resized"));
  }
  // Of containers that come, go or change places nothing further can be compared.
  if (!checkPlaces(spec, oldSpec, faults)) return faults;
  for (const list of ["initContainers", "containers"] as const) {
    const oldContainers = objectsIn(oldSpec, list);
    objectsIn(spec, list).forEach((container, i) => {
      const was = oldContainers[i] ?? {};
      const place = podPaths.spec.child(list).index(i).child("resources");
      checkRemoved(objectIn(container, "resources"), objectIn(was, "resources"), place, "resource", faults);
    });
  }
  for (const list of lastingLists) {
    const oldContainers = objectsIn(oldSpec, list);
    objectsIn(spec, list).forEach((container, i) => checkFixed(list, container, oldContainers[i] ?? {}, i, faults));
  }
  return faults;
}

/** Appends where containers do not stand where they stood. False: one does not. */
function checkPlaces(spec: ReadonlyJsonObject, oldSpec: ReadonlyJsonObject, faults: FieldError[]): boolean {
  const before = faults.length;
  for (const list of lastingLists) {
    const oldContainers = objectsIn(oldSpec, list);
    const containers = objectsIn(spec, list);
    const place = podPaths.spec.child(list);
    if (containers.length !== oldContainers.length) {
      faults.push(forbiddenField(place, `${list} may not be added or removed on resize`));
      continue;
    }
    containers.forEach((container, i) => {
      if (stringIn(container, "name") === stringIn(oldContainers[i] ?? {}, "name")) return;
      faults.push(forbiddenField(place.index(i).child("name"), `${list} may not be renamed or reordered on resize`));
    });
  }
  return faults.length === before;
}

/** Appends where more of a container than its processor and memory has changed. */
function checkFixed(
  list: (typeof lastingLists)[number],
  container: ReadonlyJsonObject,
  old: ReadonlyJsonObject,
  i: number,
  faults: FieldError[],
): void {
  const isFixed = equalJson(fixedOf(container), fixedOf(old));
  if (list === "containers") {
    if (!isFixed) faults.push(forbiddenField(podPaths.spec, "only cpu and memory resources are mutable"));
    return;
  }
  const place = podPaths.spec.child(list).index(i);
  if (!isFixed) {
    faults.push(forbiddenField(place, "only cpu and memory resources for init or sidecar containers are mutable"));
  }
  // An init container that runs to its end cannot be restarted for its resources.
  const isSame = isFixed && equalJson(amountsOf(objectIn(container, "resources")), amountsOf(objectIn(old, "resources")));
  if (!isSame && stringIn(container, "restartPolicy") !== "Always" && restartsOnResize(container)) {
    const detail = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized";
    faults.push(forbiddenField(place, detail));
  }
}

/** What the pod as a whole asks for changes as its containers' does (KEP-5419). */
function checkPodLevel(spec: ReadonlyJsonObject, oldSpec: ReadonlyJsonObject, faults: FieldError[]): void {
  const resources = objectIn(spec, "resources");
  const before = objectIn(oldSpec, "resources");
  const place = podPaths.spec.child("resources");
  if (!isSet(spec, "resources") && saysAmounts(before)) {
    faults.push(forbiddenField(place, "pod-level resources cannot be removed"));
    return;
  }
  checkRemoved(resources, before, place, "pod-level resource", faults);
  if (!equalJson(fixedOf({ resources }), fixedOf({ resources: before }))) {
    faults.push(forbiddenField(podPaths.spec, "only cpu and memory resources are mutable at pod-level"));
  }
}

function amountsOf(resources: ReadonlyJsonObject): ReadonlyJsonObject {
  return { limits: objectIn(resources, "limits"), requests: objectIn(resources, "requests") };
}

function saysAmounts(resources: ReadonlyJsonObject): boolean {
  return ["limits", "requests"].some((list) => Object.keys(objectIn(resources, list)).length > 0);
}

/** What of an owner of resources a resize leaves as it is, among what it is given. */
function fixedOf(owner: ReadonlyJsonObject): ReadonlyJsonObject {
  const resources = objectIn(owner, "resources");
  return {
    claims: listIn(resources, "claims"),
    limits: others(objectIn(resources, "limits")),
    requests: others(objectIn(resources, "requests")),
    resizePolicy: listIn(owner, "resizePolicy"),
  };
}

function others(resources: ReadonlyJsonObject): ReadonlyJsonObject {
  return Object.fromEntries(Object.entries(resources).filter(([name]) => !resizable.includes(name)));
}

/** What an owner asks for or may take can be changed but not taken away. */
function checkRemoved(resources: ReadonlyJsonObject, old: ReadonlyJsonObject, at: FieldPath, what: string, faults: FieldError[]): void {
  for (const list of ["requests", "limits"]) {
    const current = objectIn(resources, list);
    if (Object.keys(objectIn(old, list)).every((name) => isSet(current, name))) continue;
    faults.push(forbiddenField(at.child(list), `${what} ${list} cannot be removed`));
  }
}

function sameNames(a: readonly ReadonlyJsonObject[], b: readonly ReadonlyJsonObject[]): boolean {
  return a.length === b.length && a.every((one, i) => stringIn(one, "name") === stringIn(b[i] ?? {}, "name"));
}
