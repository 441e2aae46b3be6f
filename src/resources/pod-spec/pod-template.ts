import { forbiddenField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJson } from "../../object/json.ts";
import { asObject, listIn, objectIn } from "../../object/read.ts";
import { annotations, labels } from "../../validation/labels.ts";
import { checkPodAnnotations } from "./pod-annotations.ts";
import { checkPodSpec } from "./pod-spec.ts";
import type { PodRuleOptions } from "./scope.ts";

/**
 * Faults of a pod template (core/v1 PodTemplateSpec), wherever a kind has one: labels, annotations and the whole spec.
 * What a kind asks beyond (the restart policy, matching labels) is the kind's.
 */
export function validatePodTemplateSpec(template: ReadonlyJson | undefined, at: FieldPath, options: PodRuleOptions): FieldError[] {
  const faults: FieldError[] = [];
  const object = asObject(template);
  const meta = objectIn(object, "metadata");
  const spec = objectIn(object, "spec");
  // Upstream tells these of the template itself, not of its metadata.
  labels(getOwn(meta, "labels"), at.child("labels"), faults, undefined);
  annotations(getOwn(meta, "annotations"), at.child("annotations"), faults, undefined);
  checkPodAnnotations(meta, spec, at.child("annotations"), faults, options);
  checkPodSpec(spec, undefined, at.child("spec"), faults, options);
  if (listIn(spec, "ephemeralContainers").length > 0) {
    const detail = "ephemeral containers not allowed in pod template";
    faults.push(forbiddenField(at.child("spec", "ephemeralContainers"), detail));
  }
  return faults;
}
