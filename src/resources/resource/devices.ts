import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { dnsLabel } from "../../object/names.ts";
import { asObject, asString, booleanIn, isSet, objectIn, stringIn, stringsIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";
import type { Check } from "../../validation/check.ts";
import { labelKey } from "../../validation/labels.ts";
import { required } from "../../validation/presence.ts";
import { fields, struct } from "../../validation/structure.ts";
import { checkAttribute, checkCapacity, checkValueCount } from "./device-attributes.ts";
import { boundedList, labelName, qualifiedName } from "./names.ts";
import { checkNodeChoice } from "./node-choice.ts";
import { deviceTaint } from "./tolerations.ts";

const MAX_ATTRIBUTES = 32;
const MAX_TAINTS = 16;
const MAX_COUNTER_SETS = 2;
const MAX_CONDITIONS = 4;
const PER_DEVICE =
  "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";

/** Whether a slice says of each device by itself which nodes can reach it. */
export interface DeviceContext {
  readonly nodesPerDevice: boolean;
}

/** A device of a ResourceSlice. */
export const device: Check<DeviceContext> = struct<DeviceContext>((one, at, faults, { nodesPerDevice }) => {
  fields({ name: labelName })(one, at, faults, undefined);
  const attributes = objectIn(one, "attributes");
  const capacity = objectIn(one, "capacity");
  checkEntries(attributes, at.child("attributes"), faults, (value, place) => checkAttribute(value, place, faults));
  const shared = booleanIn(one, "allowMultipleAllocations");
  checkEntries(capacity, at.child("capacity"), faults, (value, place) => checkCapacity(value, shared, place, faults));
  checkValueCount(attributes, at.child("attributes"), faults);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > MAX_ATTRIBUTES) {
    faults.push(invalidField(at, count, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES}`));
  }
  fields({
    taints: boundedList(MAX_TAINTS, deviceTaint),
    consumesCounters: boundedList(MAX_COUNTER_SETS, consumption, (item) => stringIn(asObject(item), "counterSet")),
  })(one, at, faults, undefined);
  checkNodes(one, at, faults, nodesPerDevice);
  checkBinding(one, at, faults);
});

/** Entries of a map by the name of an attribute, capacity or counter. */
function checkEntries(
  map: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  check: (value: ReadonlyJsonObject, at: FieldPath) => void,
): void {
  for (const key of sortedKeys(map)) {
    qualifiedName(key, at.key(key), faults, undefined);
    check(asObject(getOwn(map, key)), at.key(key));
  }
}

function checkNodes(one: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], perDevice: boolean): void {
  if (!perDevice) {
    if (["nodeName", "nodeSelector", "allNodes"].some((member) => isSet(one, member))) {
      const detail =
        "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
      faults.push(invalidField(at, null, detail));
    }
    return;
  }
  const chosen = checkNodeChoice(one, at, faults, { emptyNode: "must not be empty", flags: ["allNodes"] });
  if (chosen.length === 0) faults.push(requiredField(at, PER_DEVICE));
  if (chosen.length > 1) faults.push(invalidField(at, `{${chosen.join(", ")}}`, PER_DEVICE));
}

/** Conditions that are waited for before a pod is bound: those of success and of failure go together. */
function checkBinding(one: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const names = boundedList(MAX_CONDITIONS, labelKey, (item) => asString(item));
  fields({ bindingConditions: names, bindingFailureConditions: names })(one, at, faults, undefined);
  const wanted = stringsIn(one, "bindingConditions");
  const failed = stringsIn(one, "bindingFailureConditions");
  const place = at.child("bindingConditions");
  const failedPlace = at.child("bindingFailureConditions");
  if (wanted.length > 0 && failed.length === 0) {
    faults.push(invalidField(failedPlace, failed, "bindingFailureConditions are required to use bindingConditions"));
  }
  if (failed.length > 0 && wanted.length === 0) {
    faults.push(invalidField(place, wanted, "bindingConditions are required to use bindingFailureConditions"));
  }
  failed.forEach((name, i) => {
    if (wanted.includes(name)) {
      faults.push(invalidField(failedPlace.index(i), name, "bindingFailureConditions must not overlap with bindingConditions"));
    }
  });
}

/** Counters by name, at least one. */
const counters: Check = (value, at, faults) => {
  const names = Object.keys(asObject(value)).sort();
  if (names.length === 0) faults.push(requiredField(at));
  for (const name of names) for (const message of dnsLabel(name)) faults.push(invalidField(at.key(name), name, message));
};

/** What a device takes of the counters of a set. */
const consumption: Check = fields({ counterSet: required(labelName), counters });

/** A set of counters that devices of a pool share. */
export const counterSet: Check = fields({ name: required(labelName), counters });
