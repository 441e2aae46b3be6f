import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { LeaseBook } from "./lease-book.ts";

test("a lease does not end early when the clock was set back, nor when its timer is", () => {
  const timers = new ManualClock();
  let setBack = 0;
  const clock: Clock = {
    now: () => timers.now() - setBack,
    // As setTimeout does for long waits.
    after: (milliseconds, callback) => timers.after(Math.min(milliseconds, 20_000), callback),
  };
  const ended: number[] = [];
  const book = new LeaseBook(clock, [], (lease) => void ended.push(lease));
  const lease = book.grant(100);
  timers.advance(50_000);
  setBack = 40_000;
  timers.advance(60_000);
  assert.deepEqual(ended, []);
  assert.ok(book.runs(lease));
  timers.advance(60_000);
  assert.deepEqual(ended, [lease]);
});

test("leases that no batch could store are handed to the next, unless they have ended", () => {
  const book = new LeaseBook(new ManualClock(), [], () => undefined);
  const first = book.grant(10);
  const second = book.grant(20);
  const taken = book.takeUnsaved();
  assert.deepEqual(
    taken.map(({ lease }) => lease),
    [first, second],
  );
  assert.deepEqual(book.takeUnsaved(), []);
  book.end(first);
  book.putBack(taken);
  assert.deepEqual(
    book.takeUnsaved().map(({ lease }) => lease),
    [second],
  );
});
