import { forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import { copyJson, equalJson, getOwn, setOwn, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects, structAt } from "../../object/parts.ts";
import { quoteText } from "../../object/quote.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Strategy, StrategyContext } from "../definition.ts";
import { restore } from "../keep-old.ts";
import { ephemeralContainerDiff } from "../pod-spec/internal-form.ts";
import { checkPodAnnotationChanges } from "../pod-spec/pod-annotations.ts";
import { qosClass } from "../pod-spec/qos.ts";
import { isMirrorPod } from "../pod-spec/resource-claims.ts";
import { resizable, restartsOnResize } from "../pod-spec/resources.ts";
import { isWindowsPod } from "../pod-spec/scope.ts";
import { checkPod, podOptions, podPaths } from "./pod-rules.ts";
import { podSpecChanged } from "./pod-status.ts";

/** How a pod gets containers to look around with: pods/ephemeralcontainers changes nothing else (KEP-277). */
export const ephemeralContainersStrategy: Partial<Strategy> = {
  prepareForUpdate(object, old) {
    const asked = objectIn(object, "spec");
    backToOld(object, old);
    const spec = structAt(object, "spec");
    if (spec !== undefined) restore(spec, asked, "ephemeralContainers");
  },
  validateUpdate: validateEphemeralContainers,
  generationChanged: podSpecChanged,
};

function validateEphemeralContainers(object: KubeObject, old: KubeObject, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  checkPod(object, faults, podOptions(context, old));
  checkPodAnnotationChanges(object.metadata, old.metadata, podPaths.annotations, faults);
  if (isMirrorPod(old.metadata)) {
    faults.push(forbiddenField("", "static pods do not support ephemeral containers"));
    return faults;
  }
  const at = podPaths.spec.child("ephemeralContainers");
  const current = new Map(objectsIn(objectIn(object, "spec"), "ephemeralContainers").map((one) => [stringIn(one, "name"), one]));
  for (const before of objectsIn(objectIn(old, "spec"), "ephemeralContainers")) {
    const name = stringIn(before, "name");
    const now = current.get(name);
    if (now === undefined) {
      faults.push(forbiddenField(at, `existing ephemeral containers ${quoteText(name)} may not be removed\n`));
    } else if (!equalJson(before, now)) {
      const diff = ephemeralContainerDiff(before, now);
      faults.push(forbiddenField(at, `existing ephemeral containers ${quoteText(name)} may not be changed\n${diff}`));
    }
  }
  return faults;
}

/** How a running pod's resources change: pods/resize takes nothing but them (KEP-1287). */
export const resizeStrategy: Partial<Strategy> = {
  prepareForUpdate(object, old) {
    const asked = objectIn(object, "spec");
    const kept: JsonObject = {};
    for (const list of resizedLists) {
      const containers = objectsIn(asked, list);
      // Containers that come, go or change places are the validation's to refuse: they are left as asked.
      if (sameNames(containers, objectsIn(objectIn(old, "spec"), list))) continue;
      kept[list] = copyJson(listIn(asked, list)) as JsonValue;
    }
    const resources = new Map(
      resizedLists.flatMap((list) =>
        objectsIn(asked, list).map((container) => [`${list}/${stringIn(container, "name")}`, container] as const),
      ),
    );
    backToOld(object, old);
    const spec = structAt(object, "spec");
    if (spec === undefined) return;
    for (const list of resizedLists) {
      for (const container of objects(spec[list])) {
        const wanted = resources.get(`${list}/${stringIn(container, "name")}`);
        if (wanted === undefined) continue;
        for (const member of ["resources", "resizePolicy"]) restore(container, wanted, member);
      }
      if (kept[list] !== undefined) spec[list] = kept[list];
    }
    restore(spec, asked, "resources");
  },
  validateUpdate: validateResize,
  generationChanged: podSpecChanged,
};

const resizedLists = ["containers", "initContainers"] as const;

function validateResize(object: KubeObject, old: KubeObject, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  const oldSpec = objectIn(old, "spec");
  if (isMirrorPod(old.metadata)) {
    faults.push(forbiddenField("", "static pods cannot be resized"));
    return faults;
  }
  if (isWindowsPod(oldSpec)) {
    faults.push(forbiddenField("", "windows pods cannot be resized"));
    return faults;
  }
  checkPod(object, faults, podOptions(context, old));
  const before = stringIn(objectIn(old, "status"), "qosClass") || qosClass(oldSpec);
  if (qosClass(spec) !== before) {
    faults.push(invalidField(podPaths.spec, before, "Pod QOS Class may not change as a result of resizing"));
  }
  for (const list of resizedLists) {
    const containers = objectsIn(spec, list);
    const oldContainers = objectsIn(oldSpec, list);
    const place = podPaths.spec.child(list);
    if (containers.length !== oldContainers.length) {
      faults.push(forbiddenField(place, `${list} may not be added or removed on resize`));
      continue;
    }
    containers.forEach((container, i) => {
      const was = oldContainers[i] ?? {};
      if (stringIn(container, "name") !== stringIn(was, "name")) {
        faults.push(forbiddenField(place.index(i).child("name"), `${list} may not be renamed or reordered on resize`));
      } else if (!equalJson(getOwn(container, "resources"), getOwn(was, "resources"))) {
        checkResized(list, container, was, place.index(i), faults);
      }
    });
  }
  checkRemoved(objectIn(spec, "resources"), objectIn(oldSpec, "resources"), podPaths.spec.child("resources"), "pod-level resource", faults);
  return faults;
}

type Place = ReturnType<typeof podPaths.spec.child>;

function checkResized(
  list: (typeof resizedLists)[number],
  container: ReadonlyJsonObject,
  old: ReadonlyJsonObject,
  at: Place,
  faults: FieldError[],
): void {
  if (list === "initContainers" && stringIn(old, "restartPolicy") !== "Always") {
    const detail = restartsOnResize(container)
      ? "non-sidecar init containers with a resize policy of RestartContainer cannot be resized"
      : "resources for non-sidecar init containers are immutable";
    faults.push(forbiddenField(at, detail));
    return;
  }
  const resources = objectIn(container, "resources");
  const before = objectIn(old, "resources");
  checkRemoved(resources, before, at.child("resources"), "resource", faults);
  const fixed = (of: ReadonlyJsonObject): ReadonlyJsonObject => ({
    claims: listIn(of, "claims"),
    limits: others(objectIn(of, "limits")),
    requests: others(objectIn(of, "requests")),
  });
  if (!equalJson(fixed(resources), fixed(before))) {
    const detail =
      list === "containers"
        ? "only cpu and memory resources are mutable"
        : "only cpu and memory resources for init or sidecar containers are mutable";
    faults.push(forbiddenField(podPaths.spec, detail));
  }
}

function others(resources: ReadonlyJsonObject): ReadonlyJsonObject {
  return Object.fromEntries(Object.entries(resources).filter(([name]) => !resizable.includes(name)));
}

/** What a container asks for or may take can be changed but not taken away. */
function checkRemoved(resources: ReadonlyJsonObject, old: ReadonlyJsonObject, at: Place, what: string, faults: FieldError[]): void {
  for (const list of ["limits", "requests"]) {
    const current = objectIn(resources, list);
    if (resizable.every((name) => !isSet(objectIn(old, list), name) || isSet(current, name))) continue;
    faults.push(forbiddenField(at.child(list), `${what} ${list} cannot be removed`));
  }
}

function sameNames(a: readonly ReadonlyJsonObject[], b: readonly ReadonlyJsonObject[]): boolean {
  return a.length === b.length && a.every((one, i) => stringIn(one, "name") === stringIn(b[i] ?? {}, "name"));
}

/** Makes an object what it was, in place, but for what the registry needs of the writer's: version and field owners. */
function backToOld(object: KubeObject, old: KubeObject): void {
  const { resourceVersion, managedFields } = object.metadata;
  for (const name of Object.keys(object)) if (name !== "apiVersion" && name !== "kind") delete object[name];
  for (const [name, value] of Object.entries(old)) {
    if (value !== undefined && name !== "apiVersion" && name !== "kind") setOwn(object, name, copyJson(value));
  }
  if (resourceVersion !== undefined) object.metadata.resourceVersion = resourceVersion;
  else delete object.metadata.resourceVersion;
  if (managedFields !== undefined) object.metadata.managedFields = managedFields;
  else delete object.metadata.managedFields;
}
