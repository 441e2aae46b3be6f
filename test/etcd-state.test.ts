import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startServer } from "../src/index.ts";
import { openEtcdStorage } from "../src/storage/etcd/etcd.ts";
import { openDoor, type Door, type SeenObject } from "./door.ts";
import { defragment, disarm } from "./etcd-maintenance.ts";
import { startEtcd } from "./etcd-server.ts";
import { needs } from "./programs.ts";
import { put } from "./store-writer.ts";

// A server on an etcd in a bad state: full, or with keys that nobody here has written.

const asked = { ...needs("etcd"), timeout: 120_000 };
const configMaps = "/api/v1/namespaces/default/configmaps";
const secrets = "/api/v1/namespaces/default/secrets";

/** A server of this process on an etcd. */
async function serve(etcd: string): Promise<AsyncDisposable & { readonly door: Door }> {
  const directory = await mkdtemp(join(tmpdir(), "etcd-state-"));
  const server = await startServer({
    dataDir: directory,
    port: 0,
    storageBackend: "etcd3",
    etcd: { servers: [etcd], prefix: "/registry", caFile: "", certFile: "", keyFile: "" },
  });
  const door = await openDoor(server.url, join(directory, "pki"));
  return {
    door,
    async [Symbol.asyncDispose]() {
      door.close();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function configMap(name: string, size: number): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { text: "x".repeat(size) } };
}

/** Opens a watch and gives the first thing that it tells. */
function firstOf(door: Door, path: string): Promise<{ readonly type: string; readonly object: SeenObject | undefined }> {
  return new Promise((resolve) => {
    const watch = door.watch(path, {
      event: (type, object) => (watch.close(), resolve({ type, object })),
      ended: () => resolve({ type: "ended", object: undefined }),
    });
  });
}

test(
  "an etcd out of space: writes fail with a Status that says so, the rest goes on, and so do writes once there is room",
  asked,
  async () => {
    await using etcd = await startEtcd({ quotaBytes: 16 * 1024 * 1024 });
    await using server = await serve(etcd.url);
    const { door } = server;
    let refused: SeenObject | undefined;
    let made = 0;
    for (; refused === undefined; made++) {
      assert.ok(made < 50);
      const { code, body } = await door.ask("POST", configMaps, configMap(`big-${made}`, 900_000));
      if (code !== 201) refused = body;
    }
    assert.equal(refused.code, 500);
    assert.match(
      refused.message ?? "",
      /^Internal error occurred: the store is full: etcd: .*database space exceeded.*disarm its NOSPACE alarm/,
    );
    assert.equal((await door.ask("GET", `${configMaps}/big-0`)).code, 200);
    assert.equal(
      (await door.ask("GET", configMaps)).body.items?.filter(({ metadata }) => metadata.name?.startsWith("big-")).length,
      made - 1,
    );
    assert.equal((await door.ask("DELETE", `${configMaps}/big-0`)).code, 200);
    assert.equal((await door.ask("GET", `${configMaps}/big-0`)).code, 404);
    assert.equal((await door.ask("POST", configMaps, configMap("small", 10))).code, 500, "until the alarm is off");
    for (let index = 1; index < made - 1; index++) assert.equal((await door.ask("DELETE", `${configMaps}/big-${index}`)).code, 200);
    await using administrator = await openEtcdStorage({ servers: [etcd.url], tls: {}, prefix: "/registry", compactionInterval: 0 });
    await administrator.compact(await administrator.currentRevision());
    await defragment(etcd.url);
    await disarm(etcd.url);
    assert.equal((await door.ask("POST", configMaps, configMap("small", 10))).code, 201);
  },
);

test("keys that others have put under the prefix harm nobody but whoever asks for them", asked, async () => {
  await using etcd = await startEtcd();
  await using foreign = await openEtcdStorage({ servers: [etcd.url], tls: {}, prefix: "/registry", compactionInterval: 0 });
  const spoilt = "/registry/configmaps/default/spoilt";
  for (const key of ["/registry/health", "/registry/x", "/registry/pods", spoilt]) await put(foreign, key, "no object");
  await using server = await serve(etcd.url);
  const { door } = server;
  // And while it runs.
  await put(foreign, "/registry/other.example.com/things/a", "\0\0");
  assert.equal((await door.ask("POST", configMaps, configMap("good", 10))).code, 201);
  assert.equal((await door.ask("GET", `${configMaps}/good`)).code, 200);
  const { resourceVersion: now } = (await door.ask("GET", secrets)).body.metadata;
  for (const path of [
    `${configMaps}/spoilt`,
    configMaps,
    `${configMaps}?resourceVersionMatch=Exact&resourceVersion=${now}`,
    "/api/v1/configmaps",
    `${configMaps}?watch=1`,
  ]) {
    const { code, body } = await door.ask("GET", path);
    assert.equal(code, 500, path);
    assert.match(body.message ?? "", /the stored value at \/registry\/configmaps\/default\/spoilt/, path);
  }
  for (const path of [secrets, "/api/v1/pods", "/api/v1/namespaces/kube-system/configmaps", "/readyz"])
    assert.equal((await door.ask("GET", path)).code, 200, path);
  const { resourceVersion } = (await door.ask("GET", `${configMaps}/good`)).body.metadata;
  const next = firstOf(door, `${configMaps}?watch=1&fieldSelector=metadata.name%3Dnext&resourceVersion=${resourceVersion}`);
  assert.equal((await door.ask("POST", configMaps, configMap("next", 10))).code, 201);
  assert.equal((await next).object?.metadata.name, "next");
  // What was spoilt can be written over, or be taken away by whoever put it there.
  await foreign.commit({ compares: [], operations: [{ type: "delete", key: spoilt }] });
  assert.equal((await door.ask("GET", configMaps)).code, 200);
});
