import { invalidField, type FieldError } from "../../object/field-error.ts";
import { parseInt64 } from "../../object/int64.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { badRequest } from "../../object/status.ts";

/** Where apps/v1 keeps the revision to which a Deployment shall go back, a field in older versions. */
const rollbackAnnotation = "deprecated.deployment.rollback.to";

/** Writes the revision in its shortest form, in place. Errors: StatusError 400 where it is no number. */
export function settleRollback(object: KubeObject): void {
  const { annotations } = object.metadata;
  const text = annotations?.[rollbackAnnotation];
  if (annotations === undefined || text === undefined || text === "") return;
  const read = parseInt64(text);
  if ("problem" in read) {
    const problem = `failed to parse annotation[${rollbackAnnotation}]=${text} as int64: ${read.problem}`;
    throw badRequest(`Deployment in version "v1" cannot be handled as a Deployment: ${problem}`);
  }
  annotations[rollbackAnnotation] = String(read.value);
}

/** Appends a revision that cannot be. */
export function checkRollback(object: KubeObject, faults: FieldError[]): void {
  const text = object.metadata.annotations?.[rollbackAnnotation] ?? "";
  if (text.startsWith("-")) faults.push(invalidField("spec.rollback.version", BigInt(text), "must be greater than or equal to 0"));
}
