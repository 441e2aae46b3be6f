import { forbiddenField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { StrategyContext } from "../definition.ts";
import { checkImagePadding } from "../pod-spec/containers.ts";
import { forgiven } from "../pod-spec/forgiven.ts";
import { checkPodAnnotations } from "../pod-spec/pod-annotations.ts";
import { checkPodSpec } from "../pod-spec/pod-spec.ts";
import { checkProfilesAgree } from "../pod-spec/profile-annotations.ts";
import { lastingLists, type PodRuleOptions } from "../pod-spec/scope.ts";
import { checkTokensNeedAccount } from "../pod-spec/volume-files.ts";

/** Where a pod's parts are. */
export const podPaths = {
  metadata: FieldPath.root.child("metadata"),
  annotations: FieldPath.root.child("metadata", "annotations"),
  spec: FieldPath.root.child("spec"),
  status: FieldPath.root.child("status"),
} as const;

/** What the settings, and the pod that was there before, let pods do. */
export function podOptions(context: StrategyContext, old?: KubeObject): PodRuleOptions {
  const { allowPrivileged } = context.settings;
  return old === undefined ? { allowPrivileged } : { allowPrivileged, ...forgiven(objectIn(old, "spec"), old.metadata) };
}

/** Appends what is wrong with a whole pod, new or changed: what holds for templates too, and what only pods must keep. */
export function checkPod(object: KubeObject, faults: FieldError[], options: PodRuleOptions): void {
  const spec = objectIn(object, "spec");
  checkPodAnnotations(object.metadata, spec, podPaths.annotations, faults, options);
  checkPodSpec(spec, object.metadata, podPaths.spec, faults, options);
  checkTokensNeedAccount(spec, podPaths.spec, faults);
  for (const list of lastingLists) {
    objectsIn(spec, list).forEach((container, i) => checkImagePadding(container, podPaths.spec.child(list).index(i), faults));
  }
}

/** Faults of a pod that is about to be created. */
export function validatePod(object: KubeObject, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  checkPod(object, faults, podOptions(context));
  const spec = objectIn(object, "spec");
  if (listIn(spec, "ephemeralContainers").length > 0) {
    faults.push(forbiddenField(podPaths.spec.child("ephemeralContainers"), "cannot be set on create"));
  }
  if (stringIn(spec, "nodeName") !== "" && listIn(spec, "schedulingGates").length > 0) {
    const detail = "cannot be set until all schedulingGates have been cleared";
    faults.push(forbiddenField(podPaths.spec.child("nodeName"), detail));
  }
  checkProfilesAgree(object.metadata, spec, podPaths.spec, faults);
  return faults;
}
