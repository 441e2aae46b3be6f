import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ManualClock } from "../clock.ts";
import { StorageError } from "../storage.ts";
import type { StoreEvent, StorageErrorReason } from "../storage.ts";
import { openDatabases } from "./databases.ts";
import { openLmdbStorage } from "./lmdb.ts";
import type { LmdbOptions, LmdbStorage } from "./lmdb.ts";

function check(behaviour: string, body: (directory: string) => Promise<void>): void {
  void test(behaviour, { timeout: 30_000 }, async () => {
    const directory = await mkdtemp(join(tmpdir(), "binnacle-lmdb-"));
    try {
      await body(directory);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}

const open = (directory: string, options: Partial<LmdbOptions> = {}): Promise<LmdbStorage> =>
  openLmdbStorage({ directory, clock: new ManualClock(), historyWindow: 0, ...options });

async function put(storage: LmdbStorage, key: string, value: string | Buffer = "value", lease = 0): Promise<number> {
  const { revision } = await storage.commit({
    compares: [],
    operations: [{ type: "put", key, value: Buffer.from(value), ...(lease === 0 ? {} : { lease }) }],
  });
  return revision;
}

const remove = (storage: LmdbStorage, key: string): Promise<unknown> =>
  storage.commit({ compares: [], operations: [{ type: "delete", key }] });

const reason =
  (expected: StorageErrorReason, message = /./) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof StorageError, String(error));
    assert.equal(error.reason, expected);
    assert.match(error.message, message);
    return true;
  };

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

check("a store keeps its id", async (directory) => {
  let id: string;
  {
    await using storage = await open(directory);
    id = storage.id;
    assert.match(id, /^[0-9a-f-]{36}$/);
  }
  await using again = await open(directory);
  assert.equal(again.id, id);
});

check("a directory in use is refused, and free again when its holder has closed", async (directory) => {
  const first = await open(directory);
  await assert.rejects(open(directory), reason("unavailable", /in use by another process/));
  await put(first, "/k/a");
  await first[Symbol.asyncDispose]();
  await using again = await open(directory);
  assert.equal((await again.get("/k/a"))?.value.toString(), "value");
});

check("a directory with a long path is held as well", async (directory) => {
  const deep = join(directory, "d".repeat(100), "e".repeat(100));
  await mkdir(deep, { recursive: true });
  const first = await open(deep);
  await assert.rejects(open(deep), reason("unavailable", /in use/));
  await first[Symbol.asyncDispose]();
  await (await open(deep))[Symbol.asyncDispose]();
  assert.deepEqual(
    (await readdir(deep)).filter((name) => name.startsWith("holder-")),
    [],
  );
});

check("data of an unknown format is refused", async (directory) => {
  await (await open(directory))[Symbol.asyncDispose]();
  const { root, meta } = openDatabases(directory, 1024 ** 2);
  meta.put("format", Buffer.from("7"));
  await root.flushed;
  await root.close();
  await assert.rejects(open(directory), reason("corrupt", /has format 7/));
});

check("beyond its quota a store refuses puts, goes on reading and deleting, and takes puts again after that", async (directory) => {
  await using storage = await open(directory, { quota: 4 * 1024 ** 2 });
  const value = Buffer.alloc(20_000, "x");
  let written = 0;
  const fill = async (): Promise<void> => {
    for (;;) await put(storage, `/k/${written++}`, value);
  };
  await assert.rejects(fill(), reason("noSpace", /quota/));
  written--;
  assert.ok(written > 50, `${written} were written`);
  assert.equal((await storage.get("/k/0"))?.value.length, value.length);
  assert.equal(await storage.health(), undefined);
  const lease = await storage.grantLease(60);
  assert.ok(lease > 0);
  const half = Math.floor(written / 2);
  for (let index = 0; index < half; index++) await remove(storage, `/k/${index}`);
  const before = storage.revision;
  for (let index = 0; index < half / 2; index++) await put(storage, `/l/${index}`, value);
  assert.equal(storage.revision, before + Math.ceil(half / 2));
  assert.ok(storage.size().bytes < 8 * 1024 ** 2);
});

check("updating one key for ever takes no more space than the history window does", async (directory) => {
  const clock = new ManualClock();
  await using storage = await open(directory, { clock, historyWindow: 60_000 });
  const value = Buffer.alloc(10_000, "x");
  const sizes: number[] = [];
  for (let round = 0; round < 8; round++) {
    for (let index = 0; index < 100; index++) await put(storage, "/k/a", value);
    clock.advance(60_000);
    await turns(20);
    await put(storage, "/k/a", value);
    sizes.push(storage.size().bytesInUse);
  }
  assert.ok(storage.compactedRevision > 600);
  assert.ok((sizes.at(-1) ?? 0) <= (sizes[2] ?? 0) * 1.2, sizes.join(" "));
});

check("compaction leaves only the newest, and works in slices", async (directory) => {
  const storage = await open(directory);
  for (let round = 0; round < 20; round++) {
    await storage.commit({
      compares: [],
      operations: Array.from({ length: 300 }, (_, index) => ({ type: "put", key: `/k/${index}`, value: Buffer.alloc(1000, "x") }) as const),
    });
  }
  const lease = await storage.grantLease(60);
  await Promise.all([0, 1, 2].map((index) => put(storage, `/k/${index}`, "leased", lease)));
  await put(storage, "/k/0", "no longer");
  for (let index = 0; index < 299; index++) await remove(storage, `/k/${index}`);
  const full = storage.size();
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  await storage.compact(storage.revision);
  clearInterval(timer);
  const left = storage.size();
  assert.ok(full.bytesInUse > 5_000_000);
  assert.equal(left.keys, 1);
  assert.ok(left.bytesInUse < 100_000, `${left.bytesInUse} bytes are left`);
  assert.ok(longest < 100, `the event loop was held for ${longest} ms`);
  const { items } = await storage.range({ start: "/", end: "0" });
  assert.deepEqual(
    items.map(({ key }) => key),
    ["/k/299"],
  );
  await storage[Symbol.asyncDispose]();
  const { root, log, history, leases } = openDatabases(directory, 1024 ** 2);
  assert.deepEqual(
    [...log.getRange({ start: [0, 0], end: [2 ** 53, 0] })].map(({ key: [revision] }) => revision),
    [21],
  );
  assert.deepEqual([...history.getRange({ start: ["", 0], end: ["z", 0] })], []);
  assert.deepEqual(
    [...leases.getRange({ start: [0, ""], end: [2 ** 53, ""] })].map(({ key }) => key),
    [[lease, ""]],
  );
  await root.close();
});

check("a compaction that a crash cut short goes on at the next start", async (directory) => {
  {
    const storage = await open(directory);
    for (let index = 0; index < 2000; index++) void put(storage, "/k/a", Buffer.alloc(1000, "x"));
    const revision = await put(storage, "/k/a");
    storage.compact(revision).catch(() => undefined);
    await storage[Symbol.asyncDispose]();
  }
  await using again = await open(directory);
  assert.equal(again.compactedRevision, again.revision);
  await again.compact(again.revision);
  assert.ok(again.size().bytesInUse < 100_000);
  assert.equal((await again.get("/k/a"))?.value.toString(), "value");
});

check("a lease that ran out while the store was closed ends at the start", async (directory) => {
  const clock = new ManualClock();
  {
    await using storage = await open(directory, { clock });
    const lease = await storage.grantLease(10);
    for (let index = 0; index < 450; index++) void put(storage, `/k/${index}`, "value", lease);
    await put(storage, "/k/stays");
  }
  clock.advance(60_000);
  await using again = await open(directory, { clock });
  const events: StoreEvent[] = [];
  again.watch(
    { start: "/k/", end: "/k0", fromRevision: again.revision },
    { events: (batch) => void events.push(...batch), closed: () => undefined },
  );
  clock.advance(0);
  for (let patience = 0; patience < 200 && events.length < 450; patience++) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(events.length, 450);
  assert.equal(new Set(events.map(({ key }) => key)).size, 450);
  assert.deepEqual(
    (await again.range({ start: "/k/", end: "/k0" })).items.map(({ key }) => key),
    ["/k/stays"],
  );
});

check("leases for the same time are shared for a while", async (directory) => {
  const clock = new ManualClock();
  await using storage = await open(directory, { clock });
  const first = await storage.grantLease(3600);
  clock.advance(50_000);
  assert.equal(await storage.grantLease(3600), first);
  assert.notEqual(await storage.grantLease(60), first);
  clock.advance(20_000);
  assert.notEqual(await storage.grantLease(3600), first);
});

check("a write whose outcome cannot be told stops all writing, stays unseen, and is found out by a restart", async (directory) => {
  const failpoints: { beforeAcknowledge?: () => void } = {};
  const storage = await open(directory, { failpoints });
  const first = await put(storage, "/k/a", "1");
  await put(storage, "/k/gone", "1");
  const events: StoreEvent[] = [];
  storage.watch(
    { start: "/k/", end: "/k0", fromRevision: storage.revision },
    { events: (batch) => void events.push(...batch), closed: () => undefined },
  );
  failpoints.beforeAcknowledge = () => {
    throw new StorageError("unknown", "the disk did not answer");
  };
  const unknown = [put(storage, "/k/a", "2"), remove(storage, "/k/gone"), put(storage, "/k/b", "2")];
  for (const write of unknown) await assert.rejects(write, reason("unknown"));
  // It is stored by now; nobody sees it.
  assert.equal(storage.revision, first + 1);
  assert.equal((await storage.get("/k/a"))?.value.toString(), "1");
  assert.equal((await storage.get("/k/gone"))?.value.toString(), "1");
  assert.equal(await storage.get("/k/b"), undefined);
  assert.deepEqual(
    (await storage.range({ start: "/k/", end: "/k0" })).items.map(({ key, value }) => `${key}=${value.toString()}`),
    ["/k/a=1", "/k/gone=1"],
  );
  assert.deepEqual(events, []);
  await assert.rejects(put(storage, "/k/c"), reason("unavailable"));
  assert.match((await storage.health()) ?? "", /did not answer/);
  await storage[Symbol.asyncDispose]();
  await using again = await open(directory);
  assert.deepEqual(
    (await again.range({ start: "/k/", end: "/k0" })).items.map(({ key, value }) => `${key}=${value.toString()}`),
    ["/k/a=2", "/k/b=2"],
  );
});

check("a new store makes a directory only its user may enter", async (directory) => {
  const { stat } = await import("node:fs/promises");
  const inside = join(directory, "data");
  await (await open(inside))[Symbol.asyncDispose]();
  assert.equal((await stat(inside)).mode & 0o777, 0o700);
});
