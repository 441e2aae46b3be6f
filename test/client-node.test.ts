import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CoreV1Api, KubeConfig, makeInformer, setHeaderOptions, PatchStrategy, type V1ConfigMap } from "@kubernetes/client-node";
import { startServer } from "../src/index.ts";

test("@kubernetes/client-node lists, patches and follows objects with an informer", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "client-node-"));
  t.after(() => rm(directory, { recursive: true }));
  await using server = await startServer({ dataDir: directory, port: 0, storageBackend: "memory" });
  const config = new KubeConfig();
  config.loadFromFile(server.kubeconfigPath);
  const api = config.makeApiClient(CoreV1Api);
  const namespace = "default";

  const informer = makeInformer<V1ConfigMap>(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
    api.listNamespacedConfigMap({ namespace }),
  );
  const seen: string[] = [];
  let changed = (): void => {};
  for (const event of ["add", "update", "delete"] as const) {
    informer.on(event, (object: V1ConfigMap) => {
      seen.push(`${event} ${object.metadata?.name ?? ""}`);
      changed();
    });
  }
  const until = async (event: string): Promise<void> => {
    while (!seen.includes(event)) await new Promise<void>((resolve) => (changed = resolve));
  };
  await informer.start();
  t.after(() => informer.stop());
  await api.createNamespacedConfigMap({ namespace, body: { metadata: { name: "one" }, data: { a: "1" } } });
  await until("add one");
  await api.patchNamespacedConfigMap(
    { name: "one", namespace, body: { data: { a: "2" } } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
  await until("update one");
  const { items } = await api.listNamespacedConfigMap({ namespace, fieldSelector: "metadata.name=one" });
  assert.deepEqual(
    items.map((item) => item.data),
    [{ a: "2" }],
  );
  await api.deleteNamespacedConfigMap({ name: "one", namespace });
  await until("delete one");
});
