import assert from "node:assert/strict";
import { test } from "node:test";
import { readKubeconfig } from "../webhook/kubeconfig.ts";
import { WebhookClient } from "../webhook/webhook-client.ts";
import { testEvent } from "./test-event.ts";
import { startHook, type HookAnswer } from "./test-hook.ts";
import { webhookDelivery } from "./webhook.ts";

async function deliver(answers: readonly HookAnswer[], abortAfterMs?: number) {
  using hook = await startHook(...answers);
  const target = readKubeconfig(hook.kubeconfig, "/kubeconfig", () => "");
  const client = new WebhookClient(target, { timeoutMs: 30_000, random: () => 0 });
  const stop = new AbortController();
  if (abortAfterMs !== undefined) setTimeout(() => stop.abort(), abortAfterMs);
  const delivery = webhookDelivery((bytes) => client.exchange(bytes), { initialBackoffMs: 20, random: () => 0, signal: stop.signal });
  const failure = await Promise.resolve(delivery([testEvent(), testEvent({ stage: "Panic" })])).then(
    () => undefined,
    (error: Error) => error.message,
  );
  client.close();
  return { calls: hook.calls, failure };
}

test("events go out as one list, with the token, and items say nothing of their kind", async () => {
  const { calls, failure } = await deliver([{ status: 200 }]);
  assert.equal(failure, undefined);
  assert.equal(calls.length, 1);
  const [call] = calls;
  assert.deepEqual([call?.path, call?.authorization], ["/audit?timeout=30s", "Bearer audit-secret"]);
  const { items = [], ...list } = call?.body ?? {};
  assert.deepEqual(list, { kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {} });
  assert.deepEqual(
    items.map(({ kind, stage, auditID }) => [kind, stage, auditID]),
    [
      [undefined, "ResponseComplete", "id-1"],
      [undefined, "Panic", "id-1"],
    ],
  );
});

for (const status of [500, 400]) {
  test(`an answer ${status} is tried five times, each wait half as long again, with the same body`, async () => {
    const { calls, failure } = await deliver([{ status }]);
    assert.ok(failure);
    assert.equal(calls.length, 5);
    for (const call of calls) assert.deepEqual(call.body, calls[0]?.body);
    const waits = calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0));
    [20, 30, 45, 67].forEach((least, index) => assert.ok((waits[index] ?? 0) >= least - 2, waits.join(" ")));
  });
}

test("a try that fails is made up for by the next", async () => {
  const { calls, failure } = await deliver([{ status: 503 }, { status: 200 }]);
  assert.deepEqual([calls.length, failure], [2, undefined]);
});

test("an answer that says when to come back is obeyed, ten times within one try", async () => {
  const { calls, failure } = await deliver([...Array.from({ length: 10 }, () => ({ status: 429, retryAfter: "0" })), { status: 200 }]);
  assert.deepEqual([calls.length, failure], [11, undefined]);
  const { calls: all } = await deliver([{ status: 429, retryAfter: "0" }]);
  assert.equal(all.length, 55);
});

test("a server that ends tries once more and no longer", async () => {
  const { calls, failure } = await deliver([{ status: 429, retryAfter: "60" }], 50);
  assert.equal(calls.length, 1);
  assert.ok(failure);
});
