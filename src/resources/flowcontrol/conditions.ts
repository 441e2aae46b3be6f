import { duplicateField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";

/** Conditions in the status of a flow schema or priority level: each type once, and none without. */
export function flowSchemaConditions(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  const at = FieldPath.root.child("status").child("conditions");
  objectsIn(objectIn(object, "status"), "conditions").forEach((condition, i) => {
    const type = stringIn(condition, "type");
    const place = at.index(i).child("type");
    if (seen.has(type)) faults.push(duplicateField(place, type));
    seen.add(type);
    if (type === "") faults.push(requiredField(place));
  });
  return faults;
}
