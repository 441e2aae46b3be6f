import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isLeader } from "../../../test/etcd-maintenance.ts";
import { startEtcd, startEtcdCluster, type EtcdCluster, type EtcdServer } from "../../../test/etcd-server.ts";
import { needs } from "../../../test/programs.ts";
import { put, putAtLast, record } from "../../../test/store-writer.ts";
import { startProxy } from "../../../test/tcp-proxy.ts";
import { ObjectKeeper } from "../cache/object-keeper.ts";
import { ResourceCache } from "../cache/resource-cache.ts";
import type { WatchScope } from "../cache/watcher-index.ts";
import type { Storage, StorageError } from "../storage.ts";
import { openEtcdStorage, type EtcdOptions } from "./etcd.ts";

const program = process.env["BINNACLE_FAULT_ETCD"] === "etcd-3.5" ? "etcd-3.5" : "etcd";
const asked = { ...needs(program), timeout: 120_000 };
/** How long a member is stopped. */
const pause = Number(process.env["BINNACLE_PAUSE_SECONDS"] ?? 5) * 1000;
let cluster: EtcdCluster;
let stores = 0;

before(async () => {
  if (asked.skip === undefined) cluster = await startEtcdCluster({ program });
});
after(() => cluster?.[Symbol.asyncDispose]());

function open(servers: readonly string[], options: Partial<EtcdOptions> = {}): Promise<Storage> {
  return openEtcdStorage({ servers, tls: {}, prefix: `/store-${++stores}`, compactionInterval: 0, ...options });
}

async function leader(): Promise<EtcdServer> {
  for (let tries = 0; ; tries++) {
    for (const member of cluster.members) if (await isLeader(member.url).catch(() => false)) return member;
    assert.ok(tries < 100, "no member leads");
    await sleep(50);
  }
}

/** Writes without a pause until it is stopped; gives what was acknowledged, and how long the longest wait was. */
function writing(storage: Storage) {
  const acknowledged: string[] = [];
  let stopped = false;
  let longest = 0;
  const done = (async () => {
    for (let index = 0; !stopped; index++) {
      const start = performance.now();
      const key = `/registry/a/${index}`;
      acknowledged.push(`${key} ${await putAtLast(storage, key)}`);
      longest = Math.max(longest, performance.now() - start);
      await sleep(10);
    }
  })();
  return {
    acknowledged,
    async stop(): Promise<number> {
      stopped = true;
      await done;
      return longest;
    },
  };
}

test("when leaders die, writes go on with the next one, and a watch misses nothing", asked, async () => {
  await using storage = await open(cluster.urls);
  const watch = record(storage, "/registry/a/", storage.revision);
  const writer = writing(storage);
  for (let round = 0; round < 2; round++) {
    await sleep(300);
    const dead = await leader();
    await dead.kill();
    const mark = writer.acknowledged.length;
    for (let tries = 0; writer.acknowledged.length < mark + 20; tries++) {
      assert.ok(tries < 300, "writes stand still");
      await sleep(100);
    }
    await dead.start();
  }
  const longest = await writer.stop();
  assert.ok(longest < 25_000, `a write waited ${longest} ms`);
  await watch.until(await storage.currentRevision());
  // A write of which nobody knows whether it was taken is tried again: it may be there twice.
  const told = watch.lines();
  for (const line of writer.acknowledged) assert.equal(told.filter((one) => one === line).length, 1, `${line} was told once`);
  const revisions = watch.events.map(({ revision }) => revision);
  assert.deepEqual(
    revisions,
    [...new Set(revisions)].sort((a, b) => a - b),
  );
  assert.deepEqual(watch.ends, []);
});

