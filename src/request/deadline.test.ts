import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestContext } from "./context.ts";
import { withDeadline } from "./deadline.ts";
import { requestInfo } from "./info.ts";

const to = (target: string): RequestContext => ({ info: requestInfo("GET", target) }) as RequestContext;
const never = (): Promise<never> => new Promise(() => {});

test("a request that takes too long is told so", async () => {
  await assert.rejects(withDeadline(to("/api/v1/pods"), 20, never), /Timeout: request did not complete within the allotted timeout/);
});

test("a client may ask for less time, not for more", async () => {
  await assert.rejects(withDeadline(to("/api/v1/pods?timeout=20ms"), 60_000, never), /allotted timeout/);
  await assert.rejects(withDeadline(to("/api/v1/pods?timeout=1h"), 20, never), /allotted timeout/);
  await assert.rejects(withDeadline(to("/api/v1/pods?timeout=soon"), 20, never), /invalid timeout specified/);
});

test("a watch has no deadline, and an answer in time is given", async () => {
  const slow = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve("ended"), 40));
  assert.equal(await withDeadline(to("/api/v1/pods?watch=1"), 10, slow), "ended");
  assert.equal(await withDeadline(to("/api/v1/pods"), 1000, async () => "answered"), "answered");
});
