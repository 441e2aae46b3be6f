import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { RequestContext } from "./context.ts";
import { withDeadline } from "./deadline.ts";
import { requestInfo } from "./info.ts";
import { Overdue } from "./overdue.ts";

const to = (target: string): RequestContext => ({ info: requestInfo("GET", target) }) as RequestContext;
const never = (): Promise<never> => new Promise(() => {});

test("a request that takes too long is told so", async () => {
  await assert.rejects(
    withDeadline(to("/api/v1/pods"), 20, new Overdue(), never),
    /Timeout: request did not complete within the allotted timeout/,
  );
});

test("a client may ask for less time, not for more", async () => {
  await assert.rejects(withDeadline(to("/api/v1/pods?timeout=20ms"), 60_000, new Overdue(), never), /allotted timeout/);
  await assert.rejects(withDeadline(to("/api/v1/pods?timeout=1h"), 20, new Overdue(), never), /allotted timeout/);
  await assert.rejects(withDeadline(to("/api/v1/pods?timeout=soon"), 20, new Overdue(), never), /invalid timeout specified/);
});

test("a watch has no deadline, and an answer in time is given", async () => {
  const slow = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve("ended"), 40));
  assert.equal(await withDeadline(to("/api/v1/pods?watch=1"), 10, new Overdue(), slow), "ended");
  assert.equal(await withDeadline(to("/api/v1/pods"), 1000, new Overdue(), async () => "answered"), "answered");
});

test("what is over its time is told within a second, what is done before never", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const told: string[] = [];
  const overdue = new Overdue();
  const wait = (name: string, milliseconds: number) =>
    overdue.add({ at: performance.now() + milliseconds, expire: () => void told.push(name) });
  const first = wait("first", -1);
  wait("early", -1);
  const between = wait("between", -1);
  wait("late", 3_600_000);
  wait("early too", -1);
  const last = wait("last", -1);
  for (const done of [between, first, last, between]) overdue.done(done);
  mock.timers.tick(1000);
  mock.timers.tick(1000);
  mock.timers.reset();
  assert.deepEqual(told, ["early", "early too"]);
});
