import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { ADMIN, testPlane, type TestPlane, type TestPlaneAnswer } from "../../server/test-plane.ts";

const API = "/apis/admissionregistration.k8s.io/v1";
const MAPS = "/api/v1/namespaces/default/configmaps";
const ON_MAPS = { resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["*"], resources: ["configmaps"] }] };

async function create(t: TestPlane, path: string, body: JsonObject): Promise<TestPlaneAnswer> {
  return t.as(ADMIN, "POST", path, body);
}

/** Puts a policy in force, with a binding of the same name. */
async function policy(t: TestPlane, name: string, spec: JsonObject, binding: JsonObject = { validationActions: ["Deny"] }): Promise<void> {
  const made = await create(t, `${API}/validatingadmissionpolicies`, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: { matchConstraints: ON_MAPS, ...spec },
  });
  assert.equal(made.status, 201, made.text);
  const bound = await create(t, `${API}/validatingadmissionpolicybindings`, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name, ...binding },
  });
  assert.equal(bound.status, 201, bound.text);
}

function map(name: string, data: JsonObject = {}, labels: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data };
}

test("a new policy holds for the next write, a changed one too, and without its binding it ends", async () => {
  const t = await testPlane();
  await policy(t, "p", { validations: [{ expression: "object.data.a == '1'" }] });
  assert.equal((await create(t, MAPS, map("x", { a: "2" }))).status, 422);
  const changed = await t.as(
    ADMIN,
    "PATCH",
    `${API}/validatingadmissionpolicies/p`,
    { spec: { validations: [{ expression: "object.data.a == '2'" }] } },
    { "content-type": "application/merge-patch+json" },
  );
  assert.equal(changed.status, 200, changed.text);
  assert.equal((await create(t, MAPS, map("x", { a: "2" }))).status, 201);
  assert.equal((await create(t, MAPS, map("y", { a: "1" }))).status, 422);
  await t.as(ADMIN, "DELETE", `${API}/validatingadmissionpolicybindings/p`);
  assert.equal((await create(t, MAPS, map("y", { a: "1" }))).status, 201);
});

test("parameters of a built-in kind are found by name and by selector, each judges, and Deny refuses where there are none", async () => {
  const t = await testPlane();
  await policy(
    t,
    "p",
    {
      paramKind: { apiVersion: "v1", kind: "ConfigMap" },
      matchConstraints: { ...ON_MAPS, objectSelector: { matchLabels: { judged: "yes" } } },
      validations: [{ expression: "size(object.data) <= int(params.data.max)", messageExpression: "'at most ' + params.data.max" }],
    },
    { validationActions: ["Deny"], paramRef: { selector: { matchLabels: { limits: "yes" } }, parameterNotFoundAction: "Deny" } },
  );
  const judged = { judged: "yes" };
  const none = await create(t, MAPS, map("a", { x: "1" }, judged));
  assert.match(
    String(none.body["message"]),
    /'p' with binding 'p' denied request: failed to configure binding: no params found for policy binding with `Deny`/,
  );
  await create(t, MAPS, map("one", { max: "3" }, { limits: "yes" }));
  await create(t, MAPS, map("two", { max: "1" }, { limits: "yes" }));
  assert.match(String((await create(t, MAPS, map("a", { x: "1", y: "2" }, judged))).body["message"]), /denied request: at most 1$/);
  assert.equal((await create(t, MAPS, map("a", { x: "1" }, judged))).status, 201);
});

test("a paramKind that nobody serves is told of, or ignored with failurePolicy Ignore", async () => {
  for (const failurePolicy of ["Fail", "Ignore"]) {
    const t = await testPlane();
    const spec = { failurePolicy, paramKind: { apiVersion: "example.com/v1", kind: "Nope" }, validations: [{ expression: "true" }] };
    await policy(t, "p", spec, { validationActions: ["Deny"], paramRef: { name: "x", parameterNotFoundAction: "Deny" } });
    const answer = await create(t, MAPS, map("a"));
    if (failurePolicy === "Ignore") assert.equal(answer.status, 201);
    else
      assert.match(
        String(answer.body["message"]),
        /denied request: failed to configure policy: failed to find resource referenced by paramKind: 'example.com\/v1, Kind=Nope'$/,
      );
  }
});

test("expressions that cost too much end as a failure does, and end", async () => {
  const t = await testPlane();
  const loop = "[0,1,2,3,4,5,6,7,8,9]";
  const nested = `${loop}.all(a, ${loop}.all(b, ${loop}.all(c, ${loop}.all(d, ${loop}.all(e, ${loop}.all(f, a + b + c + d + e + f >= 0))))))`;
  await policy(t, "p", { validations: [{ expression: nested }] });
  const answer = await create(t, MAPS, map("a"));
  assert.equal(answer.status, 422);
  assert.match(String(answer.body["message"]), /resulted in error: operation cancelled: actual cost limit exceeded$/);
});

