import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareKeys, prefixEnd } from "./key-order.ts";
import { StorageError } from "./storage.ts";
import type { CommitResult, KeyValue, Operation, Storage, StorageErrorReason, StoreEvent, Watch } from "./storage.ts";

/** A store for one test, with what the test needs to know and do besides. */
export interface Harness {
  /** Empty: no keys; its revision may be any. */
  readonly storage: Storage;
  /** Commits that are under way at once may be applied in any order, as by a store in another process. */
  readonly concurrent?: boolean;
  /** Lets so many seconds pass for leases. */
  passTime(seconds: number): Promise<void>;
  /**
   * Called before a group of writes is stored, and after, before anybody is told: may wait, and throw a StorageError.
   * Absent: the store has no such seams.
   */
  readonly failpoints?: {
    beforeWrite?: (() => Promise<void> | void) | undefined;
    beforeAcknowledge?: (() => Promise<void> | void) | undefined;
  };
  /** Closes the store and opens the same data again. Absent: its data does not survive. */
  reopen?(): Promise<Storage>;
  /** Closes the store and removes its data. */
  dispose(): Promise<void>;
}

/** The promises of `Storage`, executable: every implementation passes them. `options` are those of each test. */
export function storageContract(name: string, open: () => Promise<Harness>, options: { readonly skip?: string } = {}): void {
  const check = (behaviour: string, body: (harness: Harness) => Promise<void>): void => {
    void test(`${name}: ${behaviour}`, { timeout: 60_000, ...options }, async () => {
      const harness = await open();
      try {
        await body(harness);
      } finally {
        await harness.dispose();
      }
    });
  };

  check("gives pairs in the order of their UTF-8 bytes", async ({ storage }) => {
    const keys = [
      "/k/b",
      "/k/a",
      "/k/é",
      "/k/a/b",
      "/k/a-b",
      "/k/\u{1f600}",
      "/k/\uffee",
      "/k/\ue000",
      "/k/Z",
      "/k/a\u0000b",
      "/k/a\u0000\u0000",
      "/k/a\u0001",
    ];
    for (const key of keys) await put(storage, key, key);
    const { items } = await storage.range({ start: "/k/", end: prefixEnd("/k/") });
    const sorted = keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(
      items.map(({ key }) => key),
      sorted,
    );
    for (const { key, value } of items) assert.equal(value.toString(), key);
    for (const start of keys) {
      const from = await storage.range({ start: `${start}\u0000`, end: prefixEnd("/k/"), keysOnly: true });
      assert.deepEqual(
        from.items.map(({ key }) => key),
        sorted.slice(sorted.indexOf(start) + 1).filter((key) => compareKeys(key, `${start}\u0000`) >= 0),
      );
    }
    // The same of a state that is gone.
    const revision = storage.revision;
    for (const key of keys) await put(storage, key, "changed");
    for (const key of keys) await remove(storage, key);
    for (const limit of [0, 1, 2, 5]) {
      const old: string[] = [];
      for (let start = "/k/"; ; start = `${old.at(-1)}\u0000`) {
        const slice = await storage.range({ start, end: prefixEnd("/k/"), revision, limit });
        for (const { key, value } of slice.items) {
          assert.equal(value.toString(), key);
          old.push(key);
        }
        if (!slice.more) break;
      }
      assert.deepEqual(old, sorted);
    }
  });

  check("a range includes its start, not its end, and nothing beside them", async ({ storage }) => {
    for (const key of ["/k/a", "/k/b", "/k/c", "/k/d"]) await put(storage, key);
    const keys = async (start: string, end: string): Promise<string[]> => (await storage.range({ start, end })).items.map(({ key }) => key);
    assert.deepEqual(await keys("/k/b", "/k/d"), ["/k/b", "/k/c"]);
    assert.deepEqual(await keys("/k/b", "/k/b"), []);
    assert.deepEqual(await keys("/k/d", "/k/a"), []);
    assert.deepEqual(await keys("/k/e", "/z"), []);
  });

  check("counts one revision per commit, create and mod revisions with it", async ({ storage }) => {
    const first = await put(storage, "/k/a", "1");
    const second = await put(storage, "/k/a", "2");
    assert.equal(second, first + 1);
    assert.deepEqual(await pair(storage, "/k/a"), { key: "/k/a", value: "2", modRevision: second, createRevision: first, lease: 0 });
    await remove(storage, "/k/a");
    assert.equal(await storage.get("/k/a"), undefined);
    const again = await put(storage, "/k/a", "3");
    assert.equal(again, first + 3);
    assert.deepEqual(await pair(storage, "/k/a"), { key: "/k/a", value: "3", modRevision: again, createRevision: again, lease: 0 });
    assert.equal(storage.revision, again);
    assert.equal(await storage.currentRevision(), again);
  });

  check("reads the state of any revision since the last compaction", async ({ storage }) => {
    const before = storage.revision;
    const one = await put(storage, "/k/a", "1");
    const two = await put(storage, "/k/b", "1");
    const three = await put(storage, "/k/a", "2");
    const four = await remove(storage, "/k/a");
    const five = await put(storage, "/k/a", "3");
    const at = async (revision: number): Promise<string[]> => {
      const result = await storage.range({ start: "/k/", end: "/k0", revision });
      assert.equal(result.revision, revision);
      return result.items.map(({ key, value, createRevision }) => `${key}=${value.toString()}@${createRevision - before}`);
    };
    assert.deepEqual(await at(before), []);
    assert.deepEqual(await at(one), ["/k/a=1@1"]);
    assert.deepEqual(await at(two), ["/k/a=1@1", "/k/b=1@2"]);
    assert.deepEqual(await at(three), ["/k/a=2@1", "/k/b=1@2"]);
    assert.deepEqual(await at(four), ["/k/b=1@2"]);
    assert.deepEqual(await at(five), ["/k/a=3@5", "/k/b=1@2"]);
  });

  check("limits a range, says whether there is more, and counts where asked", async ({ storage }) => {
    for (let index = 0; index < 10; index++) await put(storage, `/k/${index}`);
    await put(storage, "/l/0");
    const range = { start: "/k/", end: "/k0" };
    const page = await storage.range({ ...range, limit: 3 });
    assert.deepEqual([page.items.length, page.more, page.count], [3, true, undefined]);
    const counted = await storage.range({ ...range, limit: 3, count: true });
    assert.deepEqual([counted.items.length, counted.more, counted.count], [3, true, 10]);
    const exact = await storage.range({ ...range, limit: 10, count: true });
    assert.deepEqual([exact.items.length, exact.more, exact.count], [10, false, 10]);
    const all = await storage.range({ ...range, limit: 0, count: true });
    assert.deepEqual([all.items.length, all.more, all.count], [10, false, 10]);
    const old = await storage.range({ ...range, limit: 2, revision: page.revision - 1, count: true });
    assert.deepEqual([old.items.length, old.more, old.count], [2, true, 10]);
    for (let index = 3; index < 10; index++) await remove(storage, `/k/${index}`);
    assert.equal((await storage.range({ ...range, limit: 3 })).more, false, "deleted keys are no more");
    assert.equal((await storage.range({ ...range, limit: 3, revision: page.revision })).more, true, "but were then");
  });

  check("leaves values out when only keys are wanted", async ({ storage }) => {
    const revision = await put(storage, "/k/a", "value");
    const { items } = await storage.range({ start: "/k/", end: "/k0", keysOnly: true });
    assert.deepEqual(items.map(plain), [{ key: "/k/a", value: "", modRevision: revision, createRevision: revision, lease: 0 }]);
    assert.equal((await pair(storage, "/k/a"))?.value, "value");
  });

  check("creates a key only where it is absent, and tells who fails what is there", async ({ storage, concurrent }) => {
    const create = (value: string): Promise<CommitResult> =>
      storage.commit({
        compares: [{ key: "/k/a", modRevision: 0 }],
        operations: [{ type: "put", key: "/k/a", value: Buffer.from(value) }],
      });
    const both = concurrent ? [await create("first"), await create("second")] : await Promise.all([create("first"), create("second")]);
    const [first, second] = both;
    assert.equal(first?.succeeded, true);
    assert.ok(second !== undefined && !second.succeeded);
    assert.deepEqual(second.current.map(plain), [
      { key: "/k/a", value: "first", modRevision: first.revision, createRevision: first.revision, lease: 0 },
    ]);
    const third = await create("third");
    assert.ok(!third.succeeded);
    assert.equal(third.current[0]?.value.toString(), "first");
    assert.equal(storage.revision, first.revision, "a failed compare is no revision");
  });

  check("changes several keys at one revision, or none", async ({ storage }) => {
    const a = await put(storage, "/k/a", "1");
    const b = await put(storage, "/k/b", "1");
    const operations: Operation[] = [
      { type: "put", key: "/k/a", value: Buffer.from("2") },
      { type: "delete", key: "/k/b" },
      { type: "put", key: "/k/c", value: Buffer.from("2") },
    ];
    const failed = await storage.commit({
      compares: [
        { key: "/k/a", modRevision: a },
        { key: "/k/b", modRevision: a },
        { key: "/k/c", modRevision: 0 },
      ],
      operations,
    });
    assert.ok(!failed.succeeded);
    assert.deepEqual(
      failed.current.map((found) => found?.modRevision),
      [a, b, undefined],
    );
    assert.equal((await pair(storage, "/k/a"))?.value, "1");
    const done = await storage.commit({
      compares: [
        { key: "/k/a", modRevision: a },
        { key: "/k/b", modRevision: b },
        { key: "/k/c", modRevision: 0 },
      ],
      operations,
    });
    assert.ok(done.succeeded);
    assert.equal(done.revision, b + 1);
    const { items } = await storage.range({ start: "/k/", end: "/k0" });
    assert.deepEqual(
      items.map(({ key, modRevision, value }) => [key, modRevision, value.toString()]),
      [
        ["/k/a", b + 1, "2"],
        ["/k/c", b + 1, "2"],
      ],
    );
    const old = await storage.range({ start: "/k/", end: "/k0", revision: b });
    assert.deepEqual(
      old.items.map(({ value }) => value.toString()),
      ["1", "1"],
    );
  });

  check("compares against writes that are not durable yet, and answers when they are", async ({ storage, concurrent }) => {
    const first = put(storage, "/k/a", "1");
    if (concurrent) await first;
    const wrong = storage.commit({ compares: [{ key: "/k/a", modRevision: 0 }], operations: [{ type: "delete", key: "/k/a" }] });
    const result = await wrong;
    assert.ok(!result.succeeded);
    assert.equal(result.current[0]?.modRevision, storage.revision);
    assert.equal((await pair(storage, "/k/a"))?.value, "1", "what was answered can be read");
    assert.equal(await first, result.revision);
  });

  check("deleting what is absent is no change and no revision", async ({ storage }) => {
    const before = await put(storage, "/k/a");
    const seen = record(storage, "/k/", before);
    const result = await storage.commit({ compares: [{ key: "/k/b", modRevision: 0 }], operations: [{ type: "delete", key: "/k/b" }] });
    assert.deepEqual(result, { succeeded: true, revision: before });
    const after = await put(storage, "/k/c");
    assert.equal(after, before + 1);
    assert.deepEqual((await seen.until(after)).map(brief), [`put /k/c ${after}`]);
  });

  check("an empty transaction that succeeds is a read", async ({ storage }) => {
    const revision = await put(storage, "/k/a");
    const result = await storage.commit({ compares: [{ key: "/k/a", modRevision: revision }], operations: [] });
    assert.deepEqual(result, { succeeded: true, revision });
  });

  check("many writers of one key make one line of history", async ({ storage }) => {
    const writers = 40;
    const before = storage.revision;
    const seen = record(storage, "/k/", before);
    let conflicts = 0;
    await Promise.all(
      Array.from({ length: writers }, async () => {
        let current = await storage.get("/k/counter");
        for (;;) {
          const next = Number(current?.value.toString() ?? "0") + 1;
          const result = await storage.commit({
            compares: [{ key: "/k/counter", modRevision: current?.modRevision ?? 0 }],
            operations: [{ type: "put", key: "/k/counter", value: Buffer.from(String(next)) }],
          });
          if (result.succeeded) return;
          conflicts++;
          current = result.current[0];
        }
      }),
    );
    assert.ok(conflicts > 0);
    assert.equal((await pair(storage, "/k/counter"))?.value, String(writers));
    const events = await seen.until(storage.revision);
    assert.deepEqual(
      events.map(({ current }) => current?.value.toString()),
      Array.from({ length: writers }, (_, index) => String(index + 1)),
    );
    events.forEach((event, index) => assert.deepEqual(plain(event.previous), index === 0 ? undefined : plain(events[index - 1]?.current)));
  });

  check("holds values of several megabytes and of no byte", async ({ storage }) => {
    const big = Buffer.alloc(3 * 1024 * 1024, "x");
    const first = await storage.commit({
      compares: [],
      operations: [
        { type: "put", key: "/k/big", value: big },
        { type: "put", key: "/k/none", value: Buffer.alloc(0) },
      ],
    });
    assert.ok(first.succeeded);
    assert.ok((await storage.get("/k/big"))?.value.equals(big));
    assert.equal((await storage.get("/k/none"))?.value.length, 0);
    const seen = record(storage, "/k/", first.revision - 1);
    const last = await put(storage, "/k/big", "small");
    const events = await seen.until(last);
    assert.ok(events.at(-1)?.previous?.value.equals(big));
    const { items } = await storage.range({ start: "/k/", end: "/k0", revision: first.revision });
    assert.ok(items[0]?.value.equals(big));
  });

  check("refuses a key that is too long", async ({ storage }) => {
    await assert.rejects(put(storage, `/k/${"x".repeat(5000)}`), reason("tooLarge"));
    const key = `/k/${"x".repeat(1900)}`;
    await put(storage, key, "1");
    const revision = await put(storage, key, "2");
    assert.equal((await storage.range({ start: "/k/", end: "/k0", revision: revision - 1 })).items[0]?.value.toString(), "1");
  });

  check("refuses a revision that is yet to come, naming the newest", async ({ storage }) => {
    const newest = await put(storage, "/k/a");
    await assert.rejects(storage.range({ start: "/k/", end: "/k0", revision: newest + 1 }), reason("futureRevision", newest));
    await assert.rejects(storage.compact(newest + 1), reason("futureRevision", newest));
  });

  check("refuses what was compacted, naming the compacted revision, and keeps the newest", async ({ storage }) => {
    const one = await put(storage, "/k/a", "1");
    await put(storage, "/k/b", "1");
    await remove(storage, "/k/b");
    const four = await put(storage, "/k/a", "2");
    await storage.compact(four);
    assert.equal(storage.compactedRevision, four);
    await assert.rejects(storage.range({ start: "/k/", end: "/k0", revision: one }), reason("compacted", four));
    await assert.rejects(storage.range({ start: "/k/", end: "/k0", revision: four - 1 }), reason("compacted", four));
    for (const revision of [four, undefined]) {
      const { items } = await storage.range({ start: "/k/", end: "/k0", ...(revision === undefined ? {} : { revision }) });
      assert.deepEqual(
        items.map(({ key, value }) => [key, value.toString()]),
        [["/k/a", "2"]],
      );
    }
    await storage.compact(four);
    await storage.compact(one);
    assert.equal(storage.compactedRevision, four, "compacting lower is no change");
    const five = await put(storage, "/k/a", "3");
    assert.equal((await storage.range({ start: "/k/", end: "/k0", revision: four })).items[0]?.value.toString(), "2");
    assert.equal((await storage.range({ start: "/k/", end: "/k0", revision: five })).items[0]?.value.toString(), "3");
  });

  check("a watch gets each change of its range once, in order, with the pair before", async ({ storage }) => {
    const start = storage.revision;
    const seen = record(storage, "/k/", start);
    const one = await put(storage, "/k/a", "1");
    assert.deepEqual(seen.events.map(brief), [`put /k/a ${one}`], "events come before the writer's answer");
    await put(storage, "/j/a", "1");
    await put(storage, "/k", "1");
    await put(storage, "/k0", "1");
    const two = await put(storage, "/k/a", "2");
    const three = await remove(storage, "/k/a");
    const four = await put(storage, "/k/a", "3");
    const events = await seen.until(four);
    assert.deepEqual(
      events.map((event) => ({ ...event, current: plain(event.current), previous: plain(event.previous) })),
      [
        {
          type: "put",
          key: "/k/a",
          revision: one,
          current: { key: "/k/a", value: "1", modRevision: one, createRevision: one, lease: 0 },
          previous: undefined,
        },
        {
          type: "put",
          key: "/k/a",
          revision: two,
          current: { key: "/k/a", value: "2", modRevision: two, createRevision: one, lease: 0 },
          previous: { key: "/k/a", value: "1", modRevision: one, createRevision: one, lease: 0 },
        },
        {
          type: "delete",
          key: "/k/a",
          revision: three,
          current: undefined,
          previous: { key: "/k/a", value: "2", modRevision: two, createRevision: one, lease: 0 },
        },
        {
          type: "put",
          key: "/k/a",
          revision: four,
          current: { key: "/k/a", value: "3", modRevision: four, createRevision: four, lease: 0 },
          previous: undefined,
        },
      ],
    );
    // The same changes, read from the past.
    const replay = record(storage, "/k/", start);
    const past = await replay.until(four);
    assert.deepEqual(past.map(whole), events.map(whole));
    const middle = record(storage, "/k/", two);
    assert.deepEqual((await middle.until(four)).map(whole), events.slice(2).map(whole));
  });

  check("a watch gets all changes of one revision in one call", async ({ storage }) => {
    const start = storage.revision;
    const live = record(storage, "/k/", start);
    for (let round = 0; round < 30; round++) {
      await storage.commit({
        compares: [],
        operations: Array.from({ length: 50 }, (_, index) => ({ type: "put", key: `/k/${index}`, value: Buffer.from(String(round)) })),
      });
    }
    const past = record(storage, "/k/", start);
    for (const seen of [live, past]) {
      const events = await seen.until(storage.revision);
      assert.equal(events.length, 1500);
      for (const batch of seen.batches) {
        const revisions = new Set(batch.map(({ revision }) => revision));
        assert.equal(batch.length, revisions.size * 50);
      }
    }
  });

  check("a watch from a revision to come starts there", async ({ storage }) => {
    const from = storage.revision + 2;
    const seen = record(storage, "/k/", from);
    await put(storage, "/k/a");
    await put(storage, "/k/b");
    const third = await put(storage, "/k/c");
    assert.deepEqual((await seen.until(third)).map(brief), [`put /k/c ${third}`]);
  });

  check("a watch of a quiet range learns the newest revision when it asks", async ({ storage }) => {
    const seen = record(storage, "/k/", storage.revision);
    const revision = await put(storage, "/other");
    seen.watch.requestProgress();
    assert.deepEqual(await seen.until(revision), []);
  });

  check("a closed watch gets nothing more and is told once", async ({ storage }) => {
    const seen = record(storage, "/k/", storage.revision);
    const other = record(storage, "/k/", storage.revision);
    const one = await put(storage, "/k/a");
    await seen.until(one);
    seen.watch.close();
    seen.watch.close();
    await seen.closed;
    assert.deepEqual(seen.ends, [undefined]);
    const two = await put(storage, "/k/b");
    await other.until(two);
    assert.equal(seen.events.length, 1);
    const past = record(storage, "/k/", one - 1);
    past.watch.close();
    await past.closed;
    assert.deepEqual(past.events, []);
  });

  check("a watch below the compacted revision is closed with that revision", async ({ storage }) => {
    const one = await put(storage, "/k/a", "1");
    const two = await put(storage, "/k/a", "2");
    const three = await put(storage, "/k/a", "3");
    await storage.compact(two);
    const lost = record(storage, "/k/", one);
    assert.ok(reason("compacted", two)(await lost.closed));
    assert.deepEqual(lost.events, []);
    const kept = record(storage, "/k/", two);
    const events = await kept.until(three);
    assert.deepEqual(events.map(brief), [`put /k/a ${three}`]);
    assert.equal(events[0]?.previous?.value.toString(), "2", "the pair before is that at the compacted revision");
  });

  check("a watch that is up to date lives through compaction", async ({ storage }) => {
    const seen = record(storage, "/k/", storage.revision);
    const one = await put(storage, "/k/a", "1");
    await storage.compact(one);
    const two = await put(storage, "/k/a", "2");
    const events = await seen.until(two);
    assert.deepEqual(events.map(brief), [`put /k/a ${one}`, `put /k/a ${two}`]);
    assert.equal(events[1]?.previous?.value.toString(), "1");
  });

  check("many watchers, of the same and of nested ranges, each see theirs", async ({ storage }) => {
    const start = storage.revision;
    const everything = Array.from({ length: 100 }, () => record(storage, "/k/", start));
    const narrow = Array.from({ length: 100 }, (_, index) => record(storage, `/k/${String(index % 10)}/`, start));
    for (let index = 0; index < 20; index++) await put(storage, `/k/${index % 10}/x`, String(index));
    const end = storage.revision;
    for (const seen of narrow) seen.watch.requestProgress();
    for (const seen of everything) assert.equal((await seen.until(end)).length, 20);
    for (const seen of narrow) assert.equal((await seen.until(end)).length, 2);
  });

  check("a watch that starts in the middle of a storm of writes misses nothing and sees nothing twice", async ({ storage }) => {
    const start = storage.revision;
    let writing = true;
    const storm = Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let index = 0; index < 60; index++) {
          const key = `/k/${writer}/${index % 7}`;
          if (index % 5 === 4) await remove(storage, key).catch(() => undefined);
          else await put(storage, key, `${writer}-${index}`);
        }
        writing = false;
      }),
    );
    const watches: { readonly from: number; readonly seen: Recorded }[] = [];
    while (writing) {
      const from =
        watches.length % 3 === 0 ? start : watches.length % 3 === 1 ? storage.revision : Math.floor((start + storage.revision) / 2);
      watches.push({ from, seen: record(storage, "/k/", from) });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await storm;
    const end = await put(storage, "/k/end");
    const truth = (await record(storage, "/k/", start).until(end)).map(brief);
    for (const { from, seen } of watches) {
      const events = await seen.until(end);
      assert.deepEqual(events.map(brief), truth.slice(truth.length - events.length));
      const missed = truth.slice(0, truth.length - events.length).filter((line) => Number(line.split(" ")[2]) > from);
      assert.deepEqual(missed, []);
      assert.ok(events.every(({ revision }) => revision > from));
    }
  });

  check("no read and no event shows a write before its writer could be answered", async ({ storage, failpoints }) => {
    if (failpoints === undefined) return;
    for (const seam of ["beforeWrite", "beforeAcknowledge"] as const) {
      const start = await put(storage, "/k/a", "1");
      const seen = record(storage, "/k/", start);
      let release = (): void => undefined;
      const reached = new Promise<void>((resolve) => {
        failpoints[seam] = () => {
          resolve();
          return new Promise((go) => (release = go));
        };
      });
      const write = put(storage, "/k/a", "2");
      await reached;
      await turns(5);
      try {
        assert.equal(storage.revision, start);
        assert.equal((await pair(storage, "/k/a"))?.value, "1");
        assert.equal((await storage.range({ start: "/k/", end: "/k0" })).items[0]?.value.toString(), "1");
        assert.deepEqual(seen.events, []);
      } finally {
        failpoints[seam] = undefined;
        release();
      }
      const revision = await write;
      assert.equal((await pair(storage, "/k/a"))?.value, "2");
      assert.deepEqual((await seen.until(revision)).map(brief), [`put /k/a ${revision}`]);
      seen.watch.close();
    }
  });

  check("when a group fails, every write in it and on top of it fails unseen", async ({ storage, failpoints }) => {
    if (failpoints === undefined) return;
    const start = await put(storage, "/k/a", "0");
    const seen = record(storage, "/k/", start);
    let release = (): void => undefined;
    failpoints.beforeWrite = async () => {
      await new Promise<void>((resolve) => (release = resolve));
      throw new StorageError("noSpace", "no space left");
    };
    const inside = [put(storage, "/k/a", "1"), put(storage, "/k/b", "1")];
    await turns(3);
    const onTop = [put(storage, "/k/c", "1"), put(storage, "/k/a", "2")];
    const compared = storage.commit({ compares: [{ key: "/k/b", modRevision: 0 }], operations: [] });
    failpoints.beforeWrite = undefined;
    release();
    for (const write of [...inside, ...onTop]) await assert.rejects(write, reason("noSpace"));
    await assert.rejects(compared, reason("noSpace"), "an answer that rests on a failed write fails too");
    assert.equal(storage.revision, start);
    assert.equal((await pair(storage, "/k/a"))?.value, "0");
    const next = await put(storage, "/k/a", "3");
    assert.equal(next, start + 1);
    const events = await seen.until(next);
    assert.deepEqual(events.map(brief), [`put /k/a ${next}`]);
    assert.equal(events[0]?.previous?.value.toString(), "0");
    assert.equal(await storage.get("/k/b"), undefined);
  });

  check("the end of a lease deletes its keys, each with one event", async ({ storage, passTime }) => {
    const lease = await storage.grantLease(3);
    const longer = await storage.grantLease(600);
    for (const key of ["/k/a", "/k/b", "/k/c", "/k/d"]) await put(storage, key, "1", lease);
    await put(storage, "/k/b", "2");
    await put(storage, "/k/c", "2", longer);
    const before = await remove(storage, "/k/d");
    assert.equal((await pair(storage, "/k/a"))?.lease, lease);
    const seen = record(storage, "/k/", before);
    await passTime(5);
    await eventually(async () => assert.equal(await storage.get("/k/a"), undefined));
    assert.deepEqual(
      (await seen.until(storage.revision)).map(({ type, key, previous }) => [type, key, previous?.value.toString()]),
      [["delete", "/k/a", "1"]],
    );
    assert.deepEqual([(await pair(storage, "/k/b"))?.value, (await pair(storage, "/k/c"))?.value], ["2", "2"]);
    await assert.rejects(put(storage, "/k/e", "1", lease), (error) => error instanceof StorageError);
  });

  check("revoking a lease deletes its keys at once", async ({ storage }) => {
    const lease = await storage.grantLease(600);
    await put(storage, "/k/a", "1", lease);
    await put(storage, "/k/b", "1", lease);
    await storage.revokeLease(lease);
    assert.deepEqual((await storage.range({ start: "/k/", end: "/k0" })).items, []);
    await storage.revokeLease(lease);
  });

  check("a closed store refuses, and its watches end", async ({ storage }) => {
    const seen = record(storage, "/k/", storage.revision);
    const write = put(storage, "/k/a");
    await storage[Symbol.asyncDispose]();
    await write;
    assert.equal(seen.events.length, 1, "what was accepted before is done");
    assert.ok(reason("closed")(await seen.closed));
    assert.deepEqual(seen.ends.length, 1);
    await assert.rejects(put(storage, "/k/b"), reason("closed"));
    await assert.rejects(storage.get("/k/a"), reason("closed"));
    await assert.rejects(storage.range({ start: "/k/", end: "/k0" }), reason("closed"));
    await assert.rejects(storage.currentRevision(), reason("closed"));
    await assert.rejects(storage.grantLease(1), reason("closed"));
    await assert.rejects(storage.compact(1), reason("closed"));
    assert.ok(reason("closed")(await record(storage, "/k/", 0).closed));
    assert.notEqual(await storage.health(), undefined);
    await storage[Symbol.asyncDispose]();
  });

  check("is healthy while it works", async ({ storage }) => {
    assert.equal(await storage.health(), undefined);
  });

  check("keeps everything over a restart: pairs, history, revisions, leases", async ({ storage, reopen, passTime }) => {
    if (reopen === undefined) return;
    const lease = await storage.grantLease(30);
    await put(storage, "/k/gone", "1");
    const compacted = await remove(storage, "/k/gone");
    const one = await put(storage, "/k/a", "1");
    const two = await put(storage, "/k/a", "2", lease);
    await storage.compact(compacted);
    const again = await reopen();
    assert.equal(again.revision, two);
    assert.equal(again.compactedRevision, compacted);
    assert.deepEqual(await pair(again, "/k/a"), { key: "/k/a", value: "2", modRevision: two, createRevision: one, lease });
    assert.equal((await again.range({ start: "/k/", end: "/k0", revision: one })).items[0]?.value.toString(), "1");
    assert.deepEqual((await record(again, "/k/", compacted).until(two)).map(brief), [`put /k/a ${one}`, `put /k/a ${two}`]);
    const three = await put(again, "/k/b", "1", lease);
    assert.equal(three, two + 1);
    await passTime(40);
    await eventually(async () => assert.deepEqual((await again.range({ start: "/k/", end: "/k0" })).items, []));
  });

  check("behaves as a trivially simple model, whatever is asked", async (first) => {
    await first.storage[Symbol.asyncDispose]();
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 60, size: "max" }), async (steps) => {
        const harness = await open();
        try {
          await compareWithModel(harness, steps);
        } finally {
          await harness.dispose();
        }
      }),
      { numRuns: 40, interruptAfterTimeLimit: 15_000, verbose: 1 },
    );
  });
}

