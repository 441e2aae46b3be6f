import assert from "node:assert/strict";
import { test } from "node:test";
import { readSamples } from "../../test/samples.ts";
import type { JsonObject } from "../object/json.ts";
import { groupVersion } from "../object/kube-object.ts";
import { ProtobufBodies } from "../protobuf/bodies.ts";
import { openEnvelope } from "../protobuf/envelope.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import { loadTypes } from "../schema/load.ts";
import { openMemoryStorage } from "../storage/memory/memory.ts";
import { gather, sinkOf } from "../request/test-sink.ts";
import { ask } from "./protobuf.test-support.ts";
import { ADMIN, testPlane, type TestPlane } from "./test-plane.ts";

const samples = readSamples();
const bodies = new ProtobufBodies(loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url)));
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string): JsonObject => ({ kind: "ConfigMap", apiVersion: "v1", metadata: { name, namespace: "default" } });

const put = (key: string, value: Buffer) => ({ compares: [], operations: [{ type: "put", key, value } as const] });

/** The stored kinds that have a sample, with it. */
function storedSamples({ plane }: TestPlane): { definition: ResourceDefinition; key: string; path: string; object: JsonObject }[] {
  const byKind = new Map(samples.kinds.map(({ json }) => JSON.parse(json) as JsonObject).map((object) => [kindOf(object), object]));
  return [...plane.registry.definitions.all()].flatMap((definition) => {
    const { hub, keyPrefix, scope, plural } = definition;
    const object = byKind.get(`${groupVersion(hub.group, hub.version)} ${hub.kind}`);
    if (object === undefined || keyPrefix === undefined) return [];
    const base = hub.group === "" ? "/api/v1" : `/apis/${hub.group}/${hub.version}`;
    const [within, at] = scope === "Cluster" ? ["", ""] : ["/namespaces/ns", "ns/"];
    return [{ definition, key: keyPrefix + at, path: `${base}${within}/${plural}`, object }];
  });
}

function kindOf(object: JsonObject): string {
  return `${String(object["apiVersion"])} ${String(object["kind"])}`;
}

test("objects of every kind that lie in both forms are what they are, read and listed in either", async () => {
  await using storage = openMemoryStorage({ historyWindow: 0 });
  const under = await testPlane({ storage, admissionPlugins: () => [] });
  const kinds = storedSamples(under);
  assert.ok(kinds.length > 50, `${kinds.length} kinds`);
  for (const { definition, key, path, object } of kinds) {
    const named = (name: string): JsonObject => {
      const { resourceVersion: _, namespace: __, ...metadata } = object["metadata"] as JsonObject;
      return { ...object, metadata: { ...metadata, name, ...(definition.scope === "Cluster" ? {} : { namespace: "ns" }) } };
    };
    const values = { json: Buffer.from(`${JSON.stringify(named("json"))}\n`), protobuf: bodies.write(named("protobuf")) };
    const shown: JsonObject[] = [];
    for (const form of ["json", "protobuf"] as const) {
      const { revision } = await storage.commit(put(key + form, values[form]));
      const stored = named(form);
      shown.push({ ...stored, metadata: { ...(stored["metadata"] as JsonObject), resourceVersion: String(revision) } });
      // In protobuf first, which is made of what is stored; then JSON, and protobuf that is made of that.
      for (const accept of ["application/vnd.kubernetes.protobuf", "application/json", "application/vnd.kubernetes.protobuf"]) {
        const got = await ask(under, "GET", `${path}/${form}`, undefined, accept);
        assert.deepEqual(got.value, shown.at(-1), `${path}/${form} ${accept}`);
      }
      assert.equal((await storage.get(key + form))?.value, values[form]);
    }
    const list = await ask(under, "GET", path);
    const items = (list.value["items"] as JsonObject[]).filter(({ metadata }) =>
      ["json", "protobuf"].includes((metadata as JsonObject)["name"] as string),
    );
    assert.deepEqual(
      items,
      shown.map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item),
      path,
    );
  }
});

