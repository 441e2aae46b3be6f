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

void test("a version that is named for an absent object counts only where the object is to be created", async () => {
  const registry = testRegistry();
  const leases = "/apis/coordination.k8s.io/v1/namespaces/a/leases";
  const named = (name: string, resourceVersion: string) => ({ metadata: { name, resourceVersion } });
  const statuses = async (method: string, target: string, ...versions: string[]) => {
    const all: number[] = [];
    for (const version of versions) all.push((await registry.call(method, target, named("x", version))).status);
    return all;
  };
  assert.deepEqual(await statuses("POST", `${leases}?dryRun=All`, "5", "abc"), [201, 201]);
  assert.deepEqual(await statuses("POST", leases, "5", "abc", "7"), [500, 201, 500]);
  const { status, body } = await registry.call("PUT", `${leases}/y`, named("y", "abc"));
  assert.deepEqual([status, body["message"]], [500, 'strconv.ParseUint: parsing "abc": invalid syntax']);
  assert.equal((await registry.call("PUT", `${leases}/y`, named("y", "5"))).status, 201);
  assert.equal((await registry.call("PUT", PATH, named("none", "abc"))).status, 404);
});

void test("kinds that are changed by version only are so by patches too", async () => {
  const registry = testRegistry();
  const lease = "/apis/coordination.k8s.io/v1/namespaces/a/leases/y";
  assert.equal((await registry.call("PUT", lease, { metadata: { name: "y" } })).status, 201);
  const { status, body } = await registry.call("PATCH", lease, { metadata: { resourceVersion: null } }, MERGE);
  assert.equal(status, 422);
  assert.match(String(body["message"]), /^leases.coordination.k8s.io "y" is invalid: metadata.resourceVersion: Invalid value: 0: must be/);
  const large = { metadata: { name: "y", resourceVersion: "99999999999999999999" } };
  assert.match(String((await registry.call("PUT", lease, large)).body["message"]), /value out of range$/);
});
