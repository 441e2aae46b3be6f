import { invalidField, notSupportedField } from "../../object/field-error.ts";
import { labelValue } from "../../object/names.ts";
import { isSet, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { labelKey } from "../../validation/labels.ts";
import { oneOf } from "../../validation/scalars.ts";
import { struct } from "../../validation/structure.ts";

const operators = ["Equal", "Exists"];

/** What a taint does to pods that do not tolerate it. */
export const taintEffect: Check = oneOf("NoSchedule", "PreferNoSchedule", "NoExecute");

/** The rules of one toleration (concepts/scheduling-eviction/taint-and-toleration). */
export const toleration: Check = struct((object, at, faults, context) => {
  const key = stringIn(object, "key");
  const operator = stringIn(object, "operator");
  const value = stringIn(object, "value");
  const effect = stringIn(object, "effect");
  if (key !== "") labelKey(key, at.child("key"), faults, context);
  if (key === "" && operator !== "Exists") {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    faults.push(invalidField(at.child("operator"), operator, detail));
  }
  if (isSet(object, "tolerationSeconds") && effect !== "NoExecute") {
    const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    faults.push(invalidField(at.child("effect"), effect, detail));
  }
  if (operator === "Equal" || operator === "") {
    const messages = labelValue(value);
    if (messages.length > 0) faults.push(invalidField(at.child("operator"), value, messages.join(";")));
  } else if (operator === "Exists") {
    if (value !== "") {
      faults.push(invalidField(at.child("operator"), value, "value must be empty when `operator` is 'Exists'"));
    }
  } else {
    faults.push(notSupportedField(at.child("operator"), operator, operators));
  }
  if (effect !== "") taintEffect(effect, at.child("effect"), faults, context);
});
