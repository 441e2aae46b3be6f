import { duplicateField, invalidField, tooLongField } from "../object/field-error.ts";
import { asList, asObject, asString, stringIn } from "../object/read.ts";
import { skippingAbsent, type Check } from "./check.ts";
import { labelKey } from "./labels.ts";
import { required, optional } from "./presence.ts";
import { atLeast, maxBytes, oneOf } from "./scalars.ts";
import { fields } from "./structure.ts";

const REASON = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
const REASON_DETAIL = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${REASON}')`;
const reasonForm = new RegExp(`^${REASON}$`);
const MAX_REASON_BYTES = 1024;
const MAX_MESSAGE_BYTES = 32 * 1024;

const reason: Check = (value, at, faults) => {
  const text = asString(value);
  if (!reasonForm.test(text)) faults.push(invalidField(at, text, REASON_DETAIL));
  if (Buffer.byteLength(text) > MAX_REASON_BYTES) faults.push(tooLongField(at, MAX_REASON_BYTES));
};

const condition: Check = fields({
  type: labelKey,
  status: oneOf("False", "True", "Unknown"),
  observedGeneration: optional(atLeast(0, "must be greater than or equal to zero")),
  lastTransitionTime: required(),
  reason: required(reason),
  message: maxBytes(MAX_MESSAGE_BYTES),
});

/** The rules of a list of metav1.Condition: each type once. */
export const conditions: Check = skippingAbsent((value, at, faults, context) => {
  const seen = new Set<string>();
  asList(value).forEach((one, i) => {
    const type = stringIn(asObject(one), "type");
    if (seen.has(type)) faults.push(duplicateField(at.index(i).child("type"), type));
    seen.add(type);
    condition(one, at.index(i), faults, context);
  });
});
