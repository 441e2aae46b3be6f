import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ManualClock } from "../clock.ts";
import { openLmdbStorage } from "../lmdb/lmdb.ts";
import { openMemoryStorage } from "../memory/memory.ts";
import type { Operation } from "../storage.ts";
import type { EmbeddedStorage } from "./engine.ts";

const keys = 10_000;
const page = 100;
const keyOf = (index: number): string => `/registry/pods/default/pod-${String(index).padStart(6, "0")}`;
const put = (key: string, value: string): Operation => ({ type: "put", key, value: Buffer.from(value) });

async function checkPaging(storage: EmbeddedStorage): Promise<void> {
  for (let index = 0; index < keys; index += 500) {
    await storage.commit({ compares: [], operations: Array.from({ length: 500 }, (_, offset) => put(keyOf(index + offset), "old")) });
  }
  const pinned = storage.revision;
  await storage.compact(pinned);
  const found: string[] = [];
  let start = "/registry/pods/";
  let most = 0;
  for (let number = 0; ; number++) {
    // Between pages: updates, deletes, new keys, and one key that changes all the time, on this page and the next.
    const here = number * page;
    await storage.commit({
      compares: [],
      operations: [
        ...Array.from({ length: 20 }, (_, offset) => put(keyOf(here + offset * 5), "new")),
        ...Array.from({ length: 20 }, (_, offset) => ({ type: "delete", key: keyOf(here + offset * 5 + 1) }) as const),
        put(`${keyOf(here + 7)}-added`, "new"),
      ],
    });
    await Promise.all(
      Array.from({ length: 20 }, (_, round) => storage.commit({ compares: [], operations: [put(keyOf(here + 50), String(round))] })),
    );
    if (number === 30) await storage.compact(pinned);
    const before = storage.keysVisited;
    const { items, more, revision } = await storage.range({ start, end: "/registry/pods0", revision: pinned, limit: page });
    most = Math.max(most, storage.keysVisited - before);
    assert.equal(revision, pinned);
    for (const { key, value } of items) {
      assert.equal(value.toString(), "old");
      found.push(key);
    }
    if (!more) break;
    start = `${items.at(-1)?.key}\0`;
  }
  assert.deepEqual(
    found,
    Array.from({ length: keys }, (_, index) => keyOf(index)),
  );
  assert.ok(most <= page * 3, `a page looked at ${most} keys`);
  await assert.rejects(storage.range({ start, end: "/registry/pods0", revision: pinned - 1, limit: page }), /compacted/);
  // The newest state is read without a look at what is gone.
  await storage.commit({
    compares: [],
    operations: Array.from({ length: 1000 }, (_, index) => ({ type: "delete", key: keyOf(index) }) as const),
  });
  const before = storage.keysVisited;
  const { items } = await storage.range({ start: "/registry/pods/", end: "/registry/pods0", limit: page });
  assert.equal(items.length, page);
  assert.ok(storage.keysVisited - before <= page + 2);
}

test("memory: 100 pages at one revision, with writes and a compaction between, each at the cost of a page", async () => {
  await using storage = openMemoryStorage({ clock: new ManualClock() });
  await checkPaging(storage);
});

test("lmdb: 100 pages at one revision, with writes and a compaction between, each at the cost of a page", async () => {
  const directory = await mkdtemp(join(tmpdir(), "binnacle-paging-"));
  {
    await using storage = await openLmdbStorage({ directory, clock: new ManualClock() });
    await checkPaging(storage);
  }
  await rm(directory, { recursive: true });
});
