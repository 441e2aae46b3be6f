import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { parse } from "yaml";
import { startServer, type ServerOptions } from "../src/index.ts";
import { openEtcdStorage } from "../src/storage/etcd/etcd.ts";
import { openLmdbStorage } from "../src/storage/lmdb/lmdb.ts";
import type { Storage } from "../src/storage/storage.ts";
import { startEtcd } from "./etcd-server.ts";
import { needs } from "./programs.ts";
import { all, ask, at, envelope, message, opened, textAt, watch, type Body, type ClientOptions } from "./protobuf-client.ts";
import { readSamples } from "./samples.ts";

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly "certificate-authority-data": string } }[];
  readonly users: readonly { readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string } }[];
}

async function agentOf(path: string): Promise<Agent> {
  const { clusters, users } = parse(await readFile(path, "utf8")) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster ?? assert.fail(), users[0]?.user ?? assert.fail()];
  const pem = (data: string) => Buffer.from(data, "base64");
  return new Agent({
    keepAlive: true,
    ca: pem(cluster["certificate-authority-data"]),
    cert: pem(user["client-certificate-data"]),
    key: pem(user["client-key-data"]),
  });
}

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "protobuf-"));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

/** A server on a free port, and its administrator. */
async function start(t: TestContext, options: ServerOptions) {
  const server = await startServer({ port: 0, ...options });
  const agent = await agentOf(server.kubeconfigPath);
  t.after(() => agent.destroy());
  const client: ClientOptions = { url: server.url, agent };
  return { server, client };
}

const maps = "/api/v1/namespaces/default/configmaps";

/** ConfigMap {metadata = 1 {name = 1}, data = 2}. */
function configMap(name: string, data: Readonly<Record<string, string>>, resourceVersion = ""): Body {
  const entries = Object.entries(data).map(([key, value]) => [2, message([1, key], [2, value])] as const);
  return { apiVersion: "v1", kind: "ConfigMap", raw: message([1, message([1, name], [6, resourceVersion])], ...entries) };
}

test("a client that speaks only protobuf creates, reads, lists, watches, changes and deletes", async (t) => {
  const { server, client } = await start(t, { dataDir: await temporaryDirectory(t), storageBackend: "memory" });
  await using _ = server;
  const created = await ask(client, "POST", maps, configMap("one", { b: "2", a: "1" }));
  assert.deepEqual([created.status, created.type, created.kind], [201, "application/vnd.kubernetes.protobuf", "ConfigMap"]);
  assert.equal(textAt(created.raw, 1, 3), "default");
  assert.ok(Number(at(created.raw, 1, 8, 1)) > 1.7e9, "it was created at a time");
  assert.deepEqual(
    all(created.raw, 2).map((entry) => textAt(entry, 1)),
    ["a", "b"],
  );
  const got = await ask(client, "GET", `${maps}/one`);
  assert.ok(got.raw.equals(created.raw));

  const version = textAt(got.raw, 1, 6) ?? "";
  const events = watch(client, `${maps}?watch=true&resourceVersion=${version}&fieldSelector=metadata.name%3Done`);
  const next = async () => (await events.next()).value ?? assert.fail("the watch ended");
  const changed = await ask(client, "PUT", `${maps}/one`, configMap("one", { a: "3" }, version));
  assert.equal(changed.status, 200);
  const modified = await next();
  assert.deepEqual([modified.type, modified.object.kind], ["MODIFIED", "ConfigMap"]);
  assert.ok(modified.object.raw.equals(changed.raw));

  const conflict = await ask(client, "PUT", `${maps}/one`, configMap("one", { a: "4" }, version));
  assert.deepEqual([conflict.status, conflict.kind, textAt(conflict.raw, 4), at(conflict.raw, 6)], [409, "Status", "Conflict", 409]);

  const list = await ask(client, "GET", `${maps}?fieldSelector=metadata.name%3Done`);
  assert.equal(list.kind, "ConfigMapList");
  assert.ok(Number(textAt(list.raw, 1, 2)) >= Number(textAt(changed.raw, 1, 6)));
  assert.deepEqual(all(list.raw, 2), [changed.raw]);
  const as = (kind: string) => `application/vnd.kubernetes.protobuf;as=${kind};g=meta.k8s.io;v=v1`;
  const metadata = await ask(client, "GET", maps, undefined, as("PartialObjectMetadataList"));
  assert.deepEqual([metadata.kind, metadata.apiVersion], ["PartialObjectMetadataList", "meta.k8s.io/v1"]);
  assert.ok(all(metadata.raw, 2).some((item) => textAt(item, 1, 1) === "one" && at(item, 2) === undefined));

  // DeleteOptions {preconditions = 2 {uid = 1}}.
  const options = (uid: string): Body => ({ apiVersion: "v1", kind: "DeleteOptions", raw: message([2, message([1, uid])]) });
  assert.equal((await ask(client, "DELETE", `${maps}/one`, options("other"))).status, 409);
  const deleted = await ask(client, "DELETE", `${maps}/one`, options(textAt(changed.raw, 1, 5) ?? ""));
  assert.deepEqual([deleted.status, deleted.kind, textAt(deleted.raw, 2)], [200, "Status", "Success"]);
  const gone = await next();
  assert.equal(gone.type, "DELETED");
  assert.ok(Number(textAt(gone.object.raw, 1, 6)) > Number(textAt(changed.raw, 1, 6)), "the deletion has a version of its own");
  await events.return(undefined);
});

