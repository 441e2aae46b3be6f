import { FieldPath } from "../object/field-path.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn } from "../object/read.ts";

/** Where faults of an object's spec are. */
export const specAt: FieldPath = FieldPath.root.child("spec");

/** Where faults of an object's status are. */
export const statusAt: FieldPath = FieldPath.root.child("status");

/** An object's spec; an empty one where it has none. */
export function readSpec(object: KubeObject): ReadonlyJsonObject {
  return objectIn(object, "spec");
}

/** An object's status; an empty one where it has none. */
export function readStatus(object: KubeObject): ReadonlyJsonObject {
  return objectIn(object, "status");
}
