import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { defaultPodSpec } from "./defaults.ts";
import { defaultPod } from "./pod-defaults.ts";
import { qosClass } from "./qos.ts";

function container(members: JsonObject = {}): JsonObject {
  return { name: "c", image: "i:1", ...members };
}

function withDefaults(spec: JsonObject, fill = defaultPod): JsonObject {
  fill(spec);
  return spec;
}

test("a container that is only limited asks for as much, in pods but not in templates", () => {
  const make = (): JsonObject => ({
    containers: [container({ resources: { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "0" } } })],
  });
  assert.deepEqual(withDefaults(make())["containers"], [
    {
      ...(withDefaults(make(), defaultPodSpec)["containers"] as JsonObject[])[0],
      resources: { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "0", memory: "1Gi" } },
    },
  ]);
});

test("in the node's network ports of containers are the node's", () => {
  const spec = withDefaults({ hostNetwork: true, containers: [container({ ports: [{ containerPort: 80 }] })] });
  assert.deepEqual((spec["containers"] as JsonObject[])[0]?.["ports"], [{ containerPort: 80, hostPort: 80, protocol: "TCP" }]);
});

test("a volume without a source is an empty directory, others get what their source leaves out", () => {
  const spec = withDefaults({
    containers: [],
    volumes: [
      { name: "a" },
      { name: "b", secret: { secretName: "s" } },
      { name: "c", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } },
    ],
  });
  assert.deepEqual(spec["volumes"], [
    { name: "a", emptyDir: {} },
    { name: "b", secret: { secretName: "s", defaultMode: 420 } },
    { name: "c", projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: "t", expirationSeconds: 3600 } }] } },
  ]);
});

test("the old name of the service account follows the new one", () => {
  assert.equal(withDefaults({ serviceAccount: "old" })["serviceAccountName"], "old");
  assert.equal(withDefaults({ serviceAccountName: "new", serviceAccount: "old" })["serviceAccount"], "new");
});

test("amounts finer than a thousandth are rounded up", () => {
  const spec = withDefaults({ containers: [container({ resources: { limits: { cpu: "0.0001" } } })] });
  assert.deepEqual((spec["containers"] as JsonObject[])[0]?.["resources"], { limits: { cpu: "1m" }, requests: { cpu: "1m" } });
});

test("resources of the pod as a whole are what its containers need, or its limits", () => {
  const spec = withDefaults({
    resources: { limits: { cpu: "2", memory: "1Gi" } },
    containers: [container({ resources: { requests: { cpu: "500m" } } })],
  });
  assert.deepEqual(spec["resources"], { limits: { cpu: "2", memory: "1Gi" }, requests: { cpu: "500m", memory: "1Gi" } });
});

test("a pod's class of service follows from its requests and limits", () => {
  const all = { cpu: "1", memory: "1Gi" };
  assert.equal(qosClass({ containers: [container()] }), "BestEffort");
  assert.equal(qosClass({ containers: [container({ resources: { limits: all, requests: all } })] }), "Guaranteed");
  assert.equal(qosClass({ containers: [container({ resources: { limits: all, requests: { cpu: "1" } } }), container()] }), "Burstable");
});