test("the values of another server's etcd are read where they lie", async () => {
  await using storage = openMemoryStorage({ historyWindow: 0 });
  for (const { key, value } of samples.stored) await storage.commit(put(key, Buffer.from(value, "base64")));
  const under = await testPlane({ storage, admissionPlugins: () => [] });
  const get = async (path: string): Promise<JsonObject> => (await under.as(ADMIN, "GET", path)).body;
  const service = await get("/api/v1/namespaces/default/services/kubernetes");
  assert.equal((service["spec"] as JsonObject)["clusterIP"], "10.0.0.1");
  const configs = await get("/api/v1/namespaces/ns/configmaps/cm");
  const managed = ((configs["metadata"] as JsonObject)["managedFields"] as JsonObject[])[0] ?? assert.fail();
  assert.equal(managed["fieldsType"], "FieldsV1");
  assert.equal(kindOf(await get("/apis/coordination.k8s.io/v1/namespaces/ns/leases/l")), "coordination.k8s.io/v1 Lease");
  const identities = await get("/apis/coordination.k8s.io/v1/namespaces/kube-system/leases?labelSelector=apiserver.kubernetes.io/identity");
  assert.equal((identities["items"] as JsonObject[]).length, 1);
  // What nothing above has changed lies as the other server wrote it.
  for (const { key, value } of samples.stored) {
    if (key === "/registry/ranges/servicenodeports") continue;
    assert.equal((await storage.get(key))?.value.toString("base64"), value, key);
  }
});