/** What lies at a key, which must be protobuf. */
async function storedAt(storage: Storage, key: string): Promise<Body> {
  return opened((await storage.get(key))?.value ?? assert.fail(key));
}

test("a server takes over the etcd of a cluster, whose values stay as they are", { ...needs("etcd"), timeout: 60_000 }, async (t) => {
  await using etcd = await startEtcd();
  const reach = { servers: [etcd.url], prefix: "/registry" };
  await using store = await openEtcdStorage({ ...reach, tls: {}, compactionInterval: 0 });
  const put = (key: string, value: Buffer) => store.commit({ compares: [], operations: [{ type: "put", key, value }] });
  const found = readSamples().stored;
  for (const { key, value } of found) await put(key, Buffer.from(value, "base64"));
  const files = { caFile: "", certFile: "", keyFile: "" };
  const options = { storageBackend: "etcd3", storedAs: "protobuf", etcd: { ...reach, ...files } } as const;
  const { server, client } = await start(t, { dataDir: await temporaryDirectory(t), ...options });
  await using _ = server;

  // Service {spec = 2 {clusterIP = 3}}.
  const service = await ask(client, "GET", "/api/v1/namespaces/default/services/kubernetes");
  assert.equal(textAt(service.raw, 2, 3), "10.0.0.1");
  const lease = await ask(client, "GET", "/apis/coordination.k8s.io/v1/namespaces/ns/leases/l");
  const there = found.find(({ key }) => key === "/registry/leases/ns/l") ?? assert.fail();
  assert.ok(
    at(lease.raw, 2) instanceof Buffer &&
      (at(lease.raw, 2) as Buffer).equals(at(opened(Buffer.from(there.value, "base64")).raw, 2) as Buffer),
  );

  const created = await ask(client, "POST", maps, configMap("one", { a: "1" }));
  const stored = await storedAt(store, "/registry/configmaps/default/one");
  assert.deepEqual([created.status, stored.kind, textAt(stored.raw, 1, 6)], [201, "ConfigMap", ""]);
  assert.deepEqual(all(stored.raw, 2), all(created.raw, 2));

  // Another server of the cluster changes the object; then one that encrypts it.
  const version = textAt(created.raw, 1, 6) ?? "";
  const events = watch(client, `${maps}?watch=true&resourceVersion=${version}&fieldSelector=metadata.name%3Done`);
  const next = async () => (await events.next()).value ?? assert.fail("the watch ended");
  const theirs = { ...stored, raw: Buffer.concat([stored.raw, message([2, message([1, "b"], [2, "2"])])]) };
  await put("/registry/configmaps/default/one", envelope(theirs));
  const { type, object } = await next();
  assert.deepEqual([type, all(object.raw, 2).map((entry) => textAt(entry, 1))], ["MODIFIED", ["a", "b"]]);
  assert.ok(Number(textAt(object.raw, 1, 6)) > Number(version));
  const sealed = Buffer.from("k8s:enc:kms:v2:provider:\x01\x02");
  await put("/registry/configmaps/default/one", sealed);
  assert.equal((await next()).type, "ERROR");
  await events.return(undefined);
  for (const [method, path, body] of [
    ["GET", `${maps}/one`],
    ["GET", maps],
    ["PUT", `${maps}/one`, configMap("one", {})],
    ["POST", maps, configMap("one", {})],
    ["DELETE", `${maps}/one`],
  ] as const) {
    const refused = await ask(client, method, path, body);
    assert.deepEqual([refused.status, refused.kind], [500, "Status"], `${method} ${path}`);
    assert.match(textAt(refused.raw, 3) ?? "", /\/registry\/configmaps\/default\/one is encrypted \(k8s:enc:kms:\)/);
  }
  assert.deepEqual((await store.get("/registry/configmaps/default/one"))?.value, sealed);
});

