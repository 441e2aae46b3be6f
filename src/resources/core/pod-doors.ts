import { forbiddenField, type FieldError } from "../../object/field-error.ts";
import { copyJson, equalJson, setOwn } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { structAt } from "../../object/parts.ts";
import { quoteText } from "../../object/quote.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Strategy, StrategyContext } from "../definition.ts";
import { restore } from "../keep-old.ts";
import { ephemeralContainerDiff } from "../pod-spec/internal-form.ts";
import { checkPodAnnotationChanges } from "../pod-spec/pod-annotations.ts";
import { isMirrorPod } from "../pod-spec/resource-claims.ts";
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
  if (isMirrorPod(old.metadata)) return [forbiddenField("", "static pods do not support ephemeral containers")];
  const faults: FieldError[] = [];
  checkPod(object, faults, podOptions(context, old));
  checkPodAnnotationChanges(object, old, podPaths.annotations, faults);
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

/** Makes an object what it was, in place, but for what the registry needs of the writer's: version and field owners. */
export function backToOld(object: KubeObject, old: KubeObject): void {
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