test("a member that answers late is right all the same, and left where that lasts", asked, async () => {
  const [first, ...others] = cluster.urls as [string, string, string];
  await using proxy = await startProxy(first);
  await using storage = await open([proxy.url, ...others]);
  await using fast = await open(others, { prefix: `/store-${stores}` });
  const watch = record(storage, "/registry/a/", storage.revision);
  proxy.delay = 500;
  const expected: string[] = [];
  for (let index = 0; index < 5; index++) {
    const revision = await put(fast, `/registry/a/${index}`);
    expected.push(`/registry/a/${index} ${revision}`);
    assert.ok((await storage.currentRevision()) >= revision, "what another has written is known");
    expected.push(`/registry/a/own-${index} ${await put(storage, `/registry/a/own-${index}`)}`);
  }
  await watch.until(await storage.currentRevision());
  assert.deepEqual(watch.lines(), expected);
  assert.deepEqual(watch.ends, []);
  const start = performance.now();
  await put(storage, "/registry/a/last");
  assert.ok(performance.now() - start < 900, "it speaks to another by now");
});

test("a member that stands still is left for another, and does no harm when it comes back", asked, async () => {
  await using storage = await open(cluster.urls);
  const watch = record(storage, "/registry/a/", storage.revision);
  await put(storage, "/registry/a/0");
  const [stopped] = cluster.members as [EtcdServer];
  stopped.pause();
  const began = performance.now();
  try {
    const hanging = put(storage, "/registry/a/unknown").then(
      () => "taken",
      (error: unknown) => (error as StorageError).reason,
    );
    await sleep(100);
    await storage.currentRevision();
    assert.ok(performance.now() - began < 5_000, "a read goes to another member");
    const revision = await putAtLast(storage, "/registry/a/1");
    await watch.until(revision);
    assert.ok(performance.now() - began < 9_000, "so do a write and the watch");
    // It may have been passed on, or may be when the member goes on: nobody says that it was not.
    assert.match(await hanging, /^(taken|unknown)$/);
    await sleep(Math.max(0, pause - (performance.now() - began)));
  } finally {
    stopped.resume();
  }
  await watch.until(await putAtLast(storage, "/registry/a/2"));
  const revisions = watch.events.map(({ revision }) => revision);
  assert.deepEqual(
    revisions,
    [...new Set(revisions)].sort((a, b) => a - b),
  );
  assert.deepEqual(watch.ends, []);
});

test("without a quorum nothing is answered as if it were new, and an error comes in time", asked, async () => {
  await using storage = await open(cluster.urls);
  const revision = await put(storage, "/registry/a/0");
  const watch = record(storage, "/registry/a/", revision);
  const [one, two] = cluster.members as [EtcdServer, EtcdServer];
  await Promise.all([one.kill(), two.kill()]);
  const start = performance.now();
  const outcomes = await Promise.all(
    [storage.currentRevision(), storage.get("/registry/a/0"), put(storage, "/registry/a/1")].map((asking) =>
      asking.then(
        () => "answered",
        (error: unknown) => (error as StorageError).reason,
      ),
    ),
  );
  assert.ok(performance.now() - start < 11_000, "in time");
  assert.deepEqual(outcomes.slice(0, 2), ["unavailable", "unavailable"]);
  assert.match(outcomes[2] ?? "", /^(unavailable|unknown)$/);
  assert.notEqual(await storage.health(), undefined);
  await Promise.all([one.start(), two.start()]);
  await watch.until(await putAtLast(storage, "/registry/a/2"));
  assert.deepEqual(watch.ends, []);
});

test("members that were put back to an older state are noticed: watches end, though nobody asked", asked, async () => {
  await using storage = await open(cluster.urls);
  const each = (what: "kill" | "start" | "save" | "restore"): Promise<unknown> =>
    Promise.all(cluster.members.map((member) => member[what]()));
  const kept = await put(storage, "/registry/a/kept");
  await each("kill");
  await each("save");
  await each("start");
  for (let index = 0; index < 20; index++) await putAtLast(storage, "/registry/a/lost");
  const lease = await storage.grantLease(3600);
  const watch = record(storage, "/registry/a/", storage.revision);
  await each("kill");
  await each("restore");
  await each("start");
  assert.equal((await watch.ended())?.reason, "replaced");
  assert.equal(await storage.get("/registry/a/lost"), undefined);
  assert.equal((await storage.get("/registry/a/kept"))?.modRevision, kept);
  assert.ok(storage.revision < kept + 20);
  assert.notEqual(await storage.grantLease(3600), lease, "a lease of before is not given out again");
  const again = record(storage, "/registry/a/", await storage.currentRevision());
  const revision = await put(storage, "/registry/a/new");
  await again.until(revision);
  assert.deepEqual(again.lines(), [`/registry/a/new ${revision}`]);
});

