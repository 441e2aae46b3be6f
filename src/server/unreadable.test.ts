import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask } from "../../test/ask.ts";
import { startServer } from "../index.ts";
import { openLmdbStorage } from "../storage/lmdb/lmdb.ts";
import { objectIn, objectsIn, stringIn } from "../object/read.ts";
import { sinkOf } from "../request/test-sink.ts";
import type { Storage } from "../storage/storage.ts";
import { ADMIN, testPlane, type TestPlane } from "./test-plane.ts";

// Values that another program has written, or damaged.

const MAPS = "/api/v1/namespaces/default/configmaps";
const KEY = "/registry/configmaps/default/broken";
const BEGINNING = '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"broken","namespace":"default"},"data":{"a":"b"';

async function put(storage: Storage, key: string, text: string): Promise<number> {
  const { revision } = await storage.commit({ compares: [], operations: [{ type: "put", key, value: Buffer.from(text) }] });
  return revision;
}

/** The lines of a watch, as they come. */
async function watch(plane: TestPlane, target: string) {
  const answer = await plane.plane.handle(plane.request(ADMIN, "GET", target));
  const { body } = answer;
  if (typeof body !== "function") return { status: answer.status, text: String(body), lines: [], ended: Promise.resolve(), stop: () => {} };
  const lines: string[] = [];
  const sink = sinkOf((bytes) => void lines.push(...bytes.toString("utf8").trim().split("\n")));
  return { status: answer.status, text: "", lines, ended: body(sink), stop: () => sink.close() };
}

for (const [what, text] of [
  ["is no JSON", "not an object"],
  ["is cut off", BEGINNING],
  ["is damaged in its middle", `${BEGINNING},}}`],
  ["is encrypted", "k8s:enc:aescbc:v1:key1:abc"],
  ["has no metadata", '{"kind":"ConfigMap","apiVersion":"v1"}'],
  ["has a list where metadata should be", '{"kind":"ConfigMap","apiVersion":"v1","metadata":[]}'],
  ["has a kind that cannot be one", String.raw`{"apiVersion":"v1","kind":"Config\"Map","metadata":{"name":"broken"}}`],
  ["is empty", ""],
] as const) {
  test(`a value that ${what} fails whoever would read it, by name, and nobody else`, async () => {
    const plane = await testPlane();
    const made = await plane.as(ADMIN, "POST", MAPS, { metadata: { name: "good" } });
    assert.equal(made.status, 201);
    const from = stringIn(objectIn(made.body, "metadata"), "resourceVersion");
    const at = await put(plane.storage, KEY, text);
    for (const target of [
      `${MAPS}/broken`,
      MAPS,
      "/api/v1/configmaps",
      `${MAPS}?resourceVersion=0`,
      `${MAPS}?resourceVersion=${at}&resourceVersionMatch=Exact`,
      `${MAPS}?limit=1&resourceVersion=${at}`,
    ]) {
      const { status, body } = await plane.as(ADMIN, "GET", target);
      // A page that ends before the value does not hold it.
      if (target.includes("limit=1&") && status === 200) continue;
      assert.equal(status, 500, target);
      assert.ok(stringIn(body, "message").includes(KEY), stringIn(body, "message"));
    }
    for (const query of ["", `&resourceVersion=${from}`, "&resourceVersion=0", "&fieldSelector=metadata.name%3Dbroken"]) {
      const { status, text: said } = await watch(plane, `${MAPS}?watch=1${query}`);
      assert.equal(status, 500, query);
      assert.ok(said.includes(KEY));
    }
    for (const target of [
      `${MAPS}/good`,
      `${MAPS}?fieldSelector=metadata.name%3Dgood`,
      "/api/v1/namespaces/kube-system/configmaps",
      "/api/v1/secrets",
      "/api/v1/namespaces",
      `${MAPS}?resourceVersion=${from}&resourceVersionMatch=Exact`,
    ]) {
      assert.equal((await plane.as(ADMIN, "GET", target)).status, 200, target);
    }
    assert.equal((await plane.as(ADMIN, "POST", MAPS, { metadata: { name: "more" } })).status, 201);

    await plane.storage.commit({ compares: [], operations: [{ type: "delete", key: KEY }] });
    const { status, body } = await plane.as(ADMIN, "GET", MAPS);
    assert.equal(status, 200);
    assert.equal(objectsIn(body, "items").length, 2);
  });
}

