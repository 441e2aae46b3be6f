import type { Condition } from "../object/conditions.ts";
import { fieldErrorsText } from "../object/field-error-message.ts";
import { invalidField, type FieldError } from "../object/field-error.ts";
import { FieldPath } from "../object/field-path.ts";
import { getOwn } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn, objectsIn } from "../object/read.ts";
import { schemaOf } from "../resources/apiextensions/schema-parts.ts";
import { structuralFaults } from "../resources/apiextensions/validate-structure.ts";

/** The type of the condition that tells of schemas which are not structural. */
export const NON_STRUCTURAL = "NonStructuralSchema";

/**
 * The condition of a definition that was stored before schemas had to be structural; undefined where they are
 * (CustomResourceDefinitionConditionType NonStructuralSchema).
 */
export function structureCondition(crd: KubeObject, lastTransitionTime: string): Condition | undefined {
  const spec = objectIn(crd, "spec");
  const faults: FieldError[] = [];
  if (getOwn(spec, "preserveUnknownFields") === true)
    faults.push(invalidField(FieldPath.root.child("spec", "preserveUnknownFields"), true, "must be false"));
  for (const [index, version] of objectsIn(spec, "versions").entries()) {
    const schema = schemaOf(version);
    const at = FieldPath.root.child("spec", "versions").index(index).child("schema", "openAPIV3Schema");
    if (schema !== undefined) faults.push(...structuralFaults(schema, at));
  }
  if (faults.length === 0) return undefined;
  return { type: NON_STRUCTURAL, status: "True", lastTransitionTime, reason: "Violations", message: fieldErrorsText(faults) };
}