test("an expression that does not compile is refused when it is written, and is a failure where it was stored all the same", async () => {
  const t = await testPlane();
  const spec = { matchConstraints: ON_MAPS, validations: [{ expression: "object.data.size( > 1" }] };
  const written = await create(t, `${API}/validatingadmissionpolicies`, { metadata: { name: "x" }, spec });
  assert.equal(written.status, 422);
  assert.match(
    String(written.body["message"]),
    /spec\.validations\[0\]\.expression: Invalid value: .*compilation failed: ERROR: <input>:1:/,
  );
  for (const failurePolicy of ["Fail", "Ignore"]) {
    const name = failurePolicy.toLowerCase();
    await policy(t, name, { failurePolicy, validations: [{ expression: "true" }] });
    const key = `/registry/validatingadmissionpolicies/${name}`;
    const stored = await t.storage.get(key);
    assert.ok(stored);
    // As another version of the server may have left it.
    const broken = Buffer.from(stored.value.toString("utf8").replace('"expression":"true"', '"expression":"object.("'));
    assert.notEqual(broken.length, stored.value.length);
    await t.storage.commit({ compares: [], operations: [{ type: "put", key, value: broken }] });
    const answer = await create(t, MAPS, map("a"));
    if (failurePolicy === "Fail") {
      assert.equal(answer.status, 422);
      assert.match(
        String(answer.body["message"]),
        /^configmaps "a" is forbidden: ValidatingAdmissionPolicy 'fail' with binding 'fail' denied request: compilation error: /,
      );
      assert.equal((await t.as(ADMIN, "DELETE", `${API}/validatingadmissionpolicybindings/fail`)).status, 200);
    } else assert.equal(answer.status, 201, answer.text);
  }
});

test("the namespace, the authorizer and lazily computed variables are known; a match condition that does not hold exempts", async () => {
  const t = await testPlane();
  await policy(t, "p", {
    variables: [{ name: "boom", expression: "object.data.nope == 'x'" }],
    matchConditions: [{ name: "c", expression: "object.metadata.name != 'free'" }],
    validations: [
      { expression: "true || variables.boom" },
      { expression: "namespaceObject.metadata.name == 'default' && namespaceObject.status.phase == 'Active'" },
      { expression: "authorizer.requestResource.check('delete').allowed()" },
      { expression: "authorizer.serviceAccount('default', 'sa').group('').resource('pods').check('get').allowed()", message: "sa may not" },
    ],
  });
  assert.match(String((await create(t, MAPS, map("a", { x: "1" }))).body["message"]), /denied request: sa may not$/);
  assert.equal((await create(t, MAPS, map("free"))).status, 201);
});

test("rules mean other versions of a resource with matchPolicy Equivalent, and expressions then see that version", async () => {
  const t = await testPlane();
  const rules = (matchPolicy: string): JsonObject => ({
    matchPolicy,
    resourceRules: [{ apiGroups: ["autoscaling"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["horizontalpodautoscalers"] }],
  });
  await policy(t, "exact", { matchConstraints: rules("Exact"), validations: [{ expression: "false" }] });
  await policy(t, "equivalent", {
    matchConstraints: rules("Equivalent"),
    validations: [
      {
        expression: "false",
        messageExpression:
          "object.apiVersion + ' ' + request.resource.version + ' ' + request.requestResource.version + ' ' + string(object.spec.targetCPUUtilizationPercentage)",
      },
    ],
  });
  const answer = await create(t, "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "h" },
    spec: {
      maxReplicas: 3,
      scaleTargetRef: { kind: "Deployment", name: "d", apiVersion: "apps/v1" },
      metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } }],
    },
  });
  assert.match(String(answer.body["message"]), /'equivalent' with binding 'equivalent' denied request: autoscaling\/v1 v1 v2 50$/);
});

test("policies cannot lock out the repair of policies, nor answer for reviews", async () => {
  const t = await testPlane();
  const everything = { resourceRules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"] }] };
  await policy(t, "p", { matchConstraints: everything, validations: [{ expression: "false" }] });
  assert.equal((await create(t, MAPS, map("a"))).status, 422);
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  assert.equal((await create(t, "/apis/authentication.k8s.io/v1/selfsubjectreviews", review)).status, 201);
  assert.equal((await t.as(ADMIN, "DELETE", `${API}/validatingadmissionpolicies/p`)).status, 200);
});

test("a scale is judged as a Scale: without the labels of what it scales", async () => {
  const t = await testPlane();
  await policy(t, "p", {
    matchConstraints: {
      objectSelector: { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] },
      resourceRules: [{ apiGroups: ["apps"], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["deployments/scale"] }],
    },
    validations: [
      {
        expression: "object.kind == 'Scale' && object.spec.replicas < 5",
        messageExpression: "'too many: ' + string(object.spec.replicas)",
      },
    ],
  });
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d", labels: { app: "x" } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "x" }] } },
    },
  };
  assert.equal((await create(t, "/apis/apps/v1/namespaces/default/deployments", deployment)).status, 201);
  const scale = (replicas: number) =>
    t.as(
      ADMIN,
      "PATCH",
      "/apis/apps/v1/namespaces/default/deployments/d/scale",
      { spec: { replicas } },
      { "content-type": "application/merge-patch+json" },
    );
  assert.match(String((await scale(7)).body["message"]), /denied request: too many: 7$/);
  assert.equal((await scale(4)).status, 200);
});

test("connections are judged by the options that they ask for", async () => {
  const t = await testPlane();
  const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CONNECT"], resources: ["pods/exec", "services/proxy"] }];
  await policy(t, "p", {
    matchConstraints: { resourceRules },
    validations: [
      { expression: "!has(object.command) || object.command[0] != 'sh'", message: "no shells" },
      { expression: "!has(object.path) || !object.path.startsWith('/admin')", message: "not there" },
    ],
  });
  const connect = async (path: string) => (await t.as(ADMIN, "POST", `/api/v1/namespaces/default/${path}`)).body["message"];
  assert.match(String(await connect("pods/a/exec?command=sh")), /denied request: no shells$/);
  assert.match(String(await connect("services/a/proxy/admin/x")), /denied request: not there$/);
  assert.equal(await connect("pods/a/exec?command=ls"), 'pods "a" not found');
});
