import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { ApiextensionsV1Api, ApiException, CustomObjectsApi, KubeConfig, type V1CustomResourceDefinition } from "@kubernetes/client-node";
import { startServer, type RunningServer } from "../src/index.ts";

const GROUP = "shop.example.com";
const at = { group: GROUP, version: "v1", namespace: "default", plural: "orders" };

const definition: V1CustomResourceDefinition = {
  metadata: { name: `orders.${GROUP}` },
  spec: {
    group: GROUP,
    scope: "Namespaced",
    names: { plural: "orders", kind: "Order", shortNames: ["ord"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                required: ["item"],
                properties: {
                  item: { type: "string", maxLength: 20 },
                  count: { type: "integer", minimum: 1, _default: 1 },
                  limit: { type: "integer" },
                },
                x_kubernetes_validations: [
                  { rule: "!has(self.limit) || self.count <= self.limit", message: "count is over the limit" },
                  { rule: "self.item == oldSelf.item", message: "item is immutable" },
                ],
              },
              status: { type: "object", properties: { shipped: { type: "integer" } } },
            },
          },
        },
      },
    ],
  },
};

interface Order {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly generation?: number;
    readonly finalizers?: string[];
    readonly deletionTimestamp?: string;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

const order = (name: string, spec: Record<string, unknown>, more: Partial<Order["metadata"]> = {}): Order => ({
  apiVersion: `${GROUP}/v1`,
  kind: "Order",
  metadata: { name, ...more },
  spec,
});

function clients(server: RunningServer) {
  const config = new KubeConfig();
  config.loadFromFile(server.kubeconfigPath);
  return { orders: config.makeApiClient(CustomObjectsApi), definitions: config.makeApiClient(ApiextensionsV1Api) };
}

/** Creates the definition and waits, as clients do, until it is established. */
async function establish({ definitions }: ReturnType<typeof clients>): Promise<void> {
  await definitions.createCustomResourceDefinition({ body: definition });
  for (;;) {
    const { status } = await definitions.readCustomResourceDefinition({ name: `orders.${GROUP}` });
    if (status?.conditions?.some(({ type, status: value }) => type === "Established" && value === "True") === true) return;
    await setTimeout(5);
  }
}

/** The Status that a refused request answers. */
async function refusal(request: Promise<unknown>): Promise<{ code: number; message: string }> {
  try {
    await request;
  } catch (error) {
    assert.ok(error instanceof ApiException);
    const body: unknown = error.body;
    return (typeof body === "string" ? JSON.parse(body) : body) as { code: number; message: string };
  }
  return assert.fail("the request was not refused");
}

test("a definition makes a resource: defaulted, pruned, validated by schema and rules, with a status of its own", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "custom-"));
  t.after(() => rm(directory, { recursive: true }));
  await using server = await startServer({ dataDir: directory, port: 0, storageBackend: "memory" });
  const api = clients(server);
  await establish(api);
  const made = (await api.orders.createNamespacedCustomObject({
    ...at,
    body: { ...order("a", { item: "tea", colour: "red" }), status: { shipped: 1 } },
  })) as Order;
  assert.deepEqual(made.spec, { item: "tea", count: 1 });
  assert.equal(made.status, undefined);
  assert.equal(made.metadata.generation, 1);

  const create = (spec: Record<string, unknown>) => refusal(api.orders.createNamespacedCustomObject({ ...at, body: order("b", spec) }));
  assert.match((await create({})).message, /spec\.item: Required value/);
  assert.match((await create({ item: "tea", count: 0 })).message, /spec\.count in body should be greater than or equal to 1/);
  assert.match((await create({ item: "tea", count: 3, limit: 2 })).message, /spec: Invalid value: count is over the limit/);
  const changed = await refusal(
    api.orders.patchNamespacedCustomObject({ ...at, name: "a", body: [{ op: "replace", path: "/spec/item", value: "salt" }] }),
  );
  assert.match(changed.message, /item is immutable/);

  const body = [{ op: "add", path: "/status", value: { shipped: 2 } }];
  const shipped = (await api.orders.patchNamespacedCustomObjectStatus({ ...at, name: "a", body })) as Order;
  assert.deepEqual([shipped.status, shipped.metadata.generation], [{ shipped: 2 }, 1]);
});

