import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { pretendCluster } from "../controllers/pretend-cluster.test-support.ts";
import { serviceAbsence } from "./service-absence.ts";

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
    const { client } = pretendCluster(objects);
    assert.equal((await serviceAbsence({ namespace: "n", name: "s", port: 443 }, client))?.reason, reason);
  });
}
