import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { systemClient } from "../registry/system-client.ts";
import { testRegistry } from "../registry/test-registry.ts";
import { bootstrapRoles, readBootstrapRoles } from "./bootstrap-rbac.ts";

const WANTED = readBootstrapRoles(new URL("../../../data/kubernetes-v1.36", import.meta.url).pathname);
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const OWN = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };

test("all roles and bindings of a release are there after a start, and a second start writes nothing", async () => {
  const server = await started();
  for (const [plural, wanted] of Object.entries(WANTED)) {
    const { body } = await server.call("GET", `${RBAC}/${plural}`);
    assert.equal((body["items"] as JsonObject[]).length, wanted.length, plural);
  }
  const before = await server.storage.currentRevision();
  await bootstrapRoles(systemClient(server.registry), WANTED);
  assert.equal(await server.storage.currentRevision(), before);
});

test("a start adds what was taken away and keeps what was added", async () => {
  const server = await started();
  const discovery = `${RBAC}/clusterroles/system:discovery`;

  await patch(server, discovery, { rules: [OWN], metadata: { labels: { "kubernetes.io/bootstrapping": "mine" } } });
  const binding = `${RBAC}/clusterrolebindings/system:basic-user`;
  await patch(server, binding, { subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "me" }] });
  await bootstrapRoles(systemClient(server.registry), WANTED);
  const role = (await server.call("GET", discovery)).body;
  const rules = role["rules"] as JsonObject[];
  assert.deepEqual(rules[0], OWN);
  assert.deepEqual(rules[1], { verbs: ["get"], nonResourceURLs: ["/api"] });
  assert.equal(((role["metadata"] as JsonObject)["labels"] as JsonObject)["kubernetes.io/bootstrapping"], "mine");
  const { body } = await server.call("GET", binding);
  assert.deepEqual(
    (body["subjects"] as JsonObject[]).map(({ name }) => name),
    ["me", "system:authenticated"],
  );
});

test("a role whose autoupdate annotation is false is left as it is", async () => {
  const server = await started();
  const discovery = `${RBAC}/clusterroles/system:discovery`;
  await patch(server, discovery, { rules: [OWN], metadata: { annotations: { "rbac.authorization.kubernetes.io/autoupdate": "false" } } });
  await bootstrapRoles(systemClient(server.registry), WANTED);
  assert.deepEqual((await server.call("GET", discovery)).body["rules"], [OWN]);
});

test("a binding to another role is made anew", async () => {
  const server = await started();
  const binding = `${RBAC}/clusterrolebindings/system:basic-user`;
  const subject = { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "me" };
  await server.call("DELETE", binding);
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  const metadata = { name: "system:basic-user" };
  await server.call("POST", `${RBAC}/clusterrolebindings`, { metadata, roleRef, subjects: [subject] });
  await bootstrapRoles(systemClient(server.registry), WANTED);
  const { body } = await server.call("GET", binding);
  assert.equal((body["roleRef"] as JsonObject)["name"], "system:basic-user");
});

async function started() {
  const server = testRegistry();
  await server.registry.caches.startAll();
  await bootstrapRoles(systemClient(server.registry), WANTED);
  return server;
}

async function patch(server: Awaited<ReturnType<typeof started>>, path: string, body: JsonObject): Promise<void> {
  const { status } = await server.call("PATCH", path, body, { "content-type": "application/merge-patch+json" });
  assert.equal(status, 200);
}