test("a definition that goes takes its objects with it, and waits for those that have finalizers", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "custom-"));
  t.after(() => rm(directory, { recursive: true }));
  await using server = await startServer({ dataDir: directory, port: 0, storageBackend: "memory" });
  const api = clients(server);
  await establish(api);
  await api.orders.createNamespacedCustomObject({ ...at, body: order("free", { item: "tea" }) });
  await api.orders.createNamespacedCustomObject({ ...at, body: order("held", { item: "tea" }, { finalizers: ["example.com/hold"] }) });
  await api.definitions.deleteCustomResourceDefinition({ name: `orders.${GROUP}` });
  const listed = async () => ((await api.orders.listNamespacedCustomObject(at)) as { items: Order[] }).items;
  while ((await listed()).length > 1) await setTimeout(5);
  const [held] = await listed();
  assert.equal(held?.metadata.name, "held");
  assert.notEqual(held?.metadata.deletionTimestamp, undefined);
  await api.orders.patchNamespacedCustomObject({ ...at, name: "held", body: [{ op: "remove", path: "/metadata/finalizers" }] });
  for (;;) {
    const { items } = await api.definitions.listCustomResourceDefinition();
    if (items.length === 0) break;
    await setTimeout(20);
  }
  const error = await api.orders.listNamespacedCustomObject(at).catch((caught: unknown) => caught);
  assert.ok(error instanceof ApiException);
  assert.equal(error.code, 404);
});

test("a custom resource is served again after a restart, from the first request on", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "custom-"));
  t.after(() => rm(directory, { recursive: true }));
  {
    await using server = await startServer({ dataDir: directory, port: 0 });
    const api = clients(server);
    await establish(api);
    await api.orders.createNamespacedCustomObject({ ...at, body: order("kept", { item: "tea", count: 7 }) });
  }
  await using server = await startServer({ dataDir: directory, port: 0 });
  const kept = (await clients(server).orders.getNamespacedCustomObject({ ...at, name: "kept" })) as Order;
  assert.deepEqual(kept.spec, { item: "tea", count: 7 });
});

test("another version shows the same objects, and a new default those that are there already", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "custom-"));
  t.after(() => rm(directory, { recursive: true }));
  await using server = await startServer({ dataDir: directory, port: 0, storageBackend: "memory" });
  const api = clients(server);
  await establish(api);
  await api.orders.createNamespacedCustomObject({ ...at, body: order("old", { item: "tea" }) });
  const changed = structuredClone(definition);
  const [first] = changed.spec.versions;
  assert.ok(first?.schema?.openAPIV3Schema?.properties?.["spec"]?.properties !== undefined);
  first.schema.openAPIV3Schema.properties["spec"].properties["urgent"] = { type: "boolean", _default: false };
  const second = { ...structuredClone(first), name: "v2", storage: false };
  second.additionalPrinterColumns = [{ name: "Item", type: "string", jsonPath: ".spec.item" }];
  changed.spec.versions.push(second);
  const body = [
    {
      op: "replace",
      path: "/spec/versions",
      value: JSON.parse(
        JSON.stringify(changed.spec.versions)
          .replaceAll("_default", "default")
          .replaceAll("x_k", "x-k")
          .replaceAll("kubernetes_validations", "kubernetes-validations"),
      ) as unknown,
    },
  ];
  await api.definitions.patchCustomResourceDefinition({ name: `orders.${GROUP}`, body });
  const read = async (version: string) => (await api.orders.getNamespacedCustomObject({ ...at, version, name: "old" })) as Order;
  let shown: Order | undefined;
  while (shown === undefined) shown = await read("v2").catch(() => setTimeout(5).then(() => undefined));
  assert.equal(shown.apiVersion, `${GROUP}/v2`);
  assert.deepEqual(shown.spec, { item: "tea", count: 1, urgent: false });
  assert.deepEqual((await read("v1")).spec, shown.spec);
});