// --- the model: a list of whole states ---

type Step =
  | {
      readonly type: "commit";
      readonly operations: readonly { readonly key: string; readonly value: string | undefined }[];
      readonly stale: boolean;
      readonly wait: boolean;
    }
  | { readonly type: "range"; readonly start: string; readonly end: string; readonly back: number; readonly limit: number }
  | { readonly type: "watch"; readonly start: string; readonly end: string; readonly back: number }
  | { readonly type: "compact"; readonly back: number };

const modelKeys = ["/a", "/a/b", "/a/b/c", "/a0", "/b", "/b\u0000", "/é", "/\u{1f600}", "/\uffee"];
const anyKey = fc.constantFrom(...modelKeys);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("commit" as const),
      operations: fc.uniqueArray(fc.record({ key: anyKey, value: fc.option(fc.string({ maxLength: 3 }), { nil: undefined }) }), {
        selector: ({ key }) => key,
        minLength: 1,
        maxLength: 3,
      }),
      stale: fc.boolean(),
      wait: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("range" as const),
      start: anyKey,
      end: fc.oneof(anyKey, fc.constant("\u{10ffff}")),
      back: fc.nat(12),
      limit: fc.nat(4),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("watch" as const),
      start: anyKey,
      end: fc.oneof(anyKey, fc.constant("\u{10ffff}")),
      back: fc.nat(12),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("compact" as const), back: fc.nat(6) }) },
);

