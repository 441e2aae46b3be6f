import assert from "node:assert/strict";
import { test } from "node:test";
import { isObject, type JsonObject } from "../../object/json.ts";
import { objectIn } from "../../object/read.ts";
import { ADMIN, testPlane, type TestPlane, type TestPlaneAnswer } from "../../server/test-plane.ts";

const API = "/apis/admissionregistration.k8s.io/v1";
const MAPS = "/api/v1/namespaces/default/configmaps";
const PODS = "/api/v1/namespaces/default/pods";

function rules(resources: string[], group = ""): JsonObject {
  return { resourceRules: [{ apiGroups: [group], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources }] };
}

async function create(t: TestPlane, path: string, body: JsonObject): Promise<TestPlaneAnswer> {
  return t.as(ADMIN, "POST", path, body);
}

/** Puts a policy in force, with a binding of the same name. */
async function policy(t: TestPlane, name: string, spec: JsonObject, binding: JsonObject = {}): Promise<void> {
  const head = { apiVersion: "admissionregistration.k8s.io/v1", metadata: { name } };
  const made = await create(t, `${API}/mutatingadmissionpolicies`, {
    ...head,
    kind: "MutatingAdmissionPolicy",
    spec: { matchConstraints: rules(["configmaps"]), reinvocationPolicy: "Never", ...spec },
  });
  assert.equal(made.status, 201, made.text);
  const bound = await create(t, `${API}/mutatingadmissionpolicybindings`, {
    ...head,
    kind: "MutatingAdmissionPolicyBinding",
    spec: { policyName: name, ...binding },
  });
  assert.equal(bound.status, 201, bound.text);
}

const apply = (expression: string): JsonObject => ({ patchType: "ApplyConfiguration", applyConfiguration: { expression } });
const patch = (expression: string): JsonObject => ({ patchType: "JSONPatch", jsonPatch: { expression } });

function map(name: string, data: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

const pod: JsonObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { serviceAccountName: "default", automountServiceAccountToken: false, containers: [{ name: "app", image: "x" }] },
};

test("an apply configuration merges as server-side apply does: lists by their keys, with defaults for what it adds", async () => {
  const t = await testPlane();
  await t.client.create(
    { group: "", plural: "serviceaccounts" },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } },
  );
  await policy(t, "sidecar", {
    matchConstraints: rules(["pods"]),
    matchConditions: [{ name: "no-sidecar", expression: "!object.spec.containers.exists(c, c.name == 'side')" }],
    variables: [{ name: "image", expression: "'side:' + object.metadata.name" }],
    mutations: [
      apply(
        "Object{metadata: Object.metadata{labels: Object.metadata.labels{side: 'yes'}}, spec: Object.spec{containers: [Object.spec.containers{name: 'side', image: variables.image}]}}",
      ),
    ],
  });
  const answer = await create(t, PODS, pod);
  assert.equal(answer.status, 201, answer.text);
  const containers = objectIn(answer.body, "spec")["containers"] as JsonObject[];
  assert.deepEqual(containers.map(({ name, image, imagePullPolicy }) => [name, image, imagePullPolicy]).sort(), [
    ["app", "x", "Always"],
    ["side", "side:p", "IfNotPresent"],
  ]);
  assert.deepEqual(objectIn(objectIn(answer.body, "metadata"), "labels"), { side: "yes" });
});

test("what a JSON patch makes is read strictly, whatever the policy says of failures", async () => {
  const cases = [
    ["value: {'a': 'b'}", "immutableX", 'strict decoding error: unknown field "immutableX"'],
    ["value: 'abc'", "immutable", "json: cannot unmarshal string into Go struct field ConfigMap.immutable of type bool"],
  ] as const;
  for (const [value, member, message] of cases) {
    const t = await testPlane();
    await policy(t, "a", { failurePolicy: "Ignore", mutations: [patch(`[JSONPatch{op: 'add', path: '/${member}', ${value}}]`)] });
    const answer = await create(t, MAPS, map("m"));
    assert.equal(answer.status, 500);
    assert.equal(answer.body["message"], `Internal error occurred: ${message}`);
  }
});

