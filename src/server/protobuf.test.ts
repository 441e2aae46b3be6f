import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { enveloped, envelopeHead } from "../protobuf/envelope.ts";
import { ProtobufReader } from "../protobuf/read.ts";
import { StatusError } from "../object/status.ts";
import { decodeBody } from "../registry/decode-body.ts";
import { WireReader } from "../protobuf/wire-reader.ts";
import { gather, sinkOf } from "../request/test-sink.ts";
import { ask, read, TYPE } from "./protobuf.test-support.ts";
import { ADMIN, testPlane, type TestPlane } from "./test-plane.ts";

const PODS = "/api/v1/namespaces/default/pods";
const MAPS = "/api/v1/namespaces/default/configmaps";
const AS_METADATA = "as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

const configMap = (name: string, data: JsonObject = {}): JsonObject => ({ kind: "ConfigMap", apiVersion: "v1", metadata: { name }, data });

test("an object is created, read, listed, changed and deleted in protobuf, and is what JSON shows", async () => {
  const under = await testPlane();
  await ask(under, "POST", "/api/v1/namespaces/default/serviceaccounts", {
    kind: "ServiceAccount",
    apiVersion: "v1",
    metadata: { name: "default" },
  });
  const created = await ask(under, "POST", PODS, {
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name: "p", labels: { a: "b" } },
    spec: { containers: [{ name: "c", image: "i", resources: { limits: { cpu: "1" } } }] },
  });
  assert.equal(created.status, 201, JSON.stringify(created.value));
  const plain = await under.as(ADMIN, "GET", `${PODS}/p`);
  assert.deepEqual((await ask(under, "GET", `${PODS}/p`)).value, plain.body);
  assert.deepEqual(created.value, plain.body);
  assert.deepEqual((await ask(under, "GET", PODS)).value, (await under.as(ADMIN, "GET", PODS)).body);
  const changed = await ask(under, "PUT", `${PODS}/p`, {
    ...plain.body,
    metadata: { ...(plain.body["metadata"] as JsonObject), labels: {} },
  });
  assert.equal(changed.status, 200);
  assert.equal((changed.value["metadata"] as JsonObject)["labels"], undefined);
  const options = { kind: "DeleteOptions", apiVersion: "v1", gracePeriodSeconds: 0 };
  const deleted = await ask(under, "DELETE", `${PODS}/p`, options);
  assert.equal(deleted.value["kind"], "Pod");
  assert.equal((await ask(under, "GET", `${PODS}/p`)).status, 404);
});

test("long lists, pages and metadata lists are the JSON lists", async () => {
  const under = await testPlane();
  for (let i = 0; i < 60; i++) await under.as(ADMIN, "POST", MAPS, configMap(`m-${i}`, { text: "x".repeat(3000) }));
  for (const target of [MAPS, `${MAPS}?limit=7`, "/api/v1/configmaps"]) {
    const plain = await gather(await under.plane.handle(under.request(ADMIN, "GET", target)));
    assert.deepEqual((await ask(under, "GET", target)).value, JSON.parse(plain.toString("utf8")), target);
  }
  const metadata = (await ask(under, "GET", MAPS, undefined, `${TYPE};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1beta1`)).value;
  assert.equal(metadata["apiVersion"], "meta.k8s.io/v1beta1");
  const items = metadata["items"] as JsonObject[];
  assert.equal(items.length, 60);
  assert.ok(items.every((item) => Object.keys(item).join() === "metadata"));
});

test("statuses, reviews, scales and metadata come in protobuf; tables do not", async () => {
  const under = await testPlane();
  await ask(under, "POST", MAPS, configMap("m"));
  const removed = await ask(under, "DELETE", `${MAPS}/m`);
  assert.deepEqual([removed.status, removed.type, removed.value["kind"], removed.value["status"]], [200, TYPE, "Status", "Success"]);
  const missing = await ask(under, "GET", `${MAPS}/m`);
  assert.deepEqual(missing.value, (await under.as(ADMIN, "GET", `${MAPS}/m`)).body);
  const review = await ask(under, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    kind: "SelfSubjectAccessReview",
    apiVersion: "authorization.k8s.io/v1",
    spec: { resourceAttributes: { verb: "get", resource: "pods" } },
  });
  assert.equal((review.value["status"] as JsonObject)["allowed"], true);
  const spec = {
    selector: { matchLabels: { a: "b" } },
    template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } },
  };
  const sets = "/apis/apps/v1/namespaces/default/replicasets";
  await ask(under, "POST", sets, { kind: "ReplicaSet", apiVersion: "apps/v1", metadata: { name: "r" }, spec: { ...spec, replicas: 3 } });
  const scale = await ask(under, "GET", `${sets}/r/scale`);
  assert.deepEqual([scale.value["kind"], scale.value["spec"]], ["Scale", { replicas: 3 }]);
  const scaled = await ask(under, "PUT", `${sets}/r/scale`, { ...scale.value, spec: { replicas: 5 } });
  assert.deepEqual(scaled.value["spec"], { replicas: 5 });
  const metadata = await ask(under, "GET", `${sets}/r`, undefined, `${TYPE};${AS_METADATA}`);
  assert.deepEqual(Object.keys(metadata.value), ["kind", "apiVersion", "metadata"]);
  const table = await ask(under, "GET", sets, undefined, `${TYPE};as=Table;g=meta.k8s.io;v=v1,application/json`);
  assert.deepEqual([table.type, table.value["kind"]], ["application/json", "ReplicaSetList"]);
  const refused = await ask(under, "GET", sets, undefined, `${TYPE};as=Table;g=meta.k8s.io;v=v1`);
  assert.equal(refused.status, 406);
});

