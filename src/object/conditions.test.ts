import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionOf, isConditionTrue, setCondition } from "./conditions.ts";

const ready = { type: "Ready", status: "True", lastTransitionTime: "then", reason: "A" } as const;

test("a condition is found by its type", () => {
  const object = { status: { conditions: [{ type: "Other", status: "False" }, { ...ready }] } };
  assert.equal(conditionOf(object, "Ready")?.["reason"], "A");
  assert.deepEqual(
    [isConditionTrue(object, "Ready"), isConditionTrue(object, "Other"), isConditionTrue({}, "Ready")],
    [true, false, false],
  );
});

test("a condition is set in its place, keeping its time where its status stays", () => {
  const status = { conditions: [{ ...ready }, { type: "Other", status: "False" }] };
  setCondition(status, { ...ready, lastTransitionTime: "now", reason: "B" });
  assert.deepEqual(status.conditions[0], { ...ready, reason: "B" });
  setCondition(status, { ...ready, status: "False", lastTransitionTime: "now" });
  assert.deepEqual(status.conditions[0], { ...ready, status: "False", lastTransitionTime: "now" });
  assert.equal(status.conditions.length, 2);
});

test("a new condition comes last, also into a status that has none", () => {
  const status = {};
  setCondition(status, ready);
  assert.deepEqual(status, { conditions: [ready] });
});
