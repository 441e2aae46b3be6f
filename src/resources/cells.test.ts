import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { mutatingAdmissionPolicyBinding } from "./admissionregistration/policy-bindings.ts";
import { horizontalPodAutoscaler } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { componentStatus } from "./core/component-status.ts";
import { endpoints } from "./core/endpoints.ts";
import type { KindBehaviour } from "./definition.ts";
import { endpointSlice } from "./discovery/endpoint-slice.ts";
import { flowSchema } from "./flowcontrol/flow-schema.ts";
import { ingress } from "./networking/ingress.ts";
import { ipAddress } from "./networking/ip-address.ts";
import { volumeAttributesClass } from "./storage/volume-attributes-class.ts";

const object = (members: JsonObject, metadata: KubeObject["metadata"] = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "K",
  ...members,
  metadata: { name: "x", ...metadata },
});

const hosts = (...names: readonly string[]): JsonObject => ({ spec: { rules: names.map((host) => ({ host })) } });
const parent = (members: JsonObject): JsonObject => ({ spec: { parentRef: { resource: "Nodes", name: "a", ...members } } });
const param = (paramRef: JsonObject): JsonObject => ({ spec: { policyName: "p", paramRef } });
const scaled = (metric: JsonObject, status?: JsonObject): JsonObject => ({
  spec: { metrics: [metric] },
  status: status === undefined ? {} : { currentMetrics: [status] },
});
const pods = { type: "Pods", pods: { target: { averageValue: "5" } } };

const cases: readonly (readonly [KindBehaviour, string, JsonObject, JsonValue])[] = [
  [ingress, "Hosts", hosts("", ""), "*"],
  [ingress, "Hosts", hosts("a", "", "b", "c"), "a,b,c"],
  [ingress, "Hosts", hosts("a", "", "b", "c", ""), "a,b,c + 2 more..."],
  [ipAddress, "ParentRef", parent({}), "nodes/a"],
  [ipAddress, "ParentRef", parent({ group: "G.x", namespace: "n" }), "nodes.g.x/n/a"],
  [componentStatus, "Status", {}, "Unknown"],
  [componentStatus, "Status", { conditions: [{ type: "Healthy", status: "False", error: "e" }] }, "Unhealthy"],
  [componentStatus, "Error", { conditions: [{ type: "Healthy", status: "False", error: "e" }] }, "e"],
  [endpoints, "Endpoints", {}, "<none>"],
  [endpoints, "Endpoints", { subsets: [{ notReadyAddresses: [{ ip: "1.2.3.4" }], ports: [{ port: 1 }] }] }, ""],
  [endpointSlice, "Ports", { ports: [{ name: "web" }, { port: 80, name: "a" }, {}] }, "web,80,*"],
  [endpointSlice, "Ports", { ports: [{ name: "" }] }, "<unset>"],
  [mutatingAdmissionPolicyBinding, "ParamRef", param({ name: "n" }), "*/n"],
  [
    mutatingAdmissionPolicyBinding,
    "ParamRef",
    param({ selector: { matchLabels: { b: "2", a: "1" }, matchExpressions: [{ key: "k", operator: "In", values: ["x", "y"] }] } }),
    "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}",
  ],
  [horizontalPodAutoscaler, "Targets", scaled(pods), "<unknown>/5"],
  [horizontalPodAutoscaler, "Targets", scaled(pods, { type: "Pods", pods: { current: { value: "1" } } }), "<nil>/5"],
];

for (const [kind, column, members, expected] of cases) {
  test(`${column} of ${JSON.stringify(members)}`, () => assert.equal(kind.cells?.[column]?.(object(members), 0), expected));
}

test("the default class of volume attributes says so", () => {
  const annotations = { "volumeattributesclass.alpha.kubernetes.io/is-default-class": "true" };
  assert.equal(volumeAttributesClass.cells?.["Name"]?.(object({}, { annotations }), 0), "x (default)");
});

test("flow schemas are shown in the order in which they are asked", () => {
  const of = (name: string, matchingPrecedence: number): KubeObject => object({ spec: { matchingPrecedence } }, { name });
  const rows = [of("b", 9), of("c", 1), of("a", 9)].toSorted(flowSchema.rowOrder);
  assert.deepEqual(
    rows.map(({ metadata }) => metadata.name),
    ["c", "a", "b"],
  );
});
