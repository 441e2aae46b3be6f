import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startServer } from "../src/index.ts";
import { openEtcdStorage } from "../src/storage/etcd/etcd.ts";
import { ask } from "./ask.ts";
import { startEtcd } from "./etcd-server.ts";
import { needs } from "./programs.ts";

interface Body {
  readonly metadata?: { readonly name?: string; readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly Body[];
}

const EVENTS = "/api/v1/namespaces/default/events";
const event = (name: string) => ({
  metadata: { name, namespace: "default" },
  involvedObject: { kind: "Pod", namespace: "default", name: "p" },
  reason: "Test",
  type: "Normal",
});

test("single resources lie on etcd servers of their own", { ...needs("etcd"), timeout: 60_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "overrides-test-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await using main = await startEtcd();
  await using other = await startEtcd();
  const tokenAuthFile = join(directory, "tokens.csv");
  await writeFile(tokenAuthFile, 'admin,admin,1,"system:masters"\n');
  const reach = { servers: [main.url], prefix: "/registry", caFile: "", certFile: "", keyFile: "" };
  const overrides = [
    { group: "", plural: "events", servers: [other.url] },
    { group: "apps", plural: "deployments", servers: [other.url] },
  ];
  const options = { port: 0, storageBackend: "etcd3" as const, tokenAuthFile };
  const server = await startServer({ ...options, dataDir: join(directory, "data"), etcd: { ...reach, overrides } });
  const caller = { ca: await readFile(join(directory, "data/pki/ca.crt")), token: "admin" };
  const door = (method: string, path: string, body?: unknown) => ask<Body>(server.url, caller, method, path, body);

  for (let index = 0; index < 5; index++) assert.equal((await door("POST", EVENTS, event(`e${index}`))).code, 201);
  assert.equal((await door("POST", "/api/v1/namespaces/default/configmaps", { metadata: { name: "here" } })).code, 201);
  const list = await door("GET", EVENTS);
  assert.equal(list.body.items?.length, 5);
  const page = await door("GET", `${EVENTS}?limit=2`);
  const next = await door("GET", `${EVENTS}?limit=2&continue=${page.body.metadata?.continue}`);
  assert.deepEqual(
    [...(page.body.items ?? []), ...(next.body.items ?? [])].map(({ metadata }) => metadata?.name),
    ["e0", "e1", "e2", "e3"],
  );
  const exact = await door("GET", `${EVENTS}?resourceVersion=${list.body.metadata?.resourceVersion}&resourceVersionMatch=Exact`);
  assert.equal(exact.body.items?.length, 5);
  assert.equal((await door("DELETE", `${EVENTS}/e0`)).code, 200);
  assert.equal((await door("GET", "/apis/events.k8s.io/v1/namespaces/default/events")).body.items?.length, 4, "under its other name too");
  assert.deepEqual((await door("GET", "/readyz/etcd-override-0")).code, 200);
  assert.deepEqual((await door("GET", "/readyz/etcd-override-readiness-0")).code, 200);

  const keys = async (url: string): Promise<string[]> => {
    await using storage = await openEtcdStorage({ servers: [url], tls: {}, prefix: "/registry", compactionInterval: 0 });
    return (await storage.range({ start: "/registry/", end: "/registry0", keysOnly: true })).items.map(({ key }) => key);
  };
  assert.deepEqual(
    await keys(other.url),
    ["e1", "e2", "e3", "e4"].map((name) => `/registry/events/default/${name}`),
  );
  const here = await keys(main.url);
  assert.ok(here.includes("/registry/configmaps/default/here"));
  assert.ok(!here.some((key) => key.startsWith("/registry/events/")));

  await other.kill();
  assert.equal((await door("GET", "/api/v1/namespaces/default/configmaps")).code, 200, "others are served while it is gone");
  assert.equal((await door("GET", "/livez/etcd-override-0")).code, 500);
  assert.equal((await door("GET", "/livez/etcd")).code, 200);
  await server.close();
  const unknown = [{ group: "", plural: "orders", servers: [main.url] }];
  await assert.rejects(
    startServer({ ...options, dataDir: join(directory, "unknown"), etcd: { ...reach, overrides: unknown } }),
    /^StartupError: --etcd-servers-overrides: there is no built-in resource \/orders/,
  );
});