test("another cluster at the same address is noticed, though it stands at a higher revision", asked, async () => {
  await using old = await startEtcd({ program });
  await using young = await startEtcd({ program });
  await using proxy = await startProxy(old.url);
  await using storage = await open([proxy.url]);
  const watch = record(storage, "/registry/a/", await put(storage, "/registry/a/1"));
  await using other = await open([young.url], { prefix: `/store-${stores}` });
  for (let index = 0; index < 10; index++) await put(other, "/registry/a/2");
  proxy.turnTo(young.url);
  proxy.cut();
  proxy.mend();
  assert.equal((await watch.ended())?.reason, "replaced");
  assert.equal(await storage.get("/registry/a/1"), undefined);
  assert.equal(await storage.currentRevision(), other.revision);
});

test(
  "a watch whose continuation was compacted ends so; a cache lives on, and tells those alone whom a change concerns",
  asked,
  async () => {
    const [url] = cluster.urls as [string];
    await using proxy = await startProxy(url);
    await using storage = await open([proxy.url]);
    await using other = await open([url], { prefix: `/store-${stores}` });
    await put(storage, "/registry/pods/x/a", object("a"));
    const watch = record(storage, "/registry/pods/", storage.revision);
    const caches = ["/registry/pods/", "/registry/secrets/"].map(
      (prefix) => new ResourceCache({ storage, prefix, takeObject: () => undefined, keeper: new ObjectKeeper() }),
    ) as [ResourceCache, ResourceCache];
    const ends: string[] = [];
    const told: string[] = [];
    const follow = (cache: ResourceCache, name: string, scope: WatchScope): void =>
      cache.watchers.add({
        scope,
        wake: ({ key }) => void told.push(`${name} ${key}`),
        end: (reason) => void ends.push(`${name} ${reason}`),
      });
    for (const cache of caches) await cache.start();
    const [pods, secrets] = caches;
    follow(pods, "all pods", { type: "all" });
    follow(pods, "pods of x", { type: "prefix", prefix: "/registry/pods/x/" });
    follow(pods, "pods of y", { type: "prefix", prefix: "/registry/pods/y/" });
    follow(secrets, "secrets", { type: "all" });
    const { since } = secrets.window;
    proxy.cut();
    await put(other, "/registry/pods/x/b", object("b"));
    await put(other, "/registry/pods/x/b", object("b"));
    await other.compact(other.revision);
    proxy.mend();
    assert.equal((await watch.ended())?.reason, "compacted");
    const revision = await storage.currentRevision();
    await Promise.all(caches.map((cache) => cache.waitFor(revision)));
    assert.deepEqual(ends, ["all pods expired", "pods of x expired"]);
    assert.ok(pods.window.since >= revision, "a pod's watch from before has to start over");
    assert.equal(secrets.window.since, since, "one of secrets has not");
    assert.equal(pods.get("/registry/pods/x/b")?.revision, other.revision);
    told.length = 0;
    await put(storage, "/registry/pods/y/c", object("c"));
    await put(storage, "/registry/secrets/y/d", object("d"));
    assert.deepEqual(told.slice(-2), ["pods of y /registry/pods/y/c", "secrets /registry/secrets/y/d"]);
    for (const cache of caches) cache.close();
  },
);

function object(name: string): string {
  return JSON.stringify({ kind: "K", apiVersion: "v1", metadata: { name } });
}
