import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { objectIn } from "../object/read.ts";
import { testRegistry } from "./test-registry.ts";

const MAPS = "/api/v1/namespaces/a/configmaps";
const MERGE = { "content-type": "application/merge-patch+json" };
const owner = (name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  name,
  uid: `u-${name}`,
  ...more,
});
const warningOf = (when: string): string =>
  `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: [u-a]`;

test("an owner that stands twice is stored once, with a warning that says when it was found", async () => {
  const registry = testRegistry();
  const sent = { metadata: { name: "x", ownerReferences: [owner("a"), owner("b"), owner("a")] } };
  const left = [owner("a"), owner("b")];
  const ownersIn = (body: JsonObject) => (body["metadata"] as JsonObject)["ownerReferences"];
  for (const [method, path, headers, when] of [
    ["POST", MAPS, undefined, ""],
    ["PUT", `${MAPS}/x`, undefined, ""],
    ["PATCH", `${MAPS}/x`, MERGE, " after mutating admission"],
  ] as const) {
    const { body, warnings } = await registry.call(method, path, sent, headers);
    assert.deepEqual(ownersIn(body), left, method);
    assert.deepEqual(warnings, [warningOf(when)], method);
  }
});

test("references to one owner that differ all stay", async () => {
  const ownerReferences = [owner("a"), owner("a", { controller: true })];
  const { body, warnings } = await testRegistry().call("POST", MAPS, { metadata: { name: "x", ownerReferences } });
  assert.deepEqual((body["metadata"] as JsonObject)["ownerReferences"], ownerReferences);
  assert.deepEqual(warnings, []);
});

test("many references to one owner are told apart in one walk", { timeout: 10_000 }, async () => {
  const ownerReferences = Array.from({ length: 20_000 }, (_, i) => ({ apiVersion: "v1", kind: "Pod", name: `p${i}`, uid: "u" }));
  const { status, body } = await testRegistry().call("POST", MAPS, { metadata: { name: "x", ownerReferences } });
  assert.equal(status, 201);
  assert.equal((objectIn(body, "metadata")["ownerReferences"] as unknown[]).length, 20_000);
});
