import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { ADMIN, testPlane, type TestPlane, type TestUser } from "./test-plane.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const REVIEWS = "/apis/authorization.k8s.io/v1";
const ALICE: TestUser = { name: "alice" };

test("a role begins to count with its binding and stops in the answer to its removal", async () => {
  const server = await testPlane();
  assert.equal((await server.as(ALICE, "GET", "/api/v1/namespaces/default/configmaps")).status, 403);
  await grant(server, "alice", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }]);
  assert.equal((await server.as(ALICE, "GET", "/api/v1/namespaces/default/configmaps")).status, 200);
  assert.equal((await server.as(ALICE, "GET", "/api/v1/configmaps")).status, 403);
  await server.as(ADMIN, "DELETE", `${RBAC}/namespaces/default/rolebindings/b`);
  assert.equal((await server.as(ALICE, "GET", "/api/v1/namespaces/default/configmaps")).status, 403);
});

test("nobody grants what they do not hold, by create, update, apply, dry run or binding", async () => {
  const server = await testPlane();
  const own = { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] };
  await grant(server, "alice", [
    { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings", "clusterroles"], verbs: ["*"] },
    own,
  ]);
  // The verb * includes escalate and bind, so this user may: the one below has the plain verbs.
  const bob: TestUser = { name: "bob", groups: ["g"] };
  const verbs = ["get", "create", "update", "patch", "delete"];
  await grant(server, "bob", [{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"], verbs }, own], "bobs");
  const roles = `${RBAC}/namespaces/default/roles`;
  const secrets = { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] };
  const role = (name: string, rule: JsonObject) => ({ metadata: { name }, rules: [rule] });
  const text =
    'user "bob" (groups=["g" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
    '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}';
  const before = await server.storage.currentRevision();
  const refused = await server.as(bob, "POST", roles, role("x", secrets));
  assert.equal(refused.body["message"], `roles.rbac.authorization.k8s.io "x" is forbidden: ${text}`);
  assert.equal((await server.as(bob, "POST", `${roles}?dryRun=All`, role("x", secrets))).status, 403);
  assert.equal((await server.as(bob, "PUT", `${roles}/x`, role("x", secrets))).status, 403);
  const apply = { "content-type": "application/apply-patch+yaml" };
  const applied = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", ...role("x", secrets) };
  assert.equal((await server.as(bob, "PATCH", `${roles}/x?fieldManager=m`, applied, apply)).status, 403);
  const bindings = `${RBAC}/namespaces/default/rolebindings`;
  const admin = { metadata: { name: "x" }, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" } };
  assert.equal((await server.as(bob, "POST", bindings, admin)).status, 403);
  const none = { ...admin, roleRef: { ...admin.roleRef, name: "none" } };
  assert.equal((await server.as(bob, "POST", bindings, none)).status, 404);
  assert.equal(await server.storage.currentRevision(), before, "nothing was stored");
  assert.equal((await server.as(bob, "POST", roles, role("ok", own))).status, 201);
  assert.equal((await server.as(ALICE, "POST", roles, role("x", secrets))).status, 201, "escalate");
  assert.equal((await server.as(ALICE, "POST", bindings, admin)).status, 201, "bind");
});

test("reviews answer what a request would be answered, with the reason", async () => {
  const server = await testPlane();
  await grant(server, "alice", [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]);
  const asked = { resourceAttributes: { verb: "get", resource: "pods", namespace: "default" } };
  const review = async (user: TestUser, plural: string, spec: JsonObject): Promise<JsonObject> => {
    const { body } = await server.as(user, "POST", `${REVIEWS}/${plural}`, { spec });
    return (body["status"] ?? {}) as JsonObject;
  };
  const yes = { allowed: true, reason: 'RBAC: allowed by RoleBinding "b/default" of Role "b" to User "alice"' };
  assert.deepEqual(await review(ALICE, "selfsubjectaccessreviews", asked), yes);
  assert.deepEqual(await review(ADMIN, "subjectaccessreviews", { ...asked, user: "alice" }), yes);
  assert.deepEqual(await review(ADMIN, "subjectaccessreviews", { ...asked, user: "bob" }), { allowed: false });
  assert.deepEqual(await review(ADMIN, "namespaces/default/localsubjectaccessreviews", { ...asked, user: "alice" }), yes);
  const rules = await review(ALICE, "selfsubjectrulesreviews", { namespace: "default" });
  assert.equal(rules["incomplete"], false);
  assert.ok((rules["resourceRules"] as JsonObject[]).some(({ resources }) => JSON.stringify(resources) === '["pods"]'));
  assert.equal((await server.as(ALICE, "POST", `${REVIEWS}/subjectaccessreviews`, { spec: { ...asked, user: "alice" } })).status, 403);
  assert.equal((await server.as(ADMIN, "POST", `${REVIEWS}/subjectaccessreviews`, { spec: {} })).status, 422);
});

test("a node sees and changes what is its own", async () => {
  const server = await testPlane();
  const node: TestUser = { name: "system:node:n", groups: ["system:nodes"] };
  const pods = "/api/v1/namespaces/default/pods";
  const pod = (name: string, nodeName: string) => ({ metadata: { name }, spec: { containers: [{ name: "c", image: "i" }], nodeName } });
  await server.as(ADMIN, "POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
  for (const [name, home] of [
    ["mine", "n"],
    ["theirs", "m"],
  ] as const)
    assert.equal((await server.as(ADMIN, "POST", pods, pod(name, home))).status, 201);
  assert.equal((await server.as(node, "GET", `${pods}/mine`)).status, 200);
  assert.equal((await server.as(node, "GET", `${pods}/theirs`)).status, 403);
  const merge = { "content-type": "application/merge-patch+json" };
  const running = { status: { phase: "Running" } };
  assert.equal((await server.as(node, "PATCH", `${pods}/mine/status`, running, merge)).status, 200);
  const refused = await server.as(node, "PATCH", `${pods}/theirs/status`, running, merge);
  assert.match(String(refused.body["message"]), /node "n" can only update pod status for pods with spec.nodeName set to itself$/);
  assert.equal((await server.as(node, "DELETE", `${pods}/theirs`)).status, 403);
  assert.match(String((await server.as(node, "POST", pods, pod("new", "n"))).body["message"]), /can only create mirror pods$/);
  assert.equal((await server.as(node, "POST", "/api/v1/nodes", { metadata: { name: "m" } })).status, 403);
  assert.equal((await server.as(node, "POST", "/api/v1/nodes", { metadata: { name: "n", labels: { "k8s.io/x": "1" } } })).status, 403);
  assert.equal((await server.as(node, "POST", "/api/v1/nodes", { metadata: { name: "n" } })).status, 201);
  assert.equal((await server.as(node, "PATCH", "/api/v1/nodes/n", { spec: { taints: [] } }, merge)).status, 403);
  await server.as(ADMIN, "DELETE", `${pods}/mine?gracePeriodSeconds=0`);
  assert.equal((await server.as(node, "GET", `${pods}/mine`)).status, 403, "gone with its relation");
});

test("a node asks for certificates of its own name only", async () => {
  const server = await testPlane();
  const csr = (name: string) => ({
    metadata: { name },
    spec: { request: CSR_OF_M, signerName: "kubernetes.io/kube-apiserver-client-kubelet", usages: ["client auth"] },
  });
  const path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
  const node = (name: string): TestUser => ({ name: `system:node:${name}`, groups: ["system:nodes"] });
  const refused = await server.as(node("n"), "POST", path, csr("a"));
  assert.match(String(refused.body["message"]), / is forbidden: can only create a node CSR with CN=system:node:n$/);
  assert.equal((await server.as(node("m"), "POST", path, csr("b"))).status, 201);
});

test("a put or an apply that creates needs the permission to create as well", async () => {
  const server = await testPlane();
  const resources = ["leases", "configmaps"];
  await grant(server, "alice", [{ apiGroups: ["", "coordination.k8s.io"], resources, verbs: ["get", "update", "patch"] }]);
  const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "x" } };
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } };
  const [leases, maps] = ["/apis/coordination.k8s.io/v1/namespaces/default/leases", "/api/v1/namespaces/default/configmaps"];
  const apply = { "content-type": "application/apply-patch+yaml" };
  const before = await server.storage.currentRevision();
  const asked: readonly (readonly [string, string, JsonObject, Record<string, string>?])[] = [
    ["PUT", `${leases}/x`, lease],
    ["PATCH", `${leases}/y?fieldManager=m`, { ...lease, metadata: { name: "y" } }, apply],
    ["PATCH", `${maps}/x?fieldManager=m&force=true&dryRun=All`, map, apply],
  ];
  for (const [method, path, body, headers] of asked) {
    const refused = await server.as(ALICE, method, path, body, headers);
    assert.equal(refused.status, 403, path);
    assert.match(String(refused.body["message"]), /User "alice" cannot create resource/);
  }
  assert.equal(await server.storage.currentRevision(), before);
  for (const [method, path, body, headers] of asked) assert.equal((await server.as(ADMIN, method, path, body, headers)).status, 201, path);
  const merge = { "content-type": "application/merge-patch+json" };
  assert.equal((await server.as(ALICE, "PATCH", `${leases}/x`, { metadata: { labels: { a: "b" } } }, merge)).status, 200);
});

