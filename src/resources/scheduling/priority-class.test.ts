import assert from "node:assert/strict";
import { test } from "node:test";
import { trialOf } from "../kind-trial.test-support.ts";
import { priorityClass } from "./priority-class.ts";

const classes = trialOf(priorityClass, "scheduling.k8s.io/v1", "PriorityClass");

test("the system's classes are as they are", () => {
  const reserved = "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: ";
  const critical = { metadata: { name: "system-cluster-critical" }, value: 2_000_000_000 };
  assert.deepEqual(classes.faults(critical), []);
  assert.deepEqual(classes.faults({ ...critical, value: 1 }), [
    `${reserved}value of system-cluster-critical PriorityClass must be 2000000000`,
  ]);
  assert.deepEqual(classes.faults({ ...critical, globalDefault: true }), [
    `${reserved}globalDefault of system-cluster-critical PriorityClass must be false`,
  ]);
  assert.deepEqual(classes.faults({ metadata: { name: "system-x" }, value: 1 }), [
    `${reserved}system-x is not a known system priority class`,
  ]);
});
