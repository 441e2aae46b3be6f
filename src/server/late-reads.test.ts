import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryStorage } from "../storage/memory/memory.ts";
import { ADMIN, testPlane } from "./test-plane.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

test("a most recent read that the cache does not come up to fails in bounded time, and says when to come again", async () => {
  const memory = openMemoryStorage({ historyWindow: 0 });
  let ahead = 0;
  // A store that has more than its watch tells, as a remote one whose stream has stalled.
  const storage = new Proxy(memory, {
    get(target, name) {
      if (name === "currentRevision") return async () => target.revision + ahead;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
  const plane = await testPlane({ storage });
  assert.equal((await plane.as(ADMIN, "POST", MAPS, { metadata: { name: "a" } })).status, 201);
  ahead = 1;
  const begun = Date.now();
  const targets = [MAPS, `${MAPS}/a`, `${MAPS}?watch=1`];
  for (const answer of await Promise.all(targets.map((target) => plane.plane.handle(plane.request(ADMIN, "GET", target))))) {
    assert.equal(answer.status, 504);
    assert.equal(answer.headers["retry-after"], "1");
  }
  assert.ok(Date.now() - begun < 5_000);
  assert.equal((await plane.as(ADMIN, "GET", `${MAPS}/a?resourceVersion=0`)).status, 200, "what asks for no more than there is gets it");
  ahead = 0;
  assert.equal((await plane.as(ADMIN, "GET", `${MAPS}/a`)).status, 200);
});
