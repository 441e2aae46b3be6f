import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { ProtobufBodies } from "../protobuf/bodies.ts";
import { enveloped, envelopeHead, openEnvelope } from "../protobuf/envelope.ts";
import { loadTypes } from "../schema/load.ts";
import { recordOf, storedValue } from "./cache/record.ts";
import { openMemoryStorage } from "./memory/memory.ts";
import { StorageError, type KeyValue } from "./storage.ts";
import { StoredForms, type StoredForm } from "./stored-form.ts";
import { StoredValues, type StoredValuesOptions } from "./stored-values.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url));
const bodies = new ProtobufBodies(types);
const key = "/registry/configmaps/default/m";
const object: KubeObject = { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "m", namespace: "default" }, data: { a: "1" } };
const shown = (pair: KeyValue | undefined) => recordOf(pair ?? assert.fail()).object();

function form(apiVersion: string, kind: string, change: Partial<StoredForm> = {}): StoredForm {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const schema = types.schemaForKind({ group, version, kind }) ?? assert.fail(kind);
  return { kind, apiVersion, storedVersion: apiVersion, alwaysJson: false, schema, toHub: () => undefined, ...change };
}

const forms = new StoredForms([
  ["/registry/configmaps/", form("v1", "ConfigMap")],
  [
    "/registry/apiextensions.k8s.io/customresourcedefinitions/",
    form("apiextensions.k8s.io/v1", "CustomResourceDefinition", { alwaysJson: true }),
  ],
  ["/registry/policies/", form("policy/v1", "PodDisruptionBudget", { storedVersion: "policy/v1beta1" })],
  [
    "/registry/scalers/",
    form("autoscaling/v2", "HorizontalPodAutoscaler", {
      toHub: (old) =>
        old.apiVersion === "autoscaling/v1" ? { ...old, apiVersion: "autoscaling/v2", spec: { maxReplicas: 7 } } : undefined,
    }),
  ],
]);

function over(inner: ReturnType<typeof openMemoryStorage>, options: Partial<StoredValuesOptions> = {}): StoredValues {
  return new StoredValues(inner, { bodies, forms, writes: "json", objectOf: () => undefined, ...options });
}

const put = (at: string, value: Buffer) => ({ compares: [], operations: [{ type: "put", key: at, value } as const] });

test("values that a kube-apiserver wrote are read as objects, however they come", async () => {
  await using inner = openMemoryStorage({ historyWindow: 0 });
  const storage = over(inner);
  const events: unknown[] = [];
  storage.watch(
    { start: "/registry/", end: "/registry0", fromRevision: storage.revision },
    { events: (batch) => events.push(...batch.map(({ current }) => shown(current)["data"])), closed: () => {} },
  );
  const { revision } = await inner.commit(put(key, bodies.write(object)));
  const expected = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
  assert.deepEqual(shown(await storage.get(key)), expected);
  assert.deepEqual(shown((await storage.range({ start: "/registry/", end: "/registry0" })).items[0]), expected);
  const failed = await storage.commit({ compares: [{ key, modRevision: 0 }], operations: [] });
  assert.ok(!failed.succeeded);
  assert.deepEqual(shown(failed.current[0]), expected);
  assert.deepEqual(events, [{ a: "1" }]);
});

test("a record of protobuf gives JSON, the message with its version, and the same at a later revision", async () => {
  await using inner = openMemoryStorage({ historyWindow: 0 });
  await inner.commit(put(key, bodies.write(object)));
  const record = recordOf((await over(inner).get(key)) ?? assert.fail());
  const at = (revision: number): JsonObject => ({ ...object, metadata: { resourceVersion: String(revision), ...object.metadata } });
  const payload = (of: typeof record) => bodies.read(enveloped(envelopeHead("v1", "ConfigMap"), of.payload ?? assert.fail()));
  assert.deepEqual(payload(record), at(record.revision));
  const later = record.atRevision(12_345);
  assert.deepEqual(payload(later), at(12_345));
  for (const [one, revision] of [
    [record, record.revision],
    [later, 12_345],
  ] as const) {
    assert.equal(one.bytes.toString("utf8"), JSON.stringify(at(revision)));
    assert.equal(one.bytes.indexOf('"metadata"'), one.metadataStart);
    assert.equal(one.bytes, one.bytes, "made once");
    assert.equal(one.payload, undefined, "one form is kept");
  }
});