test("an object's bytes are made once, for everybody who asks in one form", async () => {
  const under = await testPlane();
  await ask(under, "POST", MAPS, configMap("m"));
  const body = async (accept: string) =>
    (await under.plane.handle(under.request(ADMIN, "GET", `${MAPS}/m`, undefined, { accept }))).body ?? assert.fail();
  const first = await body(TYPE);
  assert.equal(await body(TYPE), first);
  assert.equal(await body(`${TYPE}, application/json;q=0.5`), first);
  assert.equal(await body(`${TYPE};${AS_METADATA}`), await body(`${TYPE};${AS_METADATA}`));
  await ask(under, "PUT", `${MAPS}/m`, configMap("m", { a: "1" }));
  assert.notEqual(await body(TYPE), first);
});

test("a body that is no protobuf message is a bad request, told in protobuf", async () => {
  const under = await testPlane();
  for (const bytes of [Buffer.from("{}"), Buffer.from("k8s\0\x0a\x7f"), Buffer.concat([Buffer.from("k8s\0"), Buffer.alloc(20, 0xff)])]) {
    const request = under.request(ADMIN, "POST", MAPS, undefined, { "accept": TYPE, "content-type": TYPE });
    const answer = await under.plane.handle({ ...request, body: async () => bytes });
    assert.equal(answer.status, 400);
    assert.equal(read(under, await gather(answer))["reason"], "BadRequest");
  }
});

test("a custom object's body that is a message is refused as such", () => {
  const things = {
    group: "example.com",
    version: "v1",
    kind: "Thing",
    custom: true,
    schema: { type: "object", fields: new Map() },
  } as const;
  const body = enveloped(envelopeHead("example.com/v1", "Thing"), Buffer.from([0x12, 0]));
  const reader = { isKind: () => true, protobuf: new ProtobufReader() };
  assert.throws(
    () => decodeBody(body, "protobuf", things, reader, "Strict", () => {}),
    (error) =>
      error instanceof StatusError &&
      error.status.code === 400 &&
      error.message.startsWith('Thing in version "v1" cannot be handled as a Thing: object *unstructured'),
  );
});

test("a watch is frames of whole bodies, with bookmarks, partial metadata and errors", async () => {
  const under = await testPlane();
  await ask(under, "POST", MAPS, configMap("m", { a: "1" }));
  const target = `${MAPS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`;
  const open = async (accept: string) => {
    const events: { type: string; object: JsonObject }[] = [];
    const answer = await under.plane.handle(under.request(ADMIN, "GET", target, undefined, { accept }));
    assert.equal(answer.headers["content-type"], `${TYPE};stream=watch`);
    const sink = sinkOf((bytes) => {
      assert.equal(bytes.readUInt32BE(), bytes.length - 4);
      events.push(frame(under, bytes.subarray(4)));
    });
    assert.ok(typeof answer.body === "function");
    return { events, sink, done: answer.body(sink) };
  };
  const [whole, metadata] = [await open(`${TYPE};stream=watch`), await open(`${TYPE};stream=watch;${AS_METADATA},${TYPE}`)];
  await ask(under, "DELETE", `${MAPS}/m`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { events, sink, done } of [whole, metadata]) {
    assert.deepEqual(
      events.map(({ type }) => type),
      ["ADDED", "BOOKMARK", "DELETED"],
    );
    assert.match(JSON.stringify(events[1]), /"annotations":\{"k8s.io\/initial-events-end":"true"\}/);
    sink.close();
    await done;
  }
  assert.deepEqual(whole.events[2]?.object["data"], { a: "1" });
  assert.equal(metadata.events[2]?.object["kind"], "PartialObjectMetadata");
});

/** WatchEvent {type = 1, object = 2 {raw = 1}}. */
function frame(under: TestPlane, bytes: Buffer): { type: string; object: JsonObject } {
  const reader = new WireReader(bytes);
  let type = "";
  let object: JsonObject = {};
  while (!reader.done) {
    if (reader.unsigned() === 10) type = reader.text();
    else {
      const extension = reader.part();
      assert.equal(extension.unsigned(), 10);
      object = read(under, extension.part().rest());
    }
  }
  return { type, object };
}
