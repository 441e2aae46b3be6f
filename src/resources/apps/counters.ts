import { invalidField, type FieldError } from "../../object/field-error.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, numberIn, objectIn } from "../../object/read.ts";
import { nonNegative } from "../../validation/scalars.ts";
import { statusAt } from "../spec-and-status.ts";

/** Appends the counters of a status that are negative; absent ones are zero. */
export function checkCounters(status: ReadonlyJsonObject, names: readonly string[], faults: FieldError[]): void {
  for (const name of names) nonNegative(getOwn(status, name), statusAt.child(name), faults, undefined);
}

/** Appends a counter that is greater than another one that includes it. */
function checkPartOf(status: ReadonlyJsonObject, part: string, whole: string, detail: string, faults: FieldError[]): void {
  if (numberIn(status, part) > numberIn(status, whole)) {
    faults.push(invalidField(statusAt.child(part), numberIn(status, part), `cannot be greater than ${detail}`));
  }
}

/** Appends the counter of name collisions where it went back: names made with it would come again. */
export function checkCollisionCount(object: KubeObject, old: KubeObject, faults: FieldError[]): void {
  const status = objectIn(object, "status");
  const oldStatus = objectIn(old, "status");
  if (!isSet(oldStatus, "collisionCount")) return;
  const count = numberIn(status, "collisionCount");
  if (!isSet(status, "collisionCount") || count < numberIn(oldStatus, "collisionCount")) {
    faults.push(invalidField(statusAt.child("collisionCount"), count, "cannot be decremented"));
  }
}

/** Appends parts of a status' replicas that are more than all of them, and more that are available than are ready. */
export function checkReplicaParts(
  status: ReadonlyJsonObject,
  parts: readonly string[],
  faults: FieldError[],
  ready = "readyReplicas",
): void {
  for (const part of parts) checkPartOf(status, part, "replicas", "status.replicas", faults);
  checkPartOf(status, "availableReplicas", "readyReplicas", ready, faults);
}
