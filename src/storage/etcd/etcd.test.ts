import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startEtcd, type EtcdServer } from "../../../test/etcd-server.ts";
import { needs } from "../../../test/programs.ts";
import { put, putAtLast, record } from "../../../test/store-writer.ts";
import { ManualClock } from "../clock.ts";
import { StorageError, type Storage } from "../storage.ts";
import { WireWriter } from "../../protobuf/wire-writer.ts";
import { Connection } from "./connection.ts";
import { writeMessage, type Message } from "./message.ts";
import { paths } from "./messages.ts";
import { openEtcdStorage, type EtcdOptions } from "./etcd.ts";

const asked = { ...needs("etcd"), timeout: 60_000 };
let server: EtcdServer;
let stores = 0;

before(async () => {
  if (asked.skip === undefined) server = await startEtcd();
});
after(() => server?.[Symbol.asyncDispose]());

function open(prefix: string, options: Partial<EtcdOptions> = {}): Promise<Storage> {
  return openEtcdStorage({ servers: [server.url], tls: {}, prefix, compactionInterval: 0, ...options });
}

test("keys lie under the prefix that was asked for, and those of another are not seen", asked, async () => {
  await using one = await open("/one");
  await using two = await open("/two");
  await put(one, "/registry/pods/a");
  assert.equal(await two.get("/registry/pods/a"), undefined);
  await using inside = await open("/one", { innerPrefix: "/other" });
  assert.equal((await inside.get("/other/pods/a"))?.key, "/other/pods/a");
  await assert.rejects(one.get("/pods/a"), TypeError);
});

test("a watch that begins before what is kept reads the past from etcd, then goes on", asked, async () => {
  await using storage = await open(`/store-${++stores}`, { recentEvents: 0 });
  const start = storage.revision;
  const expected: string[] = [];
  const write = async (index: number): Promise<void> => {
    const revision = await put(storage, `/registry/a/${index}`);
    expected.push(`/registry/a/${index} ${revision}`);
    await put(storage, `/registry/b/${index}`);
  };
  for (let index = 0; index < 20; index++) await write(index);
  const watches = Array.from({ length: 20 }, () => record(storage, "/registry/a/", start));
  for (let index = 20; index < 60; index++) await write(index);
  for (const watch of watches) {
    await watch.until(storage.revision);
    assert.deepEqual(watch.lines(), expected);
  }
});

for (const program of ["etcd", "etcd-3.5"] as const) {
  test(
    `a quiet watch learns of revisions that were made of keys that are not ours, from ${program}`,
    { ...needs(program), timeout: 60_000 },
    async () => {
      await using etcd = await startEtcd({ program });
      await using storage = await open("/store", { servers: [etcd.url] });
      await using other = await open("/other", { servers: [etcd.url] });
      await put(storage, "/registry/b/x");
      const watch = record(storage, "/registry/a/", storage.revision);
      const past = record(storage, "/registry/a/", storage.revision - 1);
      const revision = await put(other, "/registry/a/x");
      assert.equal(await storage.currentRevision(), revision);
      await watch.until(revision);
      await past.until(revision);
      assert.deepEqual([...watch.lines(), ...past.lines()], []);
      // Only one that answers too early is made to send an event instead.
      const written = await storage.get("/registry/binnacle-progress");
      assert.equal(written === undefined, program !== "etcd");
    },
  );
}

test("a long range is read in pages of one revision", asked, async () => {
  await using storage = await open(`/store-${++stores}`);
  for (let batch = 0; batch < 25; batch++) {
    await storage.commit({
      compares: [],
      operations: Array.from({ length: 100 }, (_, index) => ({
        type: "put",
        key: `/registry/a/${batch}-${index}`,
        value: Buffer.from("1"),
      })),
    });
  }
  const { revision } = storage;
  const reading = storage.range({ start: "/registry/a/", end: "/registry/a0", count: true });
  await put(storage, "/registry/a/more");
  const { items, count, more } = await reading;
  assert.ok(items.length === 2500 || items.length === 2501);
  assert.deepEqual([count, more], [items.length, false]);
  const page = await storage.range({ start: "/registry/a/", end: "/registry/a0", limit: 1700, revision, count: true });
  assert.deepEqual([page.items.length, page.more, page.count], [1700, true, 2500]);
});

