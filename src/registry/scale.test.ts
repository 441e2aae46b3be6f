import assert from "node:assert/strict";
import { test } from "node:test";
import { customPlane } from "../server/test-custom-plane.ts";
import { ADMIN, testPlane } from "../server/test-plane.ts";
import { numberAt, setAt } from "./scale-object.ts";

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

test("a custom resource's scale is checked with the whole, and there only where it wants replicas", async () => {
  await using plane = await customPlane();
  const open = { "type": "object", "x-kubernetes-preserve-unknown-fields": true };
  const scale = { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas", labelSelectorPath: ".status.selector" };
  await plane.establish({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "foos.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "foos", kind: "Foo" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: open }, subresources: { status: {}, scale } }],
    },
  });
  const foos = "/apis/example.com/v1/namespaces/default/foos";
  const told = async (...[method, target, body]: readonly [string, string, unknown?]) => {
    const answer = await plane.call(method, target, body, {
      "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
    });
    return `${answer.status} ${String(answer.body["message"] ?? "")}`;
  };
  const foo = (spec: object) => ({ apiVersion: "example.com/v1", kind: "Foo", metadata: { name: "a" }, spec });
  const wrong = (detail: string) => `422 Foo.example.com "a" is invalid: .spec.replicas: Invalid value: ${detail}`;
  assert.equal(await told("POST", foos, foo({ replicas: -1 })), wrong("-1: should be a non-negative integer"));
  assert.equal(await told("POST", foos, foo({ replicas: 2 ** 31 })), wrong("2147483648: should be less than or equal to 2147483647"));
  const text = ".spec.replicas accessor error: x is of the type string, expected int64";
  assert.equal(await told("POST", foos, foo({ replicas: "x" })), wrong(`0: ${text}`));
  assert.equal(await told("POST", foos, foo({})), "201 ");
  const missing = 'the spec replicas field ".spec.replicas"';
  assert.equal(await told("GET", `${foos}/a/scale`), `500 Internal error occurred: ${missing} does not exist`);
  assert.equal(await told("PATCH", `${foos}/a/scale`, { metadata: { uid: "other" } }), `400 ${missing} cannot be empty`);
  const put = (replicas: number) => told("PUT", `${foos}/a/scale`, { metadata: { name: "a" }, spec: { replicas } });
  assert.equal(await put(-1), wrong("-1: should be a non-negative integer"));
  assert.equal(await put(0), "200 ");
  assert.equal(await told("GET", `${foos}/a/scale`), "200 ");
  assert.equal(
    await told("PATCH", `${foos}/a/status`, { status: { selector: { a: ["b", null] } } }),
    '422 Foo.example.com "a" is invalid: .status.selector: Invalid value: "": .status.selector accessor error: map[a:[b <nil>]] is of the type map[string]interface {}, expected string',
  );
});

test("a path through the prototype's name leads to a member of the object itself", () => {
  const object = { apiVersion: "example.com/v1", kind: "Foo", metadata: {}, spec: {} };
  for (const path of ["spec.__proto__.replicas", "spec.constructor.replicas"]) {
    setAt(object, path, 3);
    assert.equal(numberAt(object, path), 3);
  }
  for (const shared of [Object.prototype, Object]) assert.equal(Object.hasOwn(shared, "replicas"), false);
});
