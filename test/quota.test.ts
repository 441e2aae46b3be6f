import assert from "node:assert/strict";
import { test } from "node:test";
import { startEtcd } from "./etcd-server.ts";
import { needs } from "./programs.ts";
import { startReplica } from "./replica.ts";

const NAMESPACE = "/api/v1/namespaces/default";

test("64 creates at once, by two servers on one etcd, against a quota of 10 make exactly 10", needs("etcd"), async () => {
  await using etcd = await startEtcd();
  await using first = await startReplica([etcd.url]);
  await using second = await startReplica([etcd.url]);
  const hard = { "count/secrets": "10" };
  const quota = { metadata: { name: "q" }, spec: { hard }, status: { hard, used: { "count/secrets": "0" } } };
  // No loop counts here: what a controller would write is written by the test.
  assert.equal((await first.door.ask("POST", `${NAMESPACE}/resourcequotas`, quota)).code, 201);
  const { body } = await first.door.ask("GET", `${NAMESPACE}/resourcequotas/q`);
  assert.equal((await first.door.ask("PUT", `${NAMESPACE}/resourcequotas/q/status`, { ...body, status: quota.status })).code, 200);
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, i) => {
      const { door } = i % 2 === 0 ? first : second;
      return door.ask("POST", `${NAMESPACE}/secrets`, { metadata: { name: `s${i}` } });
    }),
  );
  assert.equal(answers.filter(({ code }) => code === 201).length, 10);
  const refusals = answers.filter(({ code }) => code !== 201);
  assert.ok(refusals.every(({ code }) => code === 403 || code === 409));
  const { items } = (await second.door.ask("GET", `${NAMESPACE}/secrets`)).body;
  assert.equal(items?.length, 10);
  assert.equal((await second.door.ask("POST", `${NAMESPACE}/secrets`, { metadata: { name: "more" } })).code, 403);
});
