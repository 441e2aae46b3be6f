import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { testRegistry, type TestRegistry } from "../test-registry.ts";

const PODS = "/api/v1/namespaces/a/pods";

async function withPod(spec: JsonObject = {}): Promise<TestRegistry> {
  const registry = testRegistry();
  const pod = {
    metadata: { name: "p", labels: { a: "old" } },
    spec: { containers: [{ name: "c", image: "i" }], serviceAccountName: "default", ...spec },
  };
  assert.equal((await registry.call("POST", PODS, pod)).status, 201);
  return registry;
}

function bind(
  registry: TestRegistry,
  metadata: JsonObject = {},
  target: JsonObject = { kind: "Node", name: "n" },
  path = `${PODS}/p/binding`,
) {
  return registry.call("POST", path, { metadata: { name: "p", ...metadata }, target });
}

void test("a binding puts a pod on a node, with its labels over the pod's", async () => {
  for (const path of [`${PODS}/p/binding`, "/api/v1/namespaces/a/bindings"]) {
    const registry = await withPod();
    assert.equal((await bind(registry, { labels: { a: "new" }, annotations: { by: "me" } }, undefined, path)).status, 201);
    const { body } = await registry.call("GET", `${PODS}/p`);
    const metadata = body["metadata"] as JsonObject;
    assert.equal((body["spec"] as JsonObject)["nodeName"], "n");
    assert.deepEqual([metadata["labels"], metadata["annotations"]], [{ a: "new" }, { by: "me" }]);
    const [condition] = (body["status"] as JsonObject)["conditions"] as JsonObject[];
    assert.deepEqual([condition?.["type"], condition?.["status"]], ["PodScheduled", "True"]);
  }
});

void test("a pod is bound once, and not while it waits at a gate", async () => {
  const registry = await withPod();
  await bind(registry);
  const again = await bind(registry);
  assert.equal(again.status, 409);
  assert.match(String(again.body["message"]), /pod p is already assigned to node "n"$/);
  const gated = await bind(await withPod({ schedulingGates: [{ name: "example.com/gate" }] }));
  assert.match(String(gated.body["message"]), /pod p has non-empty .spec.schedulingGates$/);
});

void test("a dry run, a bad target and another pod of the name leave the pod alone", async () => {
  const registry = await withPod();
  assert.equal((await bind(registry, {}, undefined, `${PODS}/p/binding?dryRun=All`)).status, 201);
  assert.equal((await bind(registry, {}, { kind: "Pod", name: "n" })).status, 500);
  assert.equal((await bind(registry, {}, {})).status, 500);
  assert.equal((await bind(registry, { name: "q" })).status, 400);
  assert.equal((await bind(registry, { uid: "other" })).status, 409);
  assert.equal(((await registry.call("GET", `${PODS}/p`)).body["spec"] as JsonObject)["nodeName"], undefined);
});

void test("a pod that is bound waits for no room any more", async () => {
  const registry = await withPod();
  const status = { status: { nominatedNodeName: "m" } };
  await registry.call("PATCH", `${PODS}/p/status`, status, { "content-type": "application/merge-patch+json" });
  await bind(registry);
  assert.equal(((await registry.call("GET", `${PODS}/p`)).body["status"] as JsonObject)["nominatedNodeName"], undefined);
});