interface ModelPair {
  readonly key: string;
  readonly value: string;
  readonly modRevision: number;
  readonly createRevision: number;
  readonly lease: number;
}

async function compareWithModel({ storage, concurrent }: Harness, steps: readonly Step[]): Promise<void> {
  const base = storage.revision;
  /** states[i] is the state at revision base + i; events[i] what led to it. */
  const states: Map<string, ModelPair>[] = [new Map()];
  const log: string[][] = [[]];
  const newest = (): number => base + states.length - 1;
  const inside = (key: string, start: string, end: string): boolean => compareKeys(start, key) <= 0 && compareKeys(key, end) < 0;
  const pendingCommits: Promise<void>[] = [];
  const watches: { readonly seen: Recorded; readonly from: number; readonly start: string; readonly end: string }[] = [];
  let compacted = storage.compactedRevision;
  for (const step of steps) {
    if (step.type === "commit") {
      const state = new Map(states.at(-1));
      const compares = step.operations.map(({ key }) => ({ key, modRevision: (state.get(key)?.modRevision ?? 0) + (step.stale ? 1 : 0) }));
      const operations = step.operations.map(({ key, value }): Operation =>
        value === undefined ? { type: "delete", key } : { type: "put", key, value: Buffer.from(value) },
      );
      const before = step.operations.map(({ key }) => state.get(key));
      const revision = newest() + 1;
      const lines: string[] = [];
      if (!step.stale) {
        for (const { key, value } of step.operations) {
          const previous = state.get(key);
          if (value === undefined) {
            if (state.delete(key)) lines.push(`delete ${key} ${revision} ${previous?.value}`);
          } else {
            state.set(key, { key, value, modRevision: revision, createRevision: previous?.createRevision ?? revision, lease: 0 });
            lines.push(`put ${key} ${revision} ${previous?.value}`);
          }
        }
        if (lines.length > 0) {
          states.push(state);
          log.push(lines);
        }
      }
      const expected = newest();
      const commit = storage.commit({ compares, operations }).then((result) => {
        assert.equal(result.succeeded, !step.stale);
        if (result.succeeded) assert.equal(result.revision, expected);
        else assert.deepEqual(result.current.map(plain), before);
      });
      if (step.wait || concurrent) await commit;
      else pendingCommits.push(commit);
      continue;
    }
    await Promise.all(pendingCommits.splice(0));
    const revision = newest() - ("back" in step ? step.back : 0);
    if (step.type === "compact") {
      if (revision <= compacted) continue;
      await storage.compact(revision);
      compacted = revision;
    } else if (step.type === "watch") {
      watches.push({
        seen: record(storage, step.start, Math.max(compacted, revision, base), step.end),
        from: Math.max(compacted, revision, base),
        start: step.start,
        end: step.end,
      });
      await watches.at(-1)?.seen.until(newest());
    } else {
      const request = { start: step.start, end: step.end, revision, limit: step.limit, count: true };
      if (revision < compacted) {
        await assert.rejects(storage.range(request), reason("compacted", compacted));
        continue;
      }
      const state = states[revision - base] ?? new Map<string, ModelPair>();
      const all = [...state.values()].filter(({ key }) => inside(key, step.start, step.end)).sort((a, b) => compareKeys(a.key, b.key));
      const items = step.limit > 0 ? all.slice(0, step.limit) : all;
      const result = await storage.range(request);
      assert.deepEqual(
        { ...result, items: result.items.map(plain) },
        { items, revision, more: items.length < all.length, count: all.length },
      );
      for (const key of modelKeys) assert.deepEqual(await pair(storage, key), states.at(-1)?.get(key));
    }
  }
  await Promise.all(pendingCommits);
  for (const { seen, from, start, end } of watches) {
    const lines = log
      .flatMap((events, index) => (base + index > from ? events : []))
      .filter((line) => inside(line.split(" ")[1] ?? "", start, end));
    const events = await seen.until(newest());
    assert.deepEqual(
      events.map((event) => `${brief(event)} ${event.previous?.value.toString()}`),
      lines,
    );
  }
}

