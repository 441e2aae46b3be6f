import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, ReadonlyJsonObject } from "../../object/json.ts";
import { asObject, objectIn } from "../../object/read.ts";
import { ADMIN, testPlane, type TestPlane } from "../../server/test-plane.ts";
import { allowWith, configure, hook, hookServer, type HookCall } from "./hook-server.test-support.ts";

const NAMESPACE = "/api/v1/namespaces/default";

async function must(t: TestPlane, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<JsonObject> {
  const answer = await t.as(ADMIN, method, path, body, headers);
  assert.ok(answer.status < 300, answer.text);
  return answer.body;
}

/** Webhooks for everything of some resources; the path tells which plugin asks. */
function everywhere(server: Parameters<typeof hook>[0], path: string, ...resources: string[]): JsonObject {
  return hook(server, path, { rules: [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources }] });
}

const request = ({ body }: HookCall): ReadonlyJsonObject => objectIn(body, "request");
/** A pod of the default account, which is made first. */
async function makePod(t: TestPlane, spec: JsonObject): Promise<void> {
  await must(t, "POST", `${NAMESPACE}/serviceaccounts`, { metadata: { name: "default" } });
  await must(t, "POST", `${NAMESPACE}/pods`, { metadata: { name: "p" }, spec });
}

const POD = { containers: [{ name: "c", image: "i" }], automountServiceAccountToken: false };

test("of a scale mutating webhooks see what was sent and its owners, validating ones the parent's scale", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  await must(t, "POST", "/apis/apps/v1/namespaces/default/deployments", {
    metadata: { name: "d" },
    spec: { replicas: 1, selector: { matchLabels: { a: "b" } }, template: { metadata: { labels: { a: "b" } }, spec: POD } },
  });
  await configure(t, "Mutating", "m", everywhere(server, "/m", "deployments/scale"));
  await configure(t, "Validating", "v", everywhere(server, "/v", "deployments/scale"));
  server.hooks.set("/m", allowWith({ op: "replace", path: "/spec/replicas", value: 5 }));
  const scale = await must(t, "PUT", "/apis/apps/v1/namespaces/default/deployments/d/scale", {
    metadata: { name: "d" },
    spec: { replicas: 3 },
  });
  assert.deepEqual(scale["spec"], { replicas: 5 });
  const [mutating, validating] = server.calls.map(request);
  const { metadata, ...sent } = objectIn(mutating ?? {}, "object");
  assert.deepEqual(sent, { kind: "Scale", apiVersion: "autoscaling/v1", spec: { replicas: 3 }, status: { replicas: 0 } });
  assert.deepEqual(Object.keys(asObject(metadata)), ["name", "namespace", "managedFields"]);
  const old = objectIn(objectIn(mutating ?? {}, "oldObject"), "metadata");
  assert.deepEqual(objectIn((old["managedFields"] as JsonObject[])[0] ?? {}, "fieldsV1"), { "f:spec": { "f:replicas": {} } });
  const judged = objectIn(validating ?? {}, "object");
  assert.deepEqual([judged["spec"], judged["status"]], [{ replicas: 5 }, { replicas: 0, selector: "a=b" }]);
  assert.deepEqual(Object.keys(objectIn(judged, "metadata")), ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"]);
});

test("bindings bear their owners", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  await makePod(t, POD);
  await configure(t, "Validating", "v", everywhere(server, "/v", "pods/binding"));
  await must(t, "POST", `${NAMESPACE}/pods/p/binding`, { metadata: { name: "p" }, target: { kind: "Node", name: "n" } });
  const { managedFields } = objectIn(objectIn(request(server.calls[0] as HookCall), "object"), "metadata");
  const [{ time: _, ...entry }] = managedFields as [JsonObject];
  assert.deepEqual(entry, {
    manager: "test",
    operation: "Update",
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:target": {} },
    subresource: "binding",
  });
});

