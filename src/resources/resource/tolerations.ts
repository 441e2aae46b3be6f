import { invalidField, notSupportedField, requiredField } from "../../object/field-error.ts";
import { labelValue } from "../../object/names.ts";
import { stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { labelKey } from "../../validation/labels.ts";
import { filled, required } from "../../validation/presence.ts";
import { oneOf, text } from "../../validation/scalars.ts";
import { all, fields, struct } from "../../validation/structure.ts";

const effect: Check = oneOf("NoExecute", "NoSchedule", "None");
const taintValue: Check = text(labelValue);

const comparison: Check = struct((toleration, at, faults, context) => {
  const value = stringIn(toleration, "value");
  const operator = stringIn(toleration, "operator");
  switch (operator) {
    case "Exists":
      if (value !== "") faults.push(invalidField(at.child("value"), value, "must be empty for operator `Exists`"));
      break;
    case "Equal":
      taintValue(value, at.child("value"), faults, context);
      break;
    case "":
      faults.push(requiredField(at.child("operator")));
      break;
    default:
      faults.push(notSupportedField(at.child("operator"), operator, ["Equal", "Exists"]));
  }
});

/** A taint of devices that a request puts up with. */
export const deviceToleration: Check = all(fields({ key: filled(labelKey) }), comparison, fields({ effect: filled(effect) }));

/** A taint of a device. */
export const deviceTaint: Check = fields({ key: labelKey, value: filled(taintValue), effect: required(effect) });
