import assert from "node:assert/strict";
import { test } from "node:test";
import { testRegistry } from "./test-registry.ts";

const PATH = "/api/v1/namespaces/a/configmaps/none";
const MERGE = { "content-type": "application/merge-patch+json" };
const APPLY = { "content-type": "application/apply-patch+yaml" };

void test("that an object is absent is told before what is wrong with its patch", async () => {
  const { status, body } = await testRegistry().call("PATCH", PATH, [], MERGE);
  assert.deepEqual([status, body["message"]], [404, 'configmaps "none" not found']);
});

void test("whoever names an absent object by its uid is told of a conflict", async () => {
  const registry = testRegistry();
  const put = await registry.call("PUT", PATH, { metadata: { name: "none", uid: "u" } });
  assert.equal(put.status, 409);
  assert.match(String(put.body["message"]), /Precondition failed: UID in precondition: u, UID in object meta: $/);
  const applied = await registry.call(
    "PATCH",
    `${PATH}?fieldManager=m`,
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "none", uid: "u" } },
    APPLY,
  );
  assert.equal(applied.status, 409);
  assert.match(String(applied.body["message"]), /uid mismatch: the provided object specified uid u, and no existing object was found$/);
});