test("a delete is told its grace, a namespace's which one it is; a removal after a mark is judged as well", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  await makePod(t, { ...POD, nodeName: "n" });
  const { uid } = objectIn(await must(t, "POST", "/api/v1/namespaces", { metadata: { name: "gone" } }), "metadata");
  await configure(t, "Validating", "v", everywhere(server, "/v", "pods", "namespaces"));
  const reviews = async (path: string) => {
    server.calls.length = 0;
    await must(t, "DELETE", path);
    return server.calls.map((call) => {
      const { kind: _, apiVersion: __, ...options } = objectIn(request(call), "options");
      return [options, objectIn(objectIn(request(call), "oldObject"), "metadata")["deletionGracePeriodSeconds"]];
    });
  };
  assert.deepEqual(await reviews(`${NAMESPACE}/pods/p`), [[{ gracePeriodSeconds: 30 }, undefined]]);
  assert.deepEqual(await reviews(`${NAMESPACE}/pods/p?gracePeriodSeconds=0&dryRun=All`), [
    [{ gracePeriodSeconds: 0, dryRun: ["All"] }, 30],
  ]);
  const last = { gracePeriodSeconds: 0 };
  assert.deepEqual(await reviews(`${NAMESPACE}/pods/p?gracePeriodSeconds=0`), [
    [last, 30],
    [last, 30],
    [last, 0],
  ]);
  assert.deepEqual(await reviews("/api/v1/namespaces/gone"), [[{ preconditions: { uid } }, undefined]]);
});

test("connections are asked about with their options, before it is looked where they go", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  const resources = ["pods/exec", "pods/portforward", "pods/proxy", "nodes/proxy", "services/proxy"];
  await configure(t, "Mutating", "m", everywhere(server, "/m", ...resources));
  const asked = async (path: string) => {
    server.calls.length = 0;
    const { status } = await t.as(ADMIN, "POST", path);
    const { operation, options, oldObject, subResource, name, object } = request(server.calls[0] as HookCall);
    assert.deepEqual([operation, options, oldObject, status], ["CONNECT", null, null, 404]);
    return [subResource, name, object];
  };
  assert.deepEqual(await asked(`${NAMESPACE}/pods/p/exec?command=ls&command=-l&container=c&stdout=true&stdin=0`), [
    "exec",
    "p",
    { kind: "PodExecOptions", apiVersion: "v1", stdout: true, container: "c", command: ["ls", "-l"] },
  ]);
  assert.deepEqual(await asked(`${NAMESPACE}/pods/p/portforward?ports=80&ports=81`), [
    "portforward",
    "p",
    { kind: "PodPortForwardOptions", apiVersion: "v1", ports: [80, 81] },
  ]);
  assert.deepEqual(await asked(`${NAMESPACE}/services/http:s:80/proxy/a/b?c=d`), [
    "proxy",
    "http:s:80",
    { kind: "ServiceProxyOptions", apiVersion: "v1", path: "/a/b" },
  ]);
  assert.deepEqual(await asked("/api/v1/nodes/n/proxy"), ["proxy", "n", { kind: "NodeProxyOptions", apiVersion: "v1" }]);
  assert.equal((await t.as(ADMIN, "POST", `${NAMESPACE}/pods/p/portforward?ports=x`)).status, 400);
  server.hooks.set("/m", { allowed: false, status: { message: "no way in" } });
  const refused = await t.as(ADMIN, "POST", `${NAMESPACE}/pods/p/exec`);
  assert.equal(refused.body["message"], 'admission webhook "m.hook.example.com" denied the request: no way in');
});

test("a patch counts as a change where it is the first on what this write has stamped, or makes another text", async () => {
  await using server = await hookServer();
  const told: string[] = [];
  const t = await testPlane({
    audit: ({ annotations }) => {
      annotations.set = (key, value) => (told.push(`${key}=${value}`), annotations);
      return undefined;
    },
  });
  server.hooks.set("/same", allowWith({ op: "add", path: "/data/a", value: "1" }));
  server.hooks.set("/unknown", allowWith({ op: "add", path: "/nope", value: 1 }));
  await configure(
    t,
    "Mutating",
    "m",
    hook(server, "/same"),
    hook(server, "/unknown"),
    hook(server, "/same", { name: "other.hook.example.com" }),
  );
  told.length = 0;
  await must(t, "POST", `${NAMESPACE}/configmaps`, { metadata: { name: "c" }, data: { a: "1" } });
  const mutated = told.filter((one) => one.startsWith("mutation.")).map((one) => one.endsWith('"mutated":true}'));
  assert.deepEqual(mutated, [true, true, false]);
});

