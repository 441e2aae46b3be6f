import assert from "node:assert/strict";
import { test } from "node:test";
import { duplicateField, invalidField, notSupportedField, requiredField, tooManyField } from "./field-error.ts";
import { FieldPath } from "./field-path.ts";
import { alreadyExists, conflict, forbidden, invalid, methodNotSupported, notFound, statusError } from "./status.ts";

const pods = { group: "", plural: "pods" };
const deployments = { group: "apps", plural: "deployments" };

test("names core resources by their plural, others with their group", () => {
  assert.deepEqual(notFound(pods, "x").status, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: 'pods "x" not found',
    reason: "NotFound",
    details: { name: "x", kind: "pods" },
    code: 404,
  });
  assert.equal(alreadyExists(deployments, "x").message, 'deployments.apps "x" already exists');
  assert.deepEqual(alreadyExists(deployments, "x").status.details, { name: "x", group: "apps", kind: "deployments" });
  assert.equal(
    conflict(pods, "x").message,
    'Operation cannot be fulfilled on pods "x": the object has been modified; please apply your changes to the latest version and try again',
  );
  assert.equal(methodNotSupported(deployments, "delete").message, 'delete is not supported on resources of kind "deployments.apps"');
});

test("forbids a resource as a whole where no name is given", () => {
  assert.equal(forbidden(pods, "x", "why").message, 'pods "x" is forbidden: why');
  assert.equal(forbidden(pods, "", "why").message, "pods is forbidden: why");
  assert.equal(forbidden({ group: "", plural: "" }, "", "why").message, "forbidden: why");
});

test("shows one fault as it is, and several in brackets with each text once but every cause", () => {
  const path = FieldPath.root.child("spec", "ports").index(0);
  const one = invalid({ group: "", kind: "Service" }, "s", [requiredField(path.child("name"))]);
  assert.equal(one.message, 'Service "s" is invalid: spec.ports[0].name: Required value');
  assert.deepEqual(one.status.details, {
    name: "s",
    kind: "Service",
    causes: [{ reason: "FieldValueRequired", message: "Required value", field: "spec.ports[0].name" }],
  });
  const twice = invalidField(path.child("port"), 0, "must be positive");
  const many = invalid({ group: "apps", kind: "Deployment" }, "d", [
    twice,
    twice,
    notSupportedField("spec.x", 'a"b', ["B", "A"]),
    duplicateField("spec.y[1]", { k: "<a>" }),
    tooManyField("spec.z", 3, 2),
  ]);
  assert.equal(
    many.message,
    'Deployment.apps "d" is invalid: [spec.ports[0].port: Invalid value: 0: must be positive, ' +
      'spec.x: Unsupported value: "a\\"b": supported values: "B", "A", ' +
      'spec.y[1]: Duplicate value: {"k":"\\u003ca\\u003e"}, spec.z: Too many: 3: must have at most 2 items]',
  );
  assert.equal(many.status.details?.causes?.length, 5);
});

test("leaves an absent reason and details out", () => {
  assert.deepEqual(Object.keys(statusError(500, undefined, "m").status), ["kind", "apiVersion", "metadata", "status", "message", "code"]);
});

test("faults that each show a whole list are told up to a bound, the first always", () => {
  const list = Array.from({ length: 10_000 }, (_, i) => `scope ${i}`);
  const refusal = (value: readonly string[], count: number) =>
    invalid(
      { group: "", kind: "ResourceQuota" },
      "q",
      Array.from({ length: count }, (_, i) => invalidField(`spec.scopes[${i}]`, [...value], "unsupported scope")),
    );
  const told = refusal(list, 10_000);
  assert.ok(told.message.length < 2 ** 21);
  assert.equal(told.status.details?.causes?.[0]?.field, "spec.scopes[0]");
  assert.equal(refusal(["x".repeat(2 ** 22)], 2).status.details?.causes?.length, 1);
  assert.equal(refusal(["x"], 1000).status.details?.causes?.length, 1000);
});
