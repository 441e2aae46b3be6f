import assert from "node:assert/strict";
import { test } from "node:test";
import { copyJson, type JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { SystemClient } from "../registry/system-client.ts";
import { apiServiceAvailability } from "./api-service-availability.ts";

const NAME = "v1.a.b";

/** A cluster with one API service and what stands behind it, by plural/namespace/name. */
function cluster(objects: Readonly<Record<string, JsonObject>>) {
  const service = { namespace: "n", name: "s", port: 443 };
  const stored = new Map<string, KubeObject>([[`apiservices//${NAME}`, kubeObject(NAME, { spec: { service } })]]);
  for (const [key, object] of Object.entries(objects)) stored.set(key, kubeObject(key.split("/").at(-1) ?? "", object));
  let writes = 0;
  const client = {
    get: async ({ plural }, namespace, name) => stored.get(`${plural}/${namespace}/${name}`),
    list: async ({ plural }, namespace = "") =>
      [...stored].filter(([key]) => key.startsWith(`${plural}/${namespace}`)).map(([, one]) => one),
    update: async ({ plural }, namespace, name, change) => {
      const key = `${plural}/${namespace}/${name}`;
      const changed = change(copyJson(stored.get(key) ?? kubeObject(name, {})) as KubeObject);
      if (changed !== undefined) writes++;
      if (changed !== undefined) stored.set(key, changed);
      return stored.get(key) ?? kubeObject(name, {});
    },
  } as Partial<SystemClient> as SystemClient;
  return { client, writes: () => writes, status: () => stored.get(`apiservices//${NAME}`)?.["status"] };
}

function kubeObject(name: string, object: JsonObject): KubeObject {
  return {
    apiVersion: "v1",
    kind: "X",
    metadata: { name, ...(object["metadata"] as JsonObject | undefined) },
    ...object,
  } as unknown as KubeObject;
}

const loop = apiServiceAvailability(() => 0);
const clusterIp = { spec: { type: "ClusterIP", ports: [{ port: 443, name: "https" }] } };
const labels = { "kubernetes.io/service-name": "s" };

const rows: readonly [string, Record<string, JsonObject>, string | undefined][] = [
  ["no service", {}, "ServiceNotFound"],
  ["a service on another port", { "services/n/s": { spec: { type: "ClusterIP", ports: [{ port: 80 }] } } }, "ServicePortError"],
  ["a service without endpoints", { "services/n/s": clusterIp }, "EndpointsNotFound"],
  [
    "a service with endpoints that are not ready",
    {
      "services/n/s": clusterIp,
      "endpointslices/n/e": {
        metadata: { labels },
        ports: [{ name: "https" }],
        endpoints: [{ addresses: ["1.2.3.4"], conditions: { ready: false } }],
      },
    },
    "MissingEndpoints",
  ],
  [
    "a service with endpoints",
    {
      "services/n/s": clusterIp,
      "endpointslices/n/e": { metadata: { labels }, ports: [{ name: "https" }], endpoints: [{ addresses: ["1.2.3.4"] }] },
    },
    undefined,
  ],
  ["a service elsewhere", { "services/n/s": { spec: { type: "ExternalName" } } }, undefined],
];

for (const [what, objects, reason] of rows) {
  test(`${what}: ${reason ?? "nothing is told"}`, async () => {
    const here = cluster(objects);
    await loop.reconcile(NAME, here.client);
    const conditions = (here.status() as { conditions?: JsonObject[] } | undefined)?.conditions;
    assert.deepEqual(
      conditions?.map((one) => one["reason"]),
      reason === undefined ? undefined : [reason],
    );
    assert.equal(here.writes(), reason === undefined ? 0 : 1);
    await loop.reconcile("/n", here.client);
    assert.equal(here.writes(), reason === undefined ? 0 : 1, "what is told already is not told again");
  });
}