test("what webhooks mark for deletion on create stays marked", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  server.hooks.set("/m", allowWith({ op: "add", path: "/metadata/deletionTimestamp", value: "2020-01-01T00:00:00Z" }));
  await configure(t, "Mutating", "m", hook(server, "/m"));
  const made = await must(t, "POST", `${NAMESPACE}/configmaps`, { metadata: { name: "c", deletionTimestamp: "2019-01-01T00:00:00Z" } });
  assert.equal(objectIn(made, "metadata")["deletionTimestamp"], "2020-01-01T00:00:00Z");
});

test("a webhook that says to come again is asked again, one that closes is not", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  await configure(t, "Validating", "v", hook(server, "/v"));
  let count = 0;
  server.hooks.set("/v", (_, response) => {
    count++;
    if (count <= 2) response.writeHead(429, { "retry-after": "0" }).end();
    else response.socket?.destroy();
  });
  const answer = await t.as(ADMIN, "POST", `${NAMESPACE}/configmaps`, { metadata: { name: "c" } });
  assert.match(String(answer.body["message"]), /: EOF$/);
  assert.equal(count, 3);
});

test("mutating webhooks are asked before a stale version is a conflict; what they make of a version counts", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  await must(t, "POST", `${NAMESPACE}/configmaps`, { metadata: { name: "c" } });
  await configure(t, "Mutating", "m", hook(server, "/m"));
  const stale = await t.as(ADMIN, "PUT", `${NAMESPACE}/configmaps/c`, { metadata: { name: "c", resourceVersion: "1" } });
  assert.deepEqual([stale.status, server.calls.length], [409, 1]);
  server.hooks.set("/m", allowWith({ op: "add", path: "/metadata/resourceVersion", value: "1" }));
  assert.equal((await t.as(ADMIN, "PUT", `${NAMESPACE}/configmaps/c`, { metadata: { name: "c" } })).status, 409);
  const made = await t.as(ADMIN, "POST", `${NAMESPACE}/configmaps`, { metadata: { name: "d" } });
  assert.equal(made.body["message"], "resourceVersion should not be set on objects to be created");
});

test("what validating webhooks see is what is stored, of an update too", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  await configure(t, "Mutating", "m", everywhere(server, "/m", "pods"));
  await configure(t, "Validating", "v", everywhere(server, "/v", "pods"));
  server.hooks.set("/m", allowWith({ op: "add", path: "/metadata/labels", value: { seen: "yes" } }));
  await makePod(t, POD);
  const seen = () => objectIn(request(server.calls.at(-1) as HookCall), "object");
  const created = await must(t, "GET", `${NAMESPACE}/pods/p`);
  const { resourceVersion: _, ...metadata } = objectIn(created, "metadata");
  assert.deepEqual(seen(), { ...created, metadata });
  await must(
    t,
    "PATCH",
    `${NAMESPACE}/pods/p`,
    { metadata: { annotations: { a: "b" } } },
    { "content-type": "application/merge-patch+json" },
  );
  const updated = await must(t, "GET", `${NAMESPACE}/pods/p`);
  const { resourceVersion: replaced } = objectIn(created, "metadata");
  assert.deepEqual(seen(), { ...updated, metadata: { ...objectIn(updated, "metadata"), resourceVersion: replaced } });
});

test("a client that waits no longer is told so, whatever the failure policy; nothing is stored", async () => {
  await using server = await hookServer();
  const t = await testPlane();
  await configure(t, "Validating", "v", hook(server, "/v", { failurePolicy: "Ignore", timeoutSeconds: 5 }));
  server.hooks.set("/v", () => {});
  const answer = await t.as(ADMIN, "POST", `${NAMESPACE}/configmaps?timeout=200ms`, { metadata: { name: "c" } });
  assert.equal(answer.status, 504);
  const { kind, message } = answer.body;
  assert.deepEqual([kind, message], [undefined, "Timeout: request did not complete within the allotted timeout"]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await t.as(ADMIN, "GET", `${NAMESPACE}/configmaps/c`)).status, 404);
});
