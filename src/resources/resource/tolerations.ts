import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { labelKey as labelKeyRules, labelValue } from "../../object/names.ts";
import { stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { labelKey } from "../../validation/labels.ts";
import { struct } from "../../validation/structure.ts";

const EFFECTS = ["NoExecute", "NoSchedule", "None"];

/** A taint of devices that a request puts up with. */
export const deviceToleration: Check = struct((toleration, at, faults) => {
  const key = stringIn(toleration, "key");
  const value = stringIn(toleration, "value");
  if (key !== "") for (const message of labelKeyRules(key)) faults.push(invalidField(at.child("key"), key, message));
  const operator = stringIn(toleration, "operator");
  switch (operator) {
    case "Exists":
      if (value !== "") faults.push(invalidField(at.child("value"), value, "must be empty for operator `Exists`"));
      break;
    case "Equal":
      checkValue(value, at.child("value"), faults);
      break;
    case "":
      faults.push(requiredField(at.child("operator")));
      break;
    default:
      faults.push(notSupportedField(at.child("operator"), operator, ["Equal", "Exists"]));
  }
  const effect = stringIn(toleration, "effect");
  if (effect !== "" && !EFFECTS.includes(effect)) faults.push(notSupportedField(at.child("effect"), effect, EFFECTS));
});

/** A taint of a device. */
export const deviceTaint: Check = struct((taint, at, faults, context) => {
  labelKey(stringIn(taint, "key"), at.child("key"), faults, context);
  const value = stringIn(taint, "value");
  if (value !== "") checkValue(value, at.child("value"), faults);
  const effect = stringIn(taint, "effect");
  if (effect === "") faults.push(requiredField(at.child("effect")));
  else if (!EFFECTS.includes(effect)) faults.push(notSupportedField(at.child("effect"), effect, EFFECTS));
});

function checkValue(value: string, at: FieldPath, faults: FieldError[]): void {
  for (const message of labelValue(value)) faults.push(invalidField(at, value, message));
}