test("JSON patches are applied in order; a failed test leaves the object, and another fault refuses", async () => {
  const t = await testPlane();
  await policy(t, "a", {
    mutations: [
      patch(
        "[JSONPatch{op: 'add', path: '/metadata/labels', value: {'a.b/c': 'x'}}, JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('d/e'), value: 'y'}]",
      ),
      patch("[JSONPatch{op: 'test', path: '/data/k', value: 'no'}, JSONPatch{op: 'remove', path: '/data/k'}]"),
    ],
  });
  const answer = await create(t, MAPS, map("x", { k: "v" }));
  assert.deepEqual(objectIn(objectIn(answer.body, "metadata"), "labels"), { "a.b/c": "x", "d/e": "y" });
  assert.deepEqual(objectIn(answer.body, "data"), { k: "v" });
  await policy(t, "b", { mutations: [patch("[JSONPatch{op: 'remove', path: '/data/nope'}]")] });
  const refused = await create(t, MAPS, map("y", { k: "v" }));
  assert.equal(refused.status, 403);
  assert.match(String(refused.body["message"]), /^policy 'b' with binding 'b' denied request: JSON Patch: /);
});

test("atomic parts and unknown fields cannot be applied, and types must be named after their path", async () => {
  const t = await testPlane();
  const cases: readonly (readonly [string, RegExp])[] = [
    ["Object{nope: 'x'}", /\.nope: field not declared in schema$/],
    ["Object{metadata: Object.wrong{}}", /type mismatch: unexpected type name "Object\.wrong", expected "Object\.metadata"/],
  ];
  for (const [i, [expression, message]] of cases.entries()) {
    await policy(t, `p${i}`, {
      matchConstraints: { ...rules(["configmaps"]), objectSelector: { matchLabels: { only: `p${i}` } } },
      mutations: [apply(expression)],
    });
    const answer = await create(t, MAPS, { ...map(`x${i}`), metadata: { name: `x${i}`, labels: { only: `p${i}` } } });
    assert.match(String(answer.body["message"]), message);
  }
  await policy(t, "atomic", {
    matchConstraints: rules(["deployments"], "apps"),
    mutations: [apply("Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: Object.spec.selector.matchLabels{a: 'c'}}}}")],
  });
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d" },
    spec: {
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "x" }] } },
    },
  };
  const refused = await create(t, "/apis/apps/v1/namespaces/default/deployments", deployment);
  assert.match(String(refused.body["message"]), /may not mutate atomic arrays, maps or structs: \.spec\.selector$/);
});

test("a policy is asked again, once, when a later one changed the object, if it wishes", async () => {
  for (const reinvocationPolicy of ["IfNeeded", "Never"]) {
    const t = await testPlane();
    await policy(t, "a", {
      reinvocationPolicy,
      mutations: [patch("[JSONPatch{op: 'add', path: '/data/seen', value: string(size(object.data))}]")],
    });
    await policy(t, "b", { mutations: [patch("[JSONPatch{op: 'add', path: '/data/more', value: 'x'}]")] });
    const answer = await create(t, MAPS, map("x", { k: "v" }));
    assert.equal(objectIn(answer.body, "data")["seen"], reinvocationPolicy === "Never" ? "1" : "3");
  }
});

test("what a policy adds is nobody's field, and what it makes of an object is validated", async () => {
  const t = await testPlane();
  await policy(t, "a", {
    matchConditions: [{ name: "c", expression: "object.metadata.name == 'bad'" }],
    mutations: [apply("Object{metadata: Object.metadata{labels: Object.metadata.labels{l: 'no spaces!'}}}")],
  });
  assert.equal((await create(t, MAPS, map("bad"))).status, 422);
  await policy(t, "b", { mutations: [apply("Object{metadata: Object.metadata{labels: Object.metadata.labels{l: 'fine'}}}")] });
  const answer = await create(t, MAPS, map("good", { a: "1" }));
  const metadata = objectIn(answer.body, "metadata");
  assert.deepEqual(metadata["labels"], { l: "fine" });
  assert.ok(
    Array.isArray(metadata["managedFields"]) &&
      metadata["managedFields"].every((entry) => isObject(entry) && !JSON.stringify(entry).includes("f:labels")),
  );
});