// --- tools of the tests ---

async function put(storage: Storage, key: string, value = "value", lease = 0): Promise<number> {
  const result = await storage.commit({
    compares: [],
    operations: [{ type: "put", key, value: Buffer.from(value), ...(lease === 0 ? {} : { lease }) }],
  });
  assert.ok(result.succeeded);
  return result.revision;
}

async function remove(storage: Storage, key: string): Promise<number> {
  const result = await storage.commit({ compares: [], operations: [{ type: "delete", key }] });
  assert.ok(result.succeeded);
  return result.revision;
}

async function pair(storage: Storage, key: string): Promise<ModelPair | undefined> {
  return plain(await storage.get(key));
}

function plain(found: KeyValue | undefined): ModelPair | undefined {
  if (found === undefined) return undefined;
  const { key, value, modRevision, createRevision, lease } = found;
  return { key, value: value.toString(), modRevision, createRevision, lease };
}

function brief({ type, key, revision }: StoreEvent): string {
  return `${type} ${key} ${revision}`;
}

function whole(event: StoreEvent): unknown {
  return { ...event, current: plain(event.current), previous: plain(event.previous) };
}

function reason(expected: StorageErrorReason, revision?: number): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StorageError, String(error));
    assert.equal(error.reason, expected, error.message);
    if (revision !== undefined) assert.equal(error.revision, revision);
    return true;
  };
}

