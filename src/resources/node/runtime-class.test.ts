import assert from "node:assert/strict";
import { test } from "node:test";
import { trialOf } from "../kind-trial.test-support.ts";
import { runtimeClass } from "./runtime-class.ts";

const classes = trialOf(runtimeClass, "node.k8s.io/v1", "RuntimeClass");
const metadata = { name: "a" };

test("a toleration that holds for another time is the same one", () => {
  const toleration = { key: "a", operator: "Exists", effect: "NoExecute" };
  const tolerations = [toleration, { ...toleration, tolerationSeconds: 5 }, { ...toleration, effect: "NoSchedule" }];
  assert.deepEqual(classes.faults({ metadata, handler: "h", scheduling: { tolerations } }), [
    'scheduling.tolerations[1]: Duplicate value: {"Key":"a","Operator":"Exists","Value":"","Effect":"NoExecute","TolerationSeconds":5}',
  ]);
});

test("what cannot be is told before what cannot change", () => {
  const old = classes.created({ metadata, handler: "h" });
  assert.deepEqual(
    classes
      .changeFaults(old, (object) => {
        object["handler"] = "g";
        object["scheduling"] = { nodeSelector: { a: "b c" } };
      })
      .map((fault) => fault.split(":")[0]),
    ["scheduling.nodeSelector", "handler"],
  );
});
