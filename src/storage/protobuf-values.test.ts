import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtobufBodies } from "../protobuf/bodies.ts";
import { loadTypes } from "../schema/load.ts";
import { recordOf } from "./cache/record.ts";
import { openMemoryStorage } from "./memory/memory.ts";
import { ProtobufValues } from "./protobuf-values.ts";
import { StorageError, type KeyValue } from "./storage.ts";

const bodies = new ProtobufBodies(loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url)));
const key = "/registry/configmaps/default/m";
const object = { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "m", namespace: "default" }, data: { a: "1" } };
const shown = (pair: KeyValue | undefined) => recordOf(pair ?? assert.fail()).object();

test("values that a kube-apiserver wrote are read as objects, however they come", async () => {
  await using inner = openMemoryStorage({ historyWindow: 0 });
  const storage = new ProtobufValues(inner, bodies);
  const events: unknown[] = [];
  storage.watch(
    { start: "/registry/", end: "/registry0", fromRevision: storage.revision },
    { events: (batch) => events.push(...batch.map(({ current }) => shown(current)["data"])), closed: () => {} },
  );
  const put = (value: Buffer) => inner.commit({ compares: [], operations: [{ type: "put", key, value }] });
  const { revision } = await put(bodies.write(object));
  const expected = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
  assert.deepEqual(shown(await storage.get(key)), expected);
  assert.deepEqual(shown((await storage.range({ start: "/registry/", end: "/registry0" })).items[0]), expected);
  const failed = await storage.commit({ compares: [{ key, modRevision: 0 }], operations: [] });
  assert.ok(!failed.succeeded);
  assert.deepEqual(shown(failed.current[0]), expected);
  assert.deepEqual(events, [{ a: "1" }]);
});

test("what cannot be read stays as it is, and is refused by name", async () => {
  await using inner = openMemoryStorage({ historyWindow: 0 });
  const storage = new ProtobufValues(inner, bodies);
  for (const [value, message] of [
    [Buffer.from("k8s\0\x0a\x7f"), /the stored value at \/registry\/configmaps\/default\/m does not decode/],
    [Buffer.from("k8s:enc:aescbc:v1:key1:\x01\x02"), /is encrypted \(k8s:enc:aescbc:\), which this server cannot read/],
  ] as const) {
    await inner.commit({ compares: [], operations: [{ type: "put", key, value }] });
    const pair = (await storage.get(key)) ?? assert.fail();
    assert.equal(pair.value, value);
    assert.throws(
      () => recordOf(pair),
      (error) => error instanceof StorageError && error.reason === "corrupt" && message.test(error.message),
    );
  }
});