interface Recorded {
  readonly watch: Watch;
  readonly events: readonly StoreEvent[];
  readonly batches: readonly (readonly StoreEvent[])[];
  readonly ends: readonly (StorageError | undefined)[];
  readonly closed: Promise<StorageError | undefined>;
  /** All events so far, when those up to a revision are there. */
  until(revision: number): Promise<readonly StoreEvent[]>;
}

/** Watches a prefix (or a range), checking the order of what comes. */
function record(storage: Storage, start: string, fromRevision: number, end = prefixEnd(start)): Recorded {
  const events: StoreEvent[] = [];
  const batches: (readonly StoreEvent[])[] = [];
  const ends: (StorageError | undefined)[] = [];
  let reached = fromRevision;
  const waiting: (() => void)[] = [];
  let close: (error: StorageError | undefined) => void = () => undefined;
  const closed = new Promise<StorageError | undefined>((resolve) => (close = resolve));
  const watch = storage.watch(
    { start, end, fromRevision },
    {
      events(batch, revision) {
        assert.ok(revision >= reached, "revisions never fall");
        let before = reached + 1;
        for (const event of batch) {
          assert.ok(event.revision >= before && event.revision <= revision, "in order, none twice");
          before = event.revision;
        }
        events.push(...batch);
        if (batch.length > 0) batches.push(batch);
        reached = revision;
        for (const wake of waiting.splice(0)) wake();
      },
      closed(error) {
        ends.push(error);
        close(error);
        for (const wake of waiting.splice(0)) wake();
      },
    },
  );
  return {
    watch,
    events,
    batches,
    ends,
    closed,
    async until(revision) {
      while (reached < revision && ends.length === 0) {
        // The answer may come before the request returns.
        const told = new Promise<void>((resolve) => waiting.push(resolve));
        watch.requestProgress();
        await told;
      }
      assert.deepEqual(ends, [], "the watch is open");
      return events;
    },
  };
}

/** Lets so many turns of the event loop pass. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

/** Repeats a check until it holds, for at most ten seconds. */
async function eventually(body: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      return await body();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