test("watches go on after etcd was gone", asked, async () => {
  const prefix = `/store-${++stores}`;
  await using storage = await open(prefix);
  const watch = record(storage, "/registry/a/", storage.revision);
  const first = await put(storage, "/registry/a/1");
  await server.kill();
  assert.notEqual(await storage.health(), undefined);
  await assert.rejects(storage.get("/registry/a/1"), StorageError);
  await server.start();
  const second = await putAtLast(storage, "/registry/a/2");
  await watch.until(second);
  assert.deepEqual(watch.lines(), [`/registry/a/1 ${first}`, `/registry/a/2 ${second}`]);
  assert.deepEqual(watch.ends, []);
  assert.equal((await storage.get("/registry/a/1"))?.modRevision, first);
});

test("history is forgotten once an interval, by one of the servers", asked, async () => {
  const clock = new ManualClock();
  const prefix = `/store-${++stores}`;
  await using one = await open(prefix, { clock, compactionInterval: 60_000 });
  await using two = await open(prefix, { clock, compactionInterval: 60_000 });
  const before = await put(one, "/registry/a/1", "old");
  const turn = async (): Promise<void> => {
    clock.advance(60_000);
    await sleep(300);
  };
  for (let turns = 0; turns < 4; turns++) await turn();
  await put(one, "/registry/a/1", "new");
  for (let turns = 0; turns < 2; turns++) await turn();
  assert.ok(Math.max(one.compactedRevision, two.compactedRevision) > before);
  await assert.rejects(
    two.range({ start: "/registry/a/", end: "/registry/a0", revision: before }),
    (error) => error instanceof StorageError && error.reason === "compacted" && (error.revision ?? 0) > before,
  );
});

test("one lease serves those who ask for the same time within a minute", asked, async () => {
  await using storage = await open(`/store-${++stores}`);
  const lease = await storage.grantLease(3600);
  assert.equal(await storage.grantLease(3600), lease);
  assert.notEqual(await storage.grantLease(1800), lease);
  await storage.revokeLease(lease);
  assert.notEqual(await storage.grantLease(3600), lease);
});

test("a store that is older than it was ends the watches, and goes on from there", asked, async () => {
  await using storage = await open(`/store-${++stores}`);
  const watch = record(storage, "/registry/a/", await put(storage, "/registry/a/1"));
  await server.kill();
  await server.forget();
  await server.start();
  assert.equal((await watch.ended())?.reason, "replaced");
  assert.equal(await storage.get("/registry/a/1"), undefined);
  const from = await storage.currentRevision();
  const again = record(storage, "/registry/a/", from);
  const revision = await put(storage, "/registry/a/2");
  await again.until(revision);
  assert.deepEqual(again.lines(), [`/registry/a/2 ${revision}`]);
});

test("a key of others that is no text is in nobody's way, and ends no range too early or never", asked, async () => {
  await using storage = await open(`/foreign`);
  await put(storage, "/registry/a/1");
  await put(storage, "/registry/b/1");
  const connection = new Connection({ servers: [server.url], tls: {} });
  const watch = record(storage, "/registry/b/", storage.revision);
  for (let index = 0; index < 1_100; index += 100) {
    const writer = new WireWriter(100);
    const puts = Array.from({ length: 100 }, (_, i): Message => {
      const key = Buffer.concat([Buffer.from("/foreign/a/"), Buffer.of(0xff), Buffer.from(String(index + i))]);
      return [
        [
          2,
          [
            [1, key],
            [2, Buffer.from("x")],
          ],
        ],
      ];
    });
    writeMessage(
      writer,
      puts.map((one) => [2, one] as const),
    );
    await connection.write(paths.txn, writer.finish());
  }
  connection.close();
  await assert.rejects(
    storage.range({ start: "/registry/a/", end: "/registry/a0" }),
    (error) => error instanceof StorageError && error.reason === "corrupt" && error.message.includes("/foreign/a/"),
  );
  assert.equal((await storage.range({ start: "/registry/b/", end: "/registry/b0" })).items.length, 1);
  const revision = await put(storage, "/registry/b/2");
  await watch.until(revision);
  assert.deepEqual(watch.lines(), [`/registry/b/2 ${revision}`]);
});
