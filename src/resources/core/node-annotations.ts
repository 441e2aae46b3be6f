import { JsonError } from "../../codec/json-scan.ts";
import { jsonKind } from "../../codec/json-kind.ts";
import { parseJson } from "../../codec/json-text.ts";
import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { isObject, type JsonValue } from "../../object/json.ts";
import { asObject, isSet, objectIn, objectsIn } from "../../object/read.ts";

const avoidPods = "scheduler.alpha.kubernetes.io/preferAvoidPods";

/** Appends what is wrong with the annotation by which a node asks not to be given more pods of some controllers. */
export function checkNodeAnnotations(annotations: Readonly<Record<string, string>> | undefined, at: FieldPath, faults: FieldError[]): void {
  const text = annotations?.[avoidPods];
  if (text === undefined || text === "") return;
  const parsed = parse(text);
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

function parse(text: string): { readonly value: JsonValue } | { readonly problem: string } {
  try {
    const { value } = parseJson(text);
    if (value === null || isObject(value)) return { value };
    return { problem: `json: cannot unmarshal ${jsonKind(value)} into Go value of type v1.AvoidPods` };
  } catch (error) {
    if (error instanceof JsonError) return { problem: error.message };
    throw error;
  }
}
