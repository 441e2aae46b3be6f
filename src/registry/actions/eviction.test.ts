import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { testRegistry, type TestAnswer, type TestRegistry } from "../test-registry.ts";

const PODS = "/api/v1/namespaces/a/pods";
const BUDGETS = "/apis/policy/v1/namespaces/a/poddisruptionbudgets";

interface Setting {
  /** The budget's status; absent: there is no budget. */
  readonly budget?: JsonObject;
  readonly spec?: JsonObject;
  readonly ready?: boolean;
  readonly phase?: string;
  readonly labels?: JsonObject;
}

async function setting({ budget, spec = {}, ready = true, phase = "Running", labels = { app: "web" } }: Setting): Promise<TestRegistry> {
  const registry = testRegistry();
  const pod = { metadata: { name: "p", labels }, spec: { containers: [{ name: "c", image: "i" }], serviceAccountName: "default" } };
  assert.equal((await registry.call("POST", PODS, pod)).status, 201);
  const status = { phase, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] };
  assert.equal((await patch(registry, `${PODS}/p/status`, { status })).status, 200);
  if (budget === undefined) return registry;
  assert.equal(
    (
      await registry.call("POST", BUDGETS, {
        metadata: { name: "b" },
        spec: { minAvailable: 1, selector: { matchLabels: labels }, ...spec },
      })
    ).status,
    201,
  );
  assert.equal(
    (
      await patch(registry, `${BUDGETS}/b/status`, {
        status: { observedGeneration: 1, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, disruptionsAllowed: 0, ...budget },
      })
    ).status,
    200,
  );
  return registry;
}

function patch(registry: TestRegistry, target: string, body: JsonObject): Promise<TestAnswer> {
  return registry.call("PATCH", target, body, { "content-type": "application/merge-patch+json" });
}

function evict(registry: TestRegistry, more: JsonObject = {}, query = ""): Promise<TestAnswer> {
  return registry.call("POST", `${PODS}/p/eviction${query}`, {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name: "p" },
    ...more,
  });
}

async function isThere(registry: TestRegistry): Promise<boolean> {
  return (await registry.call("GET", `${PODS}/p`)).status === 200;
}

const causes = ({ body }: TestAnswer): unknown => (body["details"] as JsonObject)["causes"];

void test("a pod without a budget is evicted", async () => {
  const registry = await setting({});
  assert.equal((await evict(registry)).status, 201);
  assert.equal(await isThere(registry), false);
});

void test("a budget with nothing to spare refuses, and says how many it needs", async () => {
  const registry = await setting({ budget: {} });
  const answer = await evict(registry);
  assert.equal(answer.status, 429);
  assert.deepEqual(causes(answer), [
    { reason: "DisruptionBudget", message: "The disruption budget b needs 1 healthy pods and has 1 currently" },
  ]);
  assert.equal(await isThere(registry), true);
});

void test("a budget for all pods guards those without labels as well", async () => {
  const registry = await setting({ budget: {}, spec: { selector: {} }, labels: {} });
  assert.equal((await evict(registry)).status, 429);
});

void test("a budget that was not counted since it changed asks to come again", async () => {
  const registry = await setting({ budget: { disruptionsAllowed: 5 } });
  await patch(registry, `${BUDGETS}/b`, { spec: { minAvailable: 2 } });
  const answer = await evict(registry);
  assert.equal(answer.status, 429);
  assert.equal((answer.body["details"] as JsonObject)["retryAfterSeconds"], 10);
  assert.deepEqual(causes(answer), [
    { reason: "DisruptionBudget", message: "The disruption budget b is still being processed by the server." },
  ]);
});

void test("an eviction is taken from the budget, which notes the pod and that nothing is left", async () => {
  const registry = await setting({ budget: { disruptionsAllowed: 1 } });
  assert.equal((await evict(registry)).status, 201);
  assert.equal(await isThere(registry), false);
  const status = (await registry.call("GET", `${BUDGETS}/b`)).body["status"] as JsonObject;
  assert.equal(status["disruptionsAllowed"] ?? 0, 0);
  assert.deepEqual(Object.keys(status["disruptedPods"] as JsonObject), ["p"]);
  const [condition] = status["conditions"] as JsonObject[];
  assert.deepEqual([condition?.["type"], condition?.["status"], condition?.["reason"]], ["DisruptionAllowed", "False", "InsufficientPods"]);
});

void test("a dry run changes neither the pod nor the budget", async () => {
  const ways: [JsonObject, string][] = [
    [{}, "?dryRun=All"],
    [{ deleteOptions: { dryRun: ["All"] } }, ""],
  ];
  for (const [more, query] of ways) {
    const registry = await setting({ budget: { disruptionsAllowed: 1 } });
    assert.equal((await evict(registry, more, query)).status, 201);
    assert.equal(await isThere(registry), true);
    assert.equal(((await registry.call("GET", `${BUDGETS}/b`)).body["status"] as JsonObject)["disruptionsAllowed"], 1);
  }
});

void test("a pod that is not ready needs no budget where enough others are", async () => {
  const enough = await setting({ budget: { currentHealthy: 1 }, ready: false });
  assert.equal((await evict(enough)).status, 201);
  const tooFew = await setting({ budget: { currentHealthy: 0 }, ready: false });
  assert.equal((await evict(tooFew)).status, 429);
  const always = await setting({ budget: { currentHealthy: 0 }, ready: false, spec: { unhealthyPodEvictionPolicy: "AlwaysAllow" } });
  assert.equal((await evict(always)).status, 201);
});

void test("a pod that has ended, or not begun, needs no budget", async () => {
  for (const phase of ["Succeeded", "Failed", "Pending"]) {
    const registry = await setting({ budget: {}, phase });
    assert.equal((await evict(registry)).status, 201, phase);
  }
});

void test("preconditions hold, and a pod that stays is not marked", async () => {
  const registry = await setting({});
  assert.equal((await evict(registry, { deleteOptions: { preconditions: { uid: "other" } } })).status, 409);
  const version = String(((await registry.call("GET", `${PODS}/p`)).body["metadata"] as JsonObject)["resourceVersion"]);
  assert.equal((await evict(registry, { deleteOptions: { preconditions: { resourceVersion: "1" } } })).status, 409);
  assert.equal(((await registry.call("GET", `${PODS}/p`)).body["metadata"] as JsonObject)["resourceVersion"], version);
  assert.equal((await evict(registry, { deleteOptions: { preconditions: { resourceVersion: version } } })).status, 201);
});

void test("a pod on a node is marked as disrupted while it ends", async () => {
  const registry = testRegistry();
  await registry.call("POST", PODS, {
    metadata: { name: "p" },
    spec: { nodeName: "n", containers: [{ name: "c", image: "i" }], serviceAccountName: "default" },
  });
  assert.equal((await evict(registry)).status, 201);
  const { body } = await registry.call("GET", `${PODS}/p`);
  const conditions = (body["status"] as JsonObject)["conditions"] as JsonObject[];
  assert.deepEqual(
    conditions.map(({ type, reason }) => [type, reason]),
    [["DisruptionTarget", "EvictionByEvictionAPI"]],
  );
  assert.notEqual((body["metadata"] as JsonObject)["deletionTimestamp"], undefined);
});

void test("two budgets for one pod are more than an eviction can ask", async () => {
  const registry = await setting({ budget: {} });
  await registry.call("POST", BUDGETS, { metadata: { name: "b2" }, spec: { minAvailable: 1, selector: {} } });
  const answer = await evict(registry);
  assert.equal(answer.status, 500);
  assert.match(String(answer.body["message"]), /more than one PodDisruptionBudget/);
});
