import { duplicateField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { qualifiedNameRules } from "../../object/names.ts";
import { isSet, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { optional } from "../../validation/presence.ts";
import { nonNegative } from "../../validation/scalars.ts";
import type { KindBehaviour } from "../definition.ts";
import { csiDriverName } from "../pod-spec/volume-sources.ts";

const MAX_NODE_ID = 256;
const drivers = FieldPath.root.child("spec").child("drivers");

function nodeFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  objectsIn(objectIn(object, "spec"), "drivers").forEach((driver, i) => {
    const at = drivers.index(i);
    csiDriverName(getOwn(driver, "name"), at.child("name"), faults, undefined);
    checkNodeId(stringIn(driver, "nodeID"), at.child("nodeID"), faults);
    optional(nonNegative)(getOwn(objectIn(driver, "allocatable"), "count"), at.child("allocatable").child("count"), faults, undefined);
    const name = stringIn(driver, "name");
    if (seen.has(name)) faults.push(duplicateField(at.child("name"), name));
    seen.add(name);
    checkTopologyKeys(stringsIn(driver, "topologyKeys"), at, faults);
  });
  return faults;
}

function checkNodeId(id: string, at: FieldPath, faults: FieldError[]): void {
  if (id === "") faults.push(requiredField(at));
  if (Buffer.byteLength(id) > MAX_NODE_ID) faults.push(invalidField(at, id, `must be ${MAX_NODE_ID} characters or less`));
}

function checkTopologyKeys(keys: readonly string[], at: FieldPath, faults: FieldError[]): void {
  const seen = new Set<string>();
  for (const key of keys) {
    if (key === "") faults.push(requiredField(at));
    if (seen.has(key)) faults.push(duplicateField(at, key));
    seen.add(key);
    for (const message of qualifiedNameRules(key)) faults.push(invalidField(at, key, message));
  }
}

/** A driver's entry is replaced by another driver's, never changed, but for what it can take. */
function changeFaults(object: KubeObject, old: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const byName = new Map<string, ReadonlyJsonObject[]>();
  for (const now of objectsIn(objectIn(object, "spec"), "drivers")) {
    const name = stringIn(now, "name");
    const alike = byName.get(name);
    if (alike === undefined) byName.set(name, [now]);
    else alike.push(now);
  }
  for (const before of objectsIn(objectIn(old, "spec"), "drivers")) {
    for (const now of byName.get(stringIn(before, "name")) ?? []) {
      if (!equalJson(shownDriver(before), shownDriver(now))) faults.push(invalidField(drivers, shownDriver(now), "field is immutable"));
    }
  }
  return faults;
}

/** A driver as messages show it, by the names of the original's own type and without what may change. */
function shownDriver(driver: ReadonlyJsonObject): ReadonlyJson {
  return {
    Name: stringIn(driver, "name"),
    NodeID: stringIn(driver, "nodeID"),
    TopologyKeys: isSet(driver, "topologyKeys") ? stringsIn(driver, "topologyKeys") : null,
    Allocatable: null,
  };
}

/** What CSINodes do beyond the tables. */
export const csiNode: KindBehaviour = {
  strategy: {
    validate: nodeFaults,
    validateUpdate: (object, old) => [...nodeFaults(object), ...changeFaults(object, old)],
  },
  cells: { Drivers: (object) => objectsIn(objectIn(object, "spec"), "drivers").length },
};