test("what is written as protobuf lies so without its version, and is JSON above; some kinds are JSON all the same", async () => {
  await using inner = openMemoryStorage({ historyWindow: 0 });
  const storage = over(inner, { writes: "protobuf" });
  const value = storedValue(object);
  await storage.commit(put(key, value));
  const stored = (await inner.get(key))?.value ?? assert.fail();
  assert.deepEqual(stored, bodies.write(object));
  assert.equal((await storage.get(key))?.value, value, "what this process wrote is not read again");
  const remembered = { ...object, metadata: { ...object.metadata, resourceVersion: "17" } };
  await over(inner, { writes: "protobuf", objectOf: () => remembered }).commit(put(key, storedValue(remembered)));
  assert.deepEqual((await inner.get(key))?.value, stored);

  const definition = "/registry/apiextensions.k8s.io/customresourcedefinitions/c";
  for (const other of [definition, "/registry/example.com/things/a/b"]) {
    const json = storedValue({ ...object, kind: "CustomResourceDefinition", apiVersion: "apiextensions.k8s.io/v1" });
    await storage.commit(put(other, json));
    assert.equal((await inner.get(other))?.value, json);
  }
});

test("values stand under the version that is stored, and are read from every version that is known", async () => {
  await using inner = openMemoryStorage({ historyWindow: 0 });
  const budget: KubeObject = {
    kind: "PodDisruptionBudget",
    apiVersion: "policy/v1",
    metadata: { name: "b" },
    spec: { minAvailable: 1 },
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  };
  const at = "/registry/policies/b";
  for (const writes of ["json", "protobuf"] as const) {
    const storage = over(inner, { writes });
    await storage.commit(put(at, storedValue(budget)));
    const stored = (await inner.get(at))?.value ?? assert.fail();
    const apiVersion = writes === "json" ? (JSON.parse(stored.toString()) as JsonObject)["apiVersion"] : openEnvelope(stored).apiVersion;
    assert.equal(apiVersion, "policy/v1beta1");
    const { resourceVersion: _, ...metadata } = shown(await over(inner).get(at)).metadata;
    assert.deepEqual({ ...shown(await over(inner).get(at)), metadata }, budget, writes);
  }
  const scaler = "/registry/scalers/s";
  const old: KubeObject = { kind: "HorizontalPodAutoscaler", apiVersion: "autoscaling/v1", metadata: { name: "s" } };
  for (const value of [bodies.write(old), storedValue(old)]) {
    await inner.commit(put(scaler, value));
    const read = shown(await over(inner).get(scaler));
    assert.deepEqual([read.apiVersion, read["spec"]], ["autoscaling/v2", { maxReplicas: 7 }]);
  }
});

test("what cannot be read stays as it is, and is refused by name", async () => {
  await using inner = openMemoryStorage({ historyWindow: 0 });
  for (const writes of ["json", "protobuf"] as const) {
    const storage = over(inner, { writes });
    const truncated = bodies.write(object).subarray(0, 30);
    for (const [value, message] of [
      [Buffer.from("k8s\0\x0a\x7f"), /the stored value at \/registry\/configmaps\/default\/m does not decode/],
      [truncated, /the stored value at \/registry\/configmaps\/default\/m does not decode/],
      [Buffer.from('{"kind":"Secret","apiVersion":"v1","metadata":{"name":"m"},"data":{"p":"c4nary"'), /does not decode: it is no JSON$/],
      [Buffer.from("k8s:enc:aescbc:v1:key1:\x01\x02"), /is encrypted \(k8s:enc:aescbc:\), which this server cannot read/],
      [storedValue({ ...object, apiVersion: "v0" }), /is ConfigMap of v0, which this server cannot read/],
      [bodies.write({ ...object, kind: "Secret" }), /is Secret of v1, which this server cannot read/],
    ] as const) {
      await inner.commit(put(key, value));
      const pair = (await storage.get(key)) ?? assert.fail();
      assert.equal(pair.value, value);
      assert.throws(
        () => recordOf(pair),
        (error) => error instanceof StorageError && error.reason === "corrupt" && message.test(error.message),
      );
    }
  }
});
