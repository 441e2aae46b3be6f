import { duplicateField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { asObject, booleanIn, isSet, objectIn, stringIn, stringsIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { labelKey } from "../../validation/labels.ts";
import { anything, required } from "../../validation/presence.ts";
import { fields, struct } from "../../validation/structure.ts";
import { checkAttribute, ownCapacity, sharedCapacity } from "./device-attributes.ts";
import { boundedList, boundedMap, labelName, qualifiedName, repeatedKeys } from "./names.ts";
import { checkNodeChoice } from "./node-choice.ts";
import { deviceTaint } from "./tolerations.ts";

const MAX_ATTRIBUTES = 32;
const MAX_TAINTS = 16;
const MAX_COUNTER_SETS = 2;
const MAX_CONDITIONS = 4;
const MAX_COUNTERS = 32;
/** How much of a key paths show: of a domain, a slash and an identifier; of a DNS label. */
const MAX_NAME = 63 + 1 + 32;
const MAX_LABEL = 63;
const PER_DEVICE =
  "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";

/** Whether a slice says of each device by itself which nodes can reach it. */
export interface DeviceContext {
  readonly nodesPerDevice: boolean;
}

/** A device of a ResourceSlice. */
export const device: Check<DeviceContext> = struct<DeviceContext>((one, at, faults, { nodesPerDevice }) => {
  deviceName(one, at, faults, undefined);
  const count = Object.keys(objectIn(one, "attributes")).length + Object.keys(objectIn(one, "capacity")).length;
  if (count > MAX_ATTRIBUTES) {
    faults.push(invalidField(at, count, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES}`));
  }
  (booleanIn(one, "allowMultipleAllocations") ? sharedParts : ownParts)(one, at, faults, undefined);
  checkNodes(one, at, faults, nodesPerDevice);
  checkBinding(one, at, faults);
});

function checkNodes(one: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], perDevice: boolean): void {
  if (!perDevice) {
    if (["nodeName", "nodeSelector", "allNodes"].some((member) => isSet(one, member))) {
      const detail =
        "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
      faults.push(invalidField(at, null, detail));
    }
    return;
  }
  const chosen = checkNodeChoice(one, at, faults, { emptyNode: "must not be empty", flags: ["allNodes"], oneTerm: false });
  if (chosen.length === 0) faults.push(requiredField(at, PER_DEVICE));
  if (chosen.length > 1) faults.push(invalidField(at, `{${chosen.join(", ")}}`, PER_DEVICE));
}

const bindingNames: Check = boundedList(MAX_CONDITIONS, labelKey);
const bindings: Check = fields({ bindingConditions: bindingNames, bindingFailureConditions: bindingNames });

/** Conditions that are waited for before a pod is bound: those of success and of failure go together. */
export function checkBinding(one: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  bindings(one, at, faults, undefined);
  const wanted = stringsIn(one, "bindingConditions");
  const failed = stringsIn(one, "bindingFailureConditions");
  const place = at.child("bindingConditions");
  const failedPlace = at.child("bindingFailureConditions");
  repeatedKeys(wanted, place, faults);
  const wantedNames = new Set(wanted);
  const seen = new Set<string>();
  failed.forEach((name, i) => {
    if (seen.has(name)) faults.push(duplicateField(failedPlace.index(i), name));
    seen.add(name);
    if (wantedNames.has(name)) {
      faults.push(invalidField(failedPlace.index(i), name, "bindingFailureConditions must not overlap with bindingConditions"));
    }
  });
  const lone = (member: string, detail: string): void =>
    void faults.push(invalidField(at.child(member), getOwn(one, member) ?? null, detail));
  if (failed.length > 0 && wanted.length === 0) {
    lone("bindingConditions", "bindingConditions are required to use bindingFailureConditions");
  }
  if (wanted.length > 0 && failed.length === 0) {
    lone("bindingFailureConditions", "bindingFailureConditions are required to use bindingConditions");
  }
}

/** Counters by name, at least one. */
const counters: Check = (value, at, faults, context) => {
  if (Object.keys(asObject(value)).length === 0) faults.push(requiredField(at));
  else namedCounters(value, at, faults, context);
};

const namedCounters = boundedMap(MAX_COUNTERS, labelName, MAX_LABEL, anything);

/** What a device takes of the counters of a set. */
const consumption: Check = fields({ counterSet: required(labelName), counters });

/** A set of counters that devices of a pool share. */
export const counterSet: Check = fields({ name: required(labelName), counters });

const deviceName: Check = fields({ name: labelName });

const partsWith = (capacity: Check): Check =>
  fields({
    attributes: boundedMap(Infinity, qualifiedName, MAX_NAME, struct(checkAttribute)),
    capacity: boundedMap(Infinity, qualifiedName, MAX_NAME, capacity),
    taints: boundedList(MAX_TAINTS, deviceTaint),
    consumesCounters: boundedList(MAX_COUNTER_SETS, consumption, (item) => stringIn(asObject(item), "counterSet")),
  });

/** What a device has, where one claim has it for itself and where several can share it. */
const ownParts = partsWith(ownCapacity);
const sharedParts = partsWith(sharedCapacity);
