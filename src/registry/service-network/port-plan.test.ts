import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { StatusError } from "../../object/status.ts";
import { PortBitmap } from "./port-bitmap.ts";
import { applyPlan, planChangedPorts, planNewPorts } from "./port-plan.ts";
import { dryRunPorts, portsOf } from "./port-source.ts";

const range = { from: 30_000, to: 32_767 };
const source = (...taken: readonly number[]) => {
  const bitmap = PortBitmap.empty(range);
  for (const port of taken) bitmap.add(port);
  return portsOf(bitmap, () => 0);
};
const nodePort = (...ports: readonly JsonObject[]): JsonObject => ({ type: "NodePort", ports: [...ports] });

test("one number over two protocols gets one port", () => {
  const spec = nodePort({ port: 53, protocol: "TCP" }, { port: 53, protocol: "UDP" }, { port: 80, protocol: "TCP" });
  applyPlan(spec, planNewPorts(spec, "s", source()));
  assert.deepEqual(
    (spec["ports"] as JsonObject[]).map((port) => port["nodePort"]),
    [30_086, 30_086, 30_087],
  );
});

test("a load balancer may do without node ports, and needs one for health checks", () => {
  const spec: JsonObject = {
    type: "LoadBalancer",
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: "Local",
    ports: [{ port: 80 }, { port: 81, nodePort: 30_001 }],
  };
  applyPlan(spec, planNewPorts(spec, "s", source()));
  assert.deepEqual(
    (spec["ports"] as JsonObject[]).map((port) => port["nodePort"]),
    [undefined, 30_001],
  );
  assert.equal(spec["healthCheckNodePort"], 30_086);
});

test("a change keeps what it had, takes what is new and frees the rest", () => {
  const old = nodePort({ port: 80, nodePort: 30_001 }, { port: 81, nodePort: 30_002 });
  const spec = nodePort({ port: 80, nodePort: 30_001 }, { port: 82, nodePort: 30_003 }, { port: 83 });
  const plan = planChangedPorts(spec, old, "s", source(30_001, 30_002));
  assert.deepEqual(plan.freed, [30_002]);
  assert.deepEqual([...plan.nodePorts], [[2, 30_086]]);
  assert.deepEqual(planChangedPorts({ ...spec, type: "ClusterIP" }, old, "s", source()).freed, [30_001, 30_002]);
});

test("the port for health checks is not one that a port of the service may take over", () => {
  const old: JsonObject = {
    type: "LoadBalancer",
    externalTrafficPolicy: "Local",
    healthCheckNodePort: 30_005,
    ports: [{ port: 80, nodePort: 30_001 }],
  };
  const spec: JsonObject = { ...old, ports: [{ port: 80, nodePort: 30_005 }] };
  assert.throws(() => planChangedPorts(spec, old, "s", source(30_001, 30_005)), /provided port is already allocated/);
});

test("two ports of one protocol cannot change to one node port", () => {
  const spec = nodePort({ port: 80, protocol: "TCP", nodePort: 30_001 }, { port: 81, protocol: "TCP", nodePort: 30_001 });
  assert.throws(() => planChangedPorts(spec, nodePort(), "s", source()), /duplicate nodePort: \{TCP 30001\}/);
});

test("a port that cannot be had is told by its place", () => {
  for (const [port, text] of [
    [30_001, "provided port is already allocated"],
    [80, "provided port is not in the valid range. The range of valid ports is 30000-32767"],
  ] as const) {
    assert.throws(
      () => planNewPorts(nodePort({ port: 1 }, { port: 2, nodePort: port }), "s", source(30_001)),
      (error) =>
        error instanceof StatusError &&
        error.status.message === `Service "s" is invalid: spec.ports[1].nodePort: Invalid value: ${port}: ${text}`,
    );
  }
});

test("a dry run refuses what is taken and shows numbers for the rest", () => {
  const bitmap = PortBitmap.empty(range);
  bitmap.add(30_001);
  assert.throws(() => planNewPorts(nodePort({ port: 1, nodePort: 30_001 }), "s", dryRunPorts(bitmap)), StatusError);
  assert.deepEqual([...planNewPorts(nodePort({ port: 1 }, { port: 2 }), "s", dryRunPorts(bitmap)).nodePorts.values()], [32_769, 32_770]);
});
