import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { backends, blockingBackend } from "./backend.ts";
import { batchBackend, type BatchOptions } from "./batch.ts";
import type { AuditEvent } from "./event.ts";
import { testEvent } from "./test-event.ts";
import { truncating } from "./truncate.ts";
import { TurnWriter } from "./turn-writer.ts";

const UNLIMITED: BatchOptions = { bufferSize: 100, maxSize: 3, maxWaitMs: 10_000, throttle: undefined, parallel: 4 };

/** A batch backend that notes the sizes of batches and what is lost. */
function batches(change: Partial<BatchOptions> = {}, work: () => Promise<void> = async () => {}) {
  const sizes: number[] = [];
  let lost = 0;
  const backend = batchBackend(
    "test",
    { ...UNLIMITED, ...change },
    async (events) => {
      sizes.push(events.length);
      await work();
    },
    (_, count) => (lost += count),
    Date.now,
  );
  return { backend, sizes, lost: () => lost };
}

test("a batch goes when it is full, or has waited long enough, or the server ends", async () => {
  const { backend, sizes } = batches({ maxWaitMs: 60 });
  for (let i = 0; i < 4; i++) assert.equal(backend.accept(testEvent()), true);
  await sleep(20);
  assert.deepEqual(sizes, [3]);
  await sleep(120);
  assert.deepEqual(sizes, [3, 1]);
  void backend.accept(testEvent());
  await backend[Symbol.asyncDispose]();
  assert.deepEqual(sizes, [3, 1, 1]);
});

test("what does not fit is lost and counted, and the request goes on", async () => {
  const { backend, sizes, lost } = batches({ bufferSize: 5, maxSize: 5 });
  for (let i = 0; i < 8; i++) assert.equal(backend.accept(testEvent()), true);
  await backend[Symbol.asyncDispose]();
  assert.deepEqual([sizes, lost()], [[5], 3]);
  void backend.accept(testEvent());
  assert.equal(lost(), 4);
});

test("a batch that cannot be delivered is lost as a whole, and no more are under way than may be", async () => {
  let [now, most] = [0, 0];
  const { backend, sizes, lost } = batches({ maxSize: 1, parallel: 2 }, async () => {
    most = Math.max(most, ++now);
    await sleep(5);
    now--;
    throw new Error("no");
  });
  for (let i = 0; i < 6; i++) void backend.accept(testEvent());
  await backend[Symbol.asyncDispose]();
  assert.deepEqual([sizes.length, lost(), most], [6, 6, 2]);
});

test("batches are throttled after a burst", async () => {
  const { backend, sizes } = batches({ maxSize: 1, throttle: { qps: 20, burst: 2 } });
  for (let i = 0; i < 5; i++) void backend.accept(testEvent());
  await sleep(25);
  assert.equal(sizes.length, 2);
  await sleep(80);
  assert.ok(sizes.length > 2 && sizes.length < 5, `${sizes.length}`);
  await backend[Symbol.asyncDispose]();
  assert.equal(sizes.length, 5);
});

test("a strict backend fails a request whose first event it loses, and no other", async () => {
  const lose = blockingBackend(
    "log",
    () => Promise.reject(new Error("disk")),
    true,
    () => {},
  );
  assert.equal(await lose.accept(testEvent({ stage: "RequestReceived" })), false);
  assert.equal(await lose.accept(testEvent({ stage: "ResponseComplete" })), true);
  const keep = blockingBackend(
    "log",
    () => {},
    true,
    () => {},
  );
  assert.equal(keep.accept(testEvent({ stage: "RequestReceived" })), true);
  assert.equal(await backends([keep, lose]).accept(testEvent({ stage: "RequestReceived" })), false);
});

test("an event that is too large loses its objects, one that is still too large itself; batches keep their size", async () => {
  const out: AuditEvent[][] = [];
  const lost: unknown[] = [];
  const deliver = truncating(
    "log",
    { eventBytes: 1000, batchBytes: 1000 },
    (events) => void out.push([...events]),
    (...what) => lost.push(what),
  );
  const big = `"${"x".repeat(2000)}"`;
  await deliver([testEvent(), testEvent({ responseObject: big, requestObject: big }), testEvent({}, { userAgent: big }), testEvent()]);
  assert.deepEqual(
    out.map((batch) => batch.map(({ responseObject, annotations }) => [responseObject, annotations])),
    [
      [
        ["", []],
        ["", [["audit.k8s.io/truncated", "true"]]],
      ],
      [["", []]],
    ],
  );
  assert.equal(lost.length, 1);
});

test("lines of one turn go out in one write, in order, and a large one by itself", async () => {
  const writes: string[] = [];
  const said = (): readonly string[] => writes;
  const writer = new TurnWriter({ write: (lines) => void writes.push(lines.toString()) }, assert.fail);
  writer.write("a\n");
  writer.write("ü\n");
  assert.deepEqual(said(), []);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(said(), ["a\nü\n"]);
  writer.write("b\n");
  writer.write("x".repeat(300_000));
  assert.deepEqual(
    said()
      .slice(1)
      .map((text) => text.length),
    [2, 300_000],
  );
  writer.write("c\n");
  await writer[Symbol.asyncDispose]();
  assert.equal(said().at(-1), "c\n");
});
