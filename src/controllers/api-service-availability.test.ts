import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { apiServiceAvailability } from "./api-service-availability.ts";
import { pretendCluster } from "./pretend-cluster.test-support.ts";

const NAME = "v1.a.b";

const API_SERVICE = { [`apiservices//${NAME}`]: { spec: { service: { namespace: "n", name: "s", port: 443 } } } };

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
    const here = pretendCluster({ ...API_SERVICE, ...objects });
    await loop.reconcile(NAME, here.client);
    const conditions = (here.object(`apiservices//${NAME}`)?.["status"] as { conditions?: JsonObject[] } | undefined)?.conditions;
    assert.deepEqual(
      conditions?.map((one) => one["reason"]),
      reason === undefined ? undefined : [reason],
    );
    assert.equal(here.writes(), reason === undefined ? 0 : 1);
    await loop.reconcile("/n", here.client);
    assert.equal(here.writes(), reason === undefined ? 0 : 1, "what is told already is not told again");
  });
}
