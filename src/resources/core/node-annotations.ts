import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { isObject } from "../../object/json.ts";
import { asObject, isSet, objectIn, objectsIn } from "../../object/read.ts";
import { jsonOfType } from "../json-of-type.ts";
import { taints } from "./node-taints.ts";

type Annotations = Readonly<Record<string, string>> | undefined;

const oldTaints = "scheduler.alpha.kubernetes.io/taints";
const avoidPods = "scheduler.alpha.kubernetes.io/preferAvoidPods";

/** Appends what is wrong with the annotations that mean something to a scheduler, or once did. */
export function checkNodeAnnotations(annotations: Annotations, at: FieldPath, faults: FieldError[]): void {
  checkTaints(annotations?.[oldTaints] ?? "", at, faults);
  checkAvoidPods(annotations?.[avoidPods] ?? "", at, faults);
}

/** Taints, from before they were a field. */
function checkTaints(text: string, at: FieldPath, faults: FieldError[]): void {
  if (text === "") return;
  const parsed = jsonOfType(text, Array.isArray, "[]core.Taint");
  if ("problem" in parsed) faults.push(invalidField(at, oldTaints, parsed.problem));
  else taints(parsed.value, at.child(oldTaints), faults, undefined);
}

/** By it a node asks not to be given more pods of some controllers. */
function checkAvoidPods(text: string, at: FieldPath, faults: FieldError[]): void {
  if (text === "") return;
  const parsed = jsonOfType(text, isObject, "v1.AvoidPods");
  if ("problem" in parsed) {
    faults.push(invalidField(at.child("AvoidPods"), avoidPods, parsed.problem));
    return;
  }
  objectsIn(asObject(parsed.value), "preferAvoidPods").forEach((entry, i) => {
    const signature = objectIn(entry, "podSignature");
    const place = at.child(avoidPods).index(i).child("PodSignature");
    if (!isSet(signature, "podController")) {
      faults.push(requiredField(place));
    } else if (objectIn(signature, "podController")["controller"] !== true) {
      faults.push(invalidField(place.child("PodController", "Controller"), false, "must point to a controller"));
    }
  });
}
