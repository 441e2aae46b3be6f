import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { startServer } from "../src/index.ts";
import { all, ask, at, message, textAt, watch, type Body, type ClientOptions } from "./protobuf-client.ts";

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly "certificate-authority-data": string } }[];
  readonly users: readonly { readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string } }[];
}

async function agentOf(path: string): Promise<Agent> {
  const { clusters, users } = parse(await readFile(path, "utf8")) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster ?? assert.fail(), users[0]?.user ?? assert.fail()];
  const pem = (data: string) => Buffer.from(data, "base64");
  return new Agent({
    keepAlive: true,
    ca: pem(cluster["certificate-authority-data"]),
    cert: pem(user["client-certificate-data"]),
    key: pem(user["client-key-data"]),
  });
}

/** ConfigMap {metadata = 1 {name = 1}, data = 2}. */
function configMap(name: string, data: Readonly<Record<string, string>>, resourceVersion = ""): Body {
  const entries = Object.entries(data).map(([key, value]) => [2, message([1, key], [2, value])] as const);
  return { apiVersion: "v1", kind: "ConfigMap", raw: message([1, message([1, name], [6, resourceVersion])], ...entries) };
}

test("a client that speaks only protobuf creates, reads, lists, watches, changes and deletes", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "protobuf-"));
  t.after(() => rm(directory, { recursive: true }));
  await using server = await startServer({ dataDir: directory, port: 0, storageBackend: "memory" });
  const agent = await agentOf(server.kubeconfigPath);
  t.after(() => agent.destroy());
  const client: ClientOptions = { url: server.url, agent };
  const maps = "/api/v1/namespaces/default/configmaps";

  const created = await ask(client, "POST", maps, configMap("one", { b: "2", a: "1" }));
  assert.deepEqual([created.status, created.type, created.kind], [201, "application/vnd.kubernetes.protobuf", "ConfigMap"]);
  assert.equal(textAt(created.raw, 1, 3), "default");
  assert.ok(Number(at(created.raw, 1, 8, 1)) > 1.7e9, "it was created at a time");
  assert.deepEqual(
    all(created.raw, 2).map((entry) => textAt(entry, 1)),
    ["a", "b"],
  );
  const got = await ask(client, "GET", `${maps}/one`);
  assert.ok(got.raw.equals(created.raw));

  const version = textAt(got.raw, 1, 6) ?? "";
  const events = watch(client, `${maps}?watch=true&resourceVersion=${version}&fieldSelector=metadata.name%3Done`);
  const next = async () => (await events.next()).value ?? assert.fail("the watch ended");
  const changed = await ask(client, "PUT", `${maps}/one`, configMap("one", { a: "3" }, version));
  assert.equal(changed.status, 200);
  const modified = await next();
  assert.deepEqual([modified.type, modified.object.kind], ["MODIFIED", "ConfigMap"]);
  assert.ok(modified.object.raw.equals(changed.raw));

  const conflict = await ask(client, "PUT", `${maps}/one`, configMap("one", { a: "4" }, version));
  assert.deepEqual([conflict.status, conflict.kind, textAt(conflict.raw, 4), at(conflict.raw, 6)], [409, "Status", "Conflict", 409]);

  const list = await ask(client, "GET", `${maps}?fieldSelector=metadata.name%3Done`);
  assert.equal(list.kind, "ConfigMapList");
  assert.ok(Number(textAt(list.raw, 1, 2)) >= Number(textAt(changed.raw, 1, 6)));
  assert.deepEqual(all(list.raw, 2), [changed.raw]);
  const as = (kind: string) => `application/vnd.kubernetes.protobuf;as=${kind};g=meta.k8s.io;v=v1`;
  const metadata = await ask(client, "GET", maps, undefined, as("PartialObjectMetadataList"));
  assert.deepEqual([metadata.kind, metadata.apiVersion], ["PartialObjectMetadataList", "meta.k8s.io/v1"]);
  assert.ok(all(metadata.raw, 2).some((item) => textAt(item, 1, 1) === "one" && at(item, 2) === undefined));

  // DeleteOptions {preconditions = 2 {uid = 1}}.
  const options = (uid: string): Body => ({ apiVersion: "v1", kind: "DeleteOptions", raw: message([2, message([1, uid])]) });
  assert.equal((await ask(client, "DELETE", `${maps}/one`, options("other"))).status, 409);
  const deleted = await ask(client, "DELETE", `${maps}/one`, options(textAt(changed.raw, 1, 5) ?? ""));
  assert.deepEqual([deleted.status, deleted.kind, textAt(deleted.raw, 2)], [200, "Status", "Success"]);
  const gone = await next();
  assert.equal(gone.type, "DELETED");
  assert.ok(Number(textAt(gone.object.raw, 1, 6)) > Number(textAt(changed.raw, 1, 6)), "the deletion has a version of its own");
  await events.return(undefined);
});
