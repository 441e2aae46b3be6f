import { goTypeName } from "../codec/json-kind.ts";
import { invalidField, type FieldError } from "../object/field-error.ts";
import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { stringIn } from "../object/read.ts";
import { sortedKeys } from "../object/text-order.ts";
import { stepsOf } from "../registry/scale-object.ts";

const MAX_REPLICAS = 2_147_483_647;

/**
 * What is wrong with the members from which a custom resource's scale is read, by the definition's `scale`; undefined: it
 * has none. Through the status' door the wanted number of replicas cannot change, and is not looked at.
 */
export function scaleFaults(object: ReadonlyJsonObject, scale: ReadonlyJsonObject | undefined, door: "main" | "status"): FieldError[] {
  if (scale === undefined) return [];
  const faults: FieldError[] = [];
  if (door === "main") checkReplicas(object, stringIn(scale, "specReplicasPath"), faults);
  checkReplicas(object, stringIn(scale, "statusReplicasPath"), faults);
  const selectorPath = stringIn(scale, "labelSelectorPath");
  if (selectorPath === "") return faults;
  const selector = memberAt(object, selectorPath);
  if ("problem" in selector) faults.push(invalidField(selectorPath, "", selector.problem));
  else if (selector.value !== undefined && typeof selector.value !== "string") {
    faults.push(invalidField(selectorPath, "", typeProblem(selectorPath, selector.value, "string")));
  }
  return faults;
}

function checkReplicas(object: ReadonlyJsonObject, path: string, faults: FieldError[]): void {
  const found = memberAt(object, path);
  if ("problem" in found) faults.push(invalidField(path, 0, found.problem));
  else if (found.value === undefined) return;
  else if (goTypeName(found.value) !== "int64") faults.push(invalidField(path, 0, typeProblem(path, found.value, "int64")));
  else if (Number(found.value) < 0) faults.push(invalidField(path, found.value, "should be a non-negative integer"));
  else if (Number(found.value) > MAX_REPLICAS) {
    faults.push(invalidField(path, found.value, `should be less than or equal to ${MAX_REPLICAS}`));
  }
}

type Member = { readonly value: ReadonlyJson | undefined } | { readonly problem: string };

/** What is at a dotted path; what is not there is no fault, but what cannot have members is. */
function memberAt(object: ReadonlyJsonObject, path: string): Member {
  const names = stepsOf(path);
  let value: ReadonlyJson | undefined = object;
  for (const [i, name] of names.entries()) {
    if (value === undefined || value === null) return { value: undefined };
    if (!isObject(value)) return { problem: typeProblem(`.${names.slice(0, i + 1).join(".")}`, value, "map[string]interface{}") };
    value = getOwn(value, name);
  }
  return { value };
}

function typeProblem(path: string, value: ReadonlyJson, expected: string): string {
  return `${path} accessor error: ${goText(value)} is of the type ${goTypeName(value)}, expected ${expected}`;
}

const MAX_DEPTH = 32;

/** A value as the original prints it in messages. */
function goText(value: ReadonlyJson, depth = 0): string {
  if (value === null) return "<nil>";
  if (depth > MAX_DEPTH) return "...";
  if (Array.isArray(value)) return `[${value.map((item: ReadonlyJson) => goText(item, depth + 1)).join(" ")}]`;
  if (!isObject(value)) return String(value);
  return `map[${sortedKeys(value)
    .map((key) => `${key}:${goText(getOwn(value, key) ?? null, depth + 1)}`)
    .join(" ")}]`;
}