test("a server that writes protobuf leaves nothing else behind, but where kinds are always JSON", async () => {
  await using storage = openMemoryStorage({ historyWindow: 0 });
  const under = await testPlane({ storage, storedAs: "protobuf" });
  assert.equal((await ask(under, "POST", CONFIG_MAPS, configMap("m"))).status, 201);
  const policy = {
    kind: "MutatingAdmissionPolicyBinding",
    apiVersion: "admissionregistration.k8s.io/v1",
    metadata: { name: "b" },
    spec: { policyName: "p" },
  };
  assert.equal((await ask(under, "POST", "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings", policy)).status, 201);
  const events = { kind: "Event", apiVersion: "events.k8s.io/v1", metadata: { name: "e" }, eventTime: "2026-01-01T00:00:00.000000Z" };
  const told = {
    reportingController: "c",
    reportingInstance: "i",
    action: "a",
    reason: "r",
    type: "Normal",
    regarding: { namespace: "default" },
  };
  const made = await ask(under, "POST", "/apis/events.k8s.io/v1/namespaces/default/events", { ...events, ...told });
  assert.equal(made.status, 201, JSON.stringify(made.value));
  const { items } = await storage.range({ start: "/registry/", end: "/registry0" });
  assert.ok(items.length > 100);
  for (const { key, value } of items) {
    const { apiVersion, kind, raw } = openEnvelope(value);
    assert.equal(
      apiVersion,
      kind === "MutatingAdmissionPolicyBinding" ? "admissionregistration.k8s.io/v1beta1" : groupVersion(...versionOf(under, key)),
      key,
    );
    assert.ok(!raw.includes(Buffer.from([0x08, 0x32, 0x01])), "no resourceVersion");
  }
  // Another server on the same store, which writes JSON, goes on from there.
  const other = await testPlane({ storage, admissionPlugins: () => [] });
  const patched = await other.as(
    ADMIN,
    "PATCH",
    `${CONFIG_MAPS}/m`,
    { data: { a: "1" } },
    { "content-type": "application/merge-patch+json" },
  );
  assert.deepEqual([patched.status, patched.body["data"]], [200, { a: "1" }]);
  assert.match((await storage.get("/registry/configmaps/default/m"))?.value.toString("utf8") ?? "", /^\{"kind":"ConfigMap"/);
  assert.deepEqual((await ask(under, "GET", `${CONFIG_MAPS}/m`)).value["data"], { a: "1" });
});

function versionOf({ plane }: TestPlane, key: string): [string, string] {
  const definition = [...plane.registry.definitions.all()].find(({ keyPrefix }) => keyPrefix !== undefined && key.startsWith(keyPrefix));
  return definition === undefined ? ["", "v1"] : [definition.hub.group, definition.hub.version];
}

test("what is encrypted is refused by name, and neither overwritten nor taken for gone", async () => {
  await using storage = openMemoryStorage({ historyWindow: 0 });
  const key = "/registry/configmaps/default/sealed";
  const value = Buffer.from("k8s:enc:secretbox:v1:key1:\x01\x02\x03");
  await storage.commit(put(key, value));
  const under = await testPlane({ storage, admissionPlugins: () => [] });
  const path = `${CONFIG_MAPS}/sealed`;
  const refusal = /the stored value at \/registry\/configmaps\/default\/sealed is encrypted \(k8s:enc:secretbox:\)/;
  const merge = { "content-type": "application/merge-patch+json" };
  const apply = { "content-type": "application/apply-patch+yaml" };
  const attempts: [string, string, unknown?, Record<string, string>?][] = [
    ["GET", path],
    ["GET", CONFIG_MAPS],
    ["GET", "/api/v1/configmaps"],
    ["GET", `${CONFIG_MAPS}?limit=1`],
    ["GET", `${CONFIG_MAPS}?fieldSelector=metadata.name%3Dsealed`],
    ["POST", CONFIG_MAPS, configMap("sealed")],
    ["PUT", path, configMap("sealed")],
    ["PATCH", path, { data: {} }, merge],
    ["PATCH", `${path}?fieldManager=m`, configMap("sealed"), apply],
    ["DELETE", path],
    ["DELETE", CONFIG_MAPS],
  ];
  for (const [method, target, body, headers] of attempts) {
    const answer = await under.as(ADMIN, method, target, body, headers);
    assert.equal(answer.status, 500, `${method} ${target}: ${answer.text}`);
    assert.match(answer.text, refusal, `${method} ${target}`);
  }
  assert.equal((await storage.get(key))?.value, value);
  assert.equal((await under.as(ADMIN, "GET", "/api/v1/namespaces/other/configmaps")).status, 200, "others are not concerned");
});

test("who watches an object that can be read no more starts over, and is not told that it is gone", async () => {
  await using storage = openMemoryStorage({ historyWindow: 0 });
  const under = await testPlane({ storage, admissionPlugins: () => [] });
  for (const name of ["a", "b"]) await under.as(ADMIN, "POST", CONFIG_MAPS, configMap(name));
  const watch = async (name: string): Promise<string[]> => {
    const told: string[] = [];
    const answer = await under.plane.handle(under.request(ADMIN, "GET", `${CONFIG_MAPS}?watch=1&fieldSelector=metadata.name%3D${name}`));
    assert.ok(typeof answer.body === "function");
    void answer.body(sinkOf((bytes) => told.push(bytes.toString("utf8"))));
    return told;
  };
  const [concerned, other] = [await watch("a"), await watch("b")];
  await storage.commit(put("/registry/configmaps/default/a", Buffer.from("k8s:enc:aesgcm:v1:k:\x01")));
  await under.as(ADMIN, "PATCH", `${CONFIG_MAPS}/b`, { data: { a: "1" } }, { "content-type": "application/merge-patch+json" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(
    concerned.map((line) => (JSON.parse(line) as JsonObject)["type"]),
    ["ADDED", "ERROR"],
  );
  assert.match(concerned[1] ?? "", /"code":410/);
  assert.deepEqual(
    other.map((line) => (JSON.parse(line) as JsonObject)["type"]),
    ["ADDED", "MODIFIED"],
  );
  assert.equal((await gather(await under.plane.handle(under.request(ADMIN, "GET", CONFIG_MAPS)))).includes("is encrypted"), true);
});