test("keys of others beside the resources are in nobody's way", async () => {
  const plane = await testPlane();
  for (const key of ["/registry/notes/a", "/registry/configmaps", "/registry/0", "/registry/configmapsx/default/a"])
    await put(plane.storage, key, "x");
  assert.equal((await plane.as(ADMIN, "POST", MAPS, { metadata: { name: "a" } })).status, 201);
  const { status, body } = await plane.as(ADMIN, "GET", "/api/v1/configmaps");
  assert.deepEqual([status, objectsIn(body, "items").length], [200, 1]);
});

test("a watch of an object that stops to be readable ends, and says neither that it is gone nor how it is", async () => {
  const plane = await testPlane();
  await plane.as(ADMIN, "POST", MAPS, { metadata: { name: "broken" } });
  const here = await watch(plane, `${MAPS}?watch=1`);
  const elsewhere = await watch(plane, "/api/v1/namespaces/kube-system/configmaps?watch=1");
  await sleep(10);
  await put(plane.storage, KEY, BEGINNING);
  await here.ended;
  assert.deepEqual(
    here.lines.map((line) => (JSON.parse(line) as { type: string }).type),
    ["ADDED", "ERROR"],
  );
  assert.match(here.lines[1] ?? "", /"code":410/);
  assert.equal(elsewhere.lines.length, 0);
  await plane.as(ADMIN, "POST", "/api/v1/namespaces/kube-system/configmaps", { metadata: { name: "told" } });
  assert.match(elsewhere.lines[0] ?? "", /ADDED/);
  elsewhere.stop();
});

/** A server on a store of its own with unreadable values at some keys. */
async function serverOn(t: TestContext, keys: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), "unreadable-test-"));
  const store = await openLmdbStorage({ directory: join(directory, "store"), historyWindow: 0 });
  for (const key of keys) await put(store, key, "x");
  await store[Symbol.asyncDispose]();
  const tokenAuthFile = join(directory, "tokens.csv");
  await writeFile(tokenAuthFile, 'admin,admin,1,"system:masters"\n');
  const server = await startServer({ dataDir: directory, port: 0, tokenAuthFile });
  t.after(async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });
  const caller = { ca: await readFile(join(directory, "pki", "ca.crt")), token: "admin" };
  return (method: string, path: string, body?: unknown) => ask<{ message?: string }>(server.url, caller, method, path, body);
}

test("a server starts and serves in spite of roles and definitions that do not decode", async (t) => {
  const door = await serverOn(t, [
    "/registry/clusterroles/broken",
    "/registry/clusterrolebindings/broken",
    "/registry/apiextensions.k8s.io/customresourcedefinitions/broken.shop.example",
  ]);
  const names = { plural: "orders", kind: "Order" };
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }];
  const crd = { metadata: { name: "orders.shop.example" }, spec: { group: "shop.example", scope: "Cluster", names, versions } };
  assert.equal((await door("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)).code, 201);
  await sleep(100);
  assert.equal((await door("GET", "/apis/shop.example/v1/orders")).code, 200);
  assert.equal((await door("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles")).code, 500);
});

test("a server starts on webhooks that do not decode, and takes no writes, since one of them might refuse; reads go on", async (t) => {
  const key = "/registry/validatingwebhookconfigurations/broken";
  const door = await serverOn(t, [key]);
  const { code, body } = await door("POST", "/api/v1/namespaces", { metadata: { name: "a" } });
  assert.equal(code, 500);
  assert.ok(body.message?.includes(key), body.message);
  assert.equal((await door("GET", MAPS)).code, 200);
});