test("a path behind a proxy needs the permission of the proxy alone, and is of an object that must be there", async () => {
  const server = await testPlane();
  await grant(server, "alice", [{ apiGroups: [""], resources: ["services/proxy"], verbs: ["get"] }]);
  const proxy = "/api/v1/namespaces/default/services/none/proxy";
  for (const path of [proxy, `${proxy}/`, `${proxy}/a`, `${proxy}/a//b/pods/x/exec`, `${proxy}//a`]) {
    const { status, body } = await server.as(ALICE, "GET", path);
    assert.deepEqual([status, body["message"]], [404, 'services "none" not found'], path);
    assert.equal((await server.as(ALICE, "PUT", path)).status, 403, path);
  }
  const elsewhere = await server.as(ADMIN, "GET", "/api/v1/namespaces/default/services/none/status/a");
  assert.equal(elsewhere.body["message"], "the server could not find the requested resource");
});

/** A request of O=system:nodes, CN=system:node:m. */
const CSR_OF_M = Buffer.from(
  `-----BEGIN CERTIFICATE REQUEST-----\n${[
    "MIHqMIGRAgEAMC8xFTATBgNVBAoMDHN5c3RlbTpub2RlczEWMBQGA1UEAwwNc3lzdGVtOm5vZGU6bTBZMBMGByqGSM49AgEGCCqG",
    "SM49AwEHA0IABKc7iVdiJalKX36Woo0eRzN19GTYIv7cWev3JHPfCwMtm99E7LJ69u1DjScfGHUjuBrm/bYt1KFzZIKzg12EX52g",
    "ADAKBggqhkjOPQQDAgNIADBFAiEAx77I/OFk1QNJKFfIQXwf20ErPsIIQ6RCz2p82zYAegkCIG6GJ49i4wPuXZVW9lCfcUs7SCrZ",
    "9nMelbOHg+Rlwp9G",
  ].join("")}\n-----END CERTIFICATE REQUEST-----\n`,
).toString("base64");

/** Gives a user rules in the namespace default. */
async function grant(server: TestPlane, user: string, rules: JsonObject[], name = "b"): Promise<void> {
  const metadata = { name };
  const subjects = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: user }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
  assert.equal((await server.as(ADMIN, "POST", `${RBAC}/namespaces/default/roles`, { metadata, rules })).status, 201);
  assert.equal((await server.as(ADMIN, "POST", `${RBAC}/namespaces/default/rolebindings`, { metadata, roleRef, subjects })).status, 201);
}
