import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { stringIn } from "../object/read.ts";
import { ADMIN, testPlane, type TestPlane, type TestUser } from "./test-plane.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const POLICIES = "/apis/admissionregistration.k8s.io/v1";
const CLAIMS = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims";
const BOB: TestUser = { name: "bob" };

/** Lets bob do something everywhere. */
async function allow(server: TestPlane, name: string, ...rules: readonly JsonObject[]): Promise<void> {
  await server.as(ADMIN, "POST", `${RBAC}/clusterroles`, { metadata: { name }, rules });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  await server.as(ADMIN, "POST", `${RBAC}/clusterrolebindings`, { metadata: { name }, roleRef, subjects: [{ kind: "User", name: "bob" }] });
}

test("a policy reads no parameters for somebody who may not read them", async () => {
  const server = await testPlane();
  await allow(server, "policies", { apiGroups: ["admissionregistration.k8s.io"], resources: ["*"], verbs: ["*"] });
  const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
  const policy = (name: string): JsonObject => ({
    metadata: { name },
    spec: { paramKind: { apiVersion: "v1", kind: "Secret" }, matchConstraints: { resourceRules }, validations: [{ expression: "true" }] },
  });
  const binding = (paramRef: JsonObject): JsonObject => ({
    metadata: { name: "b" },
    spec: { policyName: "a", paramRef: { parameterNotFoundAction: "Deny", ...paramRef }, validationActions: ["Deny"] },
  });
  const create = (plural: string, body: JsonObject, user = BOB) => server.as(user, "POST", `${POLICIES}/${plural}?dryRun=All`, body);
  const bob = "user &{bob  [system:authenticated] map[]}";
  const refused = await create("validatingadmissionpolicies", policy("a"));
  assert.equal(refused.status, 422);
  assert.equal(
    stringIn(refused.body, "message"),
    `ValidatingAdmissionPolicy.admissionregistration.k8s.io "a" is invalid: spec.paramKind: Forbidden: ${bob} must have "get" permission on all objects of the referenced paramKind (kind=Secret, apiVersion=v1)`,
  );
  assert.equal((await server.as(ADMIN, "POST", `${POLICIES}/validatingadmissionpolicies`, policy("a"))).status, 201);
  // What stays as it was is nobody's new wish.
  const label = { metadata: { labels: { a: "b" } } };
  const merge = { "content-type": "application/merge-patch+json" };
  assert.equal((await server.as(BOB, "PATCH", `${POLICIES}/validatingadmissionpolicies/a`, label, merge)).status, 200);
  const one = { name: "s", namespace: "default" };
  const unread = await create("validatingadmissionpolicybindings", binding(one));
  assert.match(
    stringIn(unread.body, "message"),
    /spec\.paramRef: Forbidden: user .* does not have "get" permission on the object referenced by paramRef$/,
  );
  const unbound = {
    ...binding(one),
    spec: { policyName: "none", paramRef: { ...one, parameterNotFoundAction: "Deny" }, validationActions: ["Deny"] },
  };
  assert.match(
    stringIn((await create("validatingadmissionpolicybindings", unbound)).body, "message"),
    /unable to get policy none to determine minimum required permissions and user .* does not have "get" permission for all groups, versions and resources$/,
  );
  await allow(server, "secret", { apiGroups: [""], resources: ["secrets"], resourceNames: ["s"], verbs: ["get"] });
  assert.equal((await create("validatingadmissionpolicybindings", binding(one))).status, 201);
  assert.equal((await create("validatingadmissionpolicybindings", binding({ selector: {} }))).status, 422);
  await allow(server, "secrets", { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] });
  assert.equal((await create("validatingadmissionpolicybindings", binding({ selector: {} }))).status, 201);
  assert.equal((await create("validatingadmissionpolicies", policy("c"))).status, 201);
});

test("devices that others use are given only in namespaces that are marked for it", async () => {
  const server = await testPlane();
  const spec = {
    devices: {
      requests: [
        { name: "a", exactly: { deviceClassName: "c" } },
        { name: "r", exactly: { deviceClassName: "c", adminAccess: true } },
      ],
    },
  };
  const fault =
    "spec.devices.requests[1].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace";
  const claim = await server.as(ADMIN, "POST", CLAIMS, { metadata: { name: "c" }, spec });
  assert.equal(stringIn(claim.body, "message"), `ResourceClaim.resource.k8s.io "c" is invalid: ${fault}`);
  const template = await server.as(ADMIN, "POST", `${CLAIMS.slice(0, -1)}templates`, { metadata: { name: "t" }, spec: { spec } });
  assert.equal(stringIn(template.body, "message"), `ResourceClaimTemplate.resource.k8s.io "t" is invalid: ${fault}`);
  const labels = { "resource.kubernetes.io/admin-access": "true" };
  await server.as(
    ADMIN,
    "PATCH",
    "/api/v1/namespaces/default",
    { metadata: { labels } },
    { "content-type": "application/merge-patch+json" },
  );
  assert.equal((await server.as(ADMIN, "POST", CLAIMS, { metadata: { name: "c" }, spec })).status, 201);
});

test("what a claim has is written by whoever may bind it, and what drivers tell of it by those who speak for them", async () => {
  const server = await testPlane();
  const group = { apiGroups: ["resource.k8s.io"] };
  await allow(server, "status", { ...group, resources: ["resourceclaims/status"], verbs: ["patch"] });
  const spec = { devices: { requests: [{ name: "r", exactly: { deviceClassName: "c" } }] } };
  await server.as(ADMIN, "POST", CLAIMS, { metadata: { name: "c" }, spec });
  const device = { driver: "a.b", pool: "p", device: "d" };
  const patch = (status: JsonObject) =>
    server.as(BOB, "PATCH", `${CLAIMS}/c/status`, { status }, { "content-type": "application/merge-patch+json" });
  const allocation = { devices: { results: [{ ...device, request: "r" }] } };
  const invalid = 'ResourceClaim.resource.k8s.io "c" is invalid: ';
  const cannot =
    'permission: resourceclaims.resource.k8s.io is forbidden: User "bob" cannot patch resource "resourceclaims/binding" in API group "resource.k8s.io" at the cluster scope';
  assert.equal(
    stringIn((await patch({ allocation })).body, "message"),
    `${invalid}status: Forbidden: changing status.allocation or status.reservedFor requires resource="resourceclaims/binding", verb="patch" ${cannot}`,
  );
  await allow(server, "binding", { ...group, resources: ["resourceclaims/binding"], verbs: ["patch"] });
  assert.equal((await patch({ allocation })).status, 200);
  const untold = await patch({ devices: [device] });
  assert.match(
    stringIn(untold.body, "message"),
    /status\.devices: Forbidden: changing status\.devices requires resource="resourceclaims\/driver", verb="\[arbitrary-node:patch\]" permission: resourceclaims\.resource\.k8s\.io "a\.b" is forbidden/,
  );
  await allow(server, "driver", {
    ...group,
    resources: ["resourceclaims/driver"],
    resourceNames: ["a.b"],
    verbs: ["arbitrary-node:patch"],
  });
  assert.equal((await patch({ devices: [device] })).status, 200);
});
