import { duplicateField, invalidField } from "../../object/field-error.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { labelValue } from "../../object/names.ts";
import { asList, asObject, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { labelKey } from "../../validation/labels.ts";
import { required } from "../../validation/presence.ts";
import { taintEffect } from "../pod-spec/tolerations.ts";
import { shownAs, type ShownMembers } from "../pod-spec/shown.ts";

const shownTaint: ShownMembers = [
  ["Key", "key", ""],
  ["Value", "value", ""],
  ["Effect", "effect", ""],
  ["TimeAdded", "timeAdded", null],
];

const effect = required(taintEffect);

function identity(taint: ReadonlyJsonObject): string {
  return `${stringIn(taint, "effect")}\n${stringIn(taint, "key")}`;
}

/** The rules of a node's taints; the one whose effect and key another has is told, with the rest unsaid. */
export const taints: Check = (value, at, faults, context) => {
  const seen = new Set<string>();
  asList(value).forEach((item, i) => {
    const taint = asObject(item);
    const place = at.index(i);
    labelKey(getOwn(taint, "key"), place.child("key"), faults, context);
    const text = stringIn(taint, "value");
    const messages = labelValue(text);
    if (messages.length > 0) faults.push(invalidField(place.child("value"), text, messages.join(";")));
    effect(getOwn(taint, "effect"), place.child("effect"), faults, context);
    if (seen.has(identity(taint))) {
      faults.push(duplicateField(place, shownAs(taint, shownTaint), "taints must be unique by key and effect pair"));
    }
    seen.add(identity(taint));
  });
};
