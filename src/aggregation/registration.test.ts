import assert from "node:assert/strict";
import { test } from "node:test";
import { objectIn } from "../object/read.ts";
import { localApiService } from "./registration.ts";

test("an API service says where its group and version stand in discovery", () => {
  const priorities = (group: string, version: string): unknown[] => {
    const made = localApiService(group, version);
    const { metadata } = made;
    const spec = objectIn(made, "spec");
    return [metadata.name, spec["group"], spec["groupPriorityMinimum"], spec["versionPriority"]];
  };
  assert.deepEqual(priorities("", "v1"), ["v1.", undefined, 18000, 1]);
  assert.deepEqual(priorities("events.k8s.io", "v1"), ["v1.events.k8s.io", "events.k8s.io", 17750, 15]);
  assert.deepEqual(priorities("autoscaling", "v2"), ["v2.autoscaling", "autoscaling", 17500, 30]);
});

test("it is marked as the server's own", () => {
  assert.deepEqual(objectIn(localApiService("apps", "v1"), "metadata")["labels"], {
    "kube-aggregator.kubernetes.io/automanaged": "onstart",
  });
});