test("the embedded store holds what it was asked to, and goes on in another form", async (t) => {
  const dataDir = await temporaryDirectory(t);
  for (const [storedAs, name] of [
    ["protobuf", "one"],
    ["json", "two"],
    ["protobuf", "three"],
  ] as const) {
    const { server, client } = await start(t, { dataDir, storedAs });
    await using _ = server;
    assert.equal((await ask(client, "POST", maps, configMap(name, { form: storedAs }))).status, 201);
    const names = all((await ask(client, "GET", maps)).raw, 2).map((item) => textAt(item, 1, 1));
    assert.ok(names.includes("one") && names.includes(name), names.join());
  }
  await using store = await openLmdbStorage({ directory: join(dataDir, "store"), quota: 1 << 30, historyWindow: 0 });
  const begins = async (name: string) => (await store.get(`/registry/configmaps/default/${name}`))?.value.toString("latin1", 0, 4);
  assert.deepEqual([await begins("one"), await begins("two"), await begins("three")], ["k8s\0", '{"ki', "k8s\0"]);
});

test("custom kinds have no such form, their definitions and their metadata do", async (t) => {
  const { server, client } = await start(t, { dataDir: await temporaryDirectory(t), storageBackend: "memory" });
  await using _ = server;
  // Spec {group = 1, names = 3 {plural = 1, kind = 4}, scope = 4, versions = 7 {name = 1, served = 2, storage = 3, schema = 4 {openAPIV3Schema = 1 {type = 5}}}}.
  const version = message([1, "v1"], [2, true], [3, true], [4, message([1, message([5, "object"])])]);
  const spec = message([1, "example.com"], [3, message([1, "things"], [4, "Thing"])], [4, "Namespaced"], [7, version]);
  const raw = message([1, message([1, "things.example.com"])], [2, spec]);
  const body = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", raw };
  assert.equal((await ask(client, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body)).status, 201);
  const things = "/apis/example.com/v1/namespaces/default/things";
  const metadata = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  const until = Date.now() + 5000;
  let list = await ask(client, "GET", things, undefined, metadata).catch(() => undefined);
  while (list?.kind !== "PartialObjectMetadataList" && Date.now() < until)
    list = await ask(client, "GET", things, undefined, metadata).catch(() => undefined);
  assert.equal(list?.kind, "PartialObjectMetadataList");
  const refused = await ask(client, "GET", things);
  assert.deepEqual([refused.status, refused.kind, textAt(refused.raw, 4)], [406, "Status", "NotAcceptable"]);
  const thing = { apiVersion: "example.com/v1", kind: "Thing", raw: message([1, message([1, "a"])]) };
  const created = await ask(client, "POST", things, thing, "application/json,application/vnd.kubernetes.protobuf;q=0.9").catch(
    (error: Error) => error.message,
  );
  assert.match(String(created), /no protobuf body: \{"kind":"Status"/);
  const told = await ask(client, "POST", things, thing);
  assert.deepEqual([told.status, textAt(told.raw, 4)], [406, "NotAcceptable"]);
});
