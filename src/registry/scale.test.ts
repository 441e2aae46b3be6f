import assert from "node:assert/strict";
import { test } from "node:test";
import { ADMIN, testPlane } from "../server/test-plane.ts";

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const SCALE = `${DEPLOYMENTS}/d/scale`;

async function deployed() {
  const plane = await testPlane();
  const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
  const made = await plane.as(ADMIN, "POST", DEPLOYMENTS, {
    metadata: { name: "d" },
    spec: { selector: { matchLabels: { a: "b" } }, template },
  });
  assert.equal(made.status, 201);
  return plane;
}

test("a scale's metadata is checked as any object's", async () => {
  const { as } = await deployed();
  const put = (metadata: object, replicas = 2) => as(ADMIN, "PUT", SCALE, { metadata: { name: "d", ...metadata }, spec: { replicas } });
  const refused = await put({ namespace: "default", finalizers: ["x"] }, -1);
  assert.equal(
    refused.body["message"],
    'Scale.autoscaling "d" is invalid: [metadata.finalizers[0]: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified, spec.replicas: Invalid value: -1: must be greater than or equal to 0]',
  );
  assert.equal((await put({})).status, 200);
});

test("a patch that names another object is a conflict of the scale", async () => {
  const { as } = await deployed();
  const patch = { metadata: { uid: "other" }, spec: { replicas: 2 } };
  const refused = await as(ADMIN, "PATCH", SCALE, patch, { "content-type": "application/merge-patch+json" });
  assert.match(
    String(refused.body["message"]),
    /^Operation cannot be fulfilled on deployments\/scale\.apps "d": Precondition failed: UID in precondition: other, UID in object meta: /,
  );
});
