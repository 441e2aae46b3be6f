import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { testRegistry, type TestRegistry } from "./test-registry.ts";

const MAPS = "/api/v1/namespaces/a/configmaps";

async function create(registry: TestRegistry, name: string, namespace = "a", labels: JsonObject = {}): Promise<number> {
  const { status, body } = await registry.call("POST", `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name, labels } });
  assert.equal(status, 201);
  return Number((body["metadata"] as JsonObject)["resourceVersion"]);
}

function summary(events: readonly JsonObject[]): string[] {
  return events.map((event) => `${String(event["type"])} ${String(((event["object"] as JsonObject)["metadata"] as JsonObject)["name"])}`);
}

void test("a watch without a resourceVersion begins with what is there", async () => {
  const registry = testRegistry();
  await create(registry, "one");
  await create(registry, "two");
  const watch = await registry.watch(`${MAPS}?watch=1`);
  assert.deepEqual(summary(await watch.next(2)), ["ADDED one", "ADDED two"]);
  await create(registry, "three");
  assert.deepEqual(summary(await watch.next(1)), ["ADDED three"]);
  watch.stop();
  await watch.ended;
});

void test("a watch resumes after a version without gaps or repeats, in its own namespace only", async () => {
  const registry = testRegistry();
  const from = await create(registry, "one");
  await create(registry, "two");
  await create(registry, "elsewhere", "b");
  await registry.call("DELETE", `${MAPS}/one`);
  const watch = await registry.watch(`${MAPS}?watch=1&resourceVersion=${from}`);
  assert.deepEqual(summary(await watch.next(2)), ["ADDED two", "DELETED one"]);
  await create(registry, "elsewhere-too", "b");
  await create(registry, "three");
  assert.deepEqual(summary(await watch.next(1)), ["ADDED three"]);
  watch.stop();
});

void test("an object that enters or leaves the selector is added or deleted, with the version of the change", async () => {
  const registry = testRegistry();
  const from = await create(registry, "one", "a", { tier: "web" });
  const watch = await registry.watch(`${MAPS}?watch=1&resourceVersion=${from}&labelSelector=tier%3Dweb`);
  const patch = (labels: JsonObject) =>
    registry.call("PATCH", `${MAPS}/one`, { metadata: { labels } }, { "content-type": "application/merge-patch+json" });
  const left = await patch({ tier: "db" });
  const back = await patch({ tier: "web" });
  const [deleted, added] = (await watch.next(2)) as [JsonObject, JsonObject];
  assert.deepEqual(summary([deleted, added]), ["DELETED one", "ADDED one"]);
  const shown = (deleted["object"] as JsonObject)["metadata"] as JsonObject;
  assert.equal(shown["resourceVersion"], (left.body["metadata"] as JsonObject)["resourceVersion"]);
  assert.deepEqual(shown["labels"], { tier: "web" }, "the object as it was when it still matched");
  assert.deepEqual(added["object"], back.body);
  watch.stop();
});

void test("a slow client catches up from the window, in order, and is not served twice", async () => {
  const registry = testRegistry();
  const from = await create(registry, "first");
  const watch = await registry.watch(`${MAPS}?watch=1&resourceVersion=${from}`);
  watch.stall();
  const names = Array.from({ length: 20 }, (_, i) => `m${String(i).padStart(2, "0")}`);
  for (const name of names) await create(registry, name);
  assert.equal((await watch.next(1)).length, 1);
  watch.resume();
  assert.deepEqual(
    summary(await watch.next(19)),
    names.slice(1).map((name) => `ADDED ${name}`),
  );
  await create(registry, "last");
  assert.deepEqual(summary(await watch.next(1)), ["ADDED last"]);
  watch.stop();
});

void test("a version before the window is answered by an expired event", async () => {
  const before = testRegistry();
  const from = await create(before, "one");
  await create(before, "two");
  const restarted = testRegistry({ storage: before.storage });
  const watch = await restarted.watch(`${MAPS}?watch=1&resourceVersion=${from}`);
  const [event] = (await watch.next(1)) as [JsonObject];
  assert.equal(event["type"], "ERROR");
  assert.equal((event["object"] as JsonObject)["code"], 410);
  assert.equal((event["object"] as JsonObject)["reason"], "Expired");
  await watch.ended;
});

void test("a streaming list ends its initial state with an annotated bookmark", async () => {
  const registry = testRegistry();
  await create(registry, "one");
  const watch = await registry.watch(`${MAPS}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`);
  const [added, bookmark] = (await watch.next(2)) as [JsonObject, JsonObject];
  assert.equal(added["type"], "ADDED");
  assert.equal(bookmark["type"], "BOOKMARK");
  assert.deepEqual(((bookmark["object"] as JsonObject)["metadata"] as JsonObject)["annotations"], { "k8s.io/initial-events-end": "true" });
  watch.stop();
});

void test("watchers of the same form share one frame", async () => {
  const registry = testRegistry();
  const from = await create(registry, "one");
  const watches = await Promise.all([1, 2].map(() => registry.watch(`${MAPS}?watch=1&resourceVersion=${from}`)));
  await create(registry, "two");
  for (const watch of watches) await watch.next(1);
  const { window } = registry.registry.caches.of(registry.registry.definitions.ofResource("", "configmaps") as never);
  assert.equal(window.at(window.end - 1)?.frames?.size, 1);
  for (const watch of watches) watch.stop();
});

void test("what is listed only is not watched, and says so to who asks by option", async () => {
  const registry = testRegistry();
  const { status, body } = await registry.call("GET", "/api/v1/componentstatuses?watch=1");
  assert.equal(status, 405);
  assert.equal(body["message"], 'watch is not supported on resources of kind "componentstatuses"');
  assert.equal((await registry.call("GET", "/api/v1/componentstatuses?watch=false")).status, 200);
});
