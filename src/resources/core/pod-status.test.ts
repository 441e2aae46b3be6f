import assert from "node:assert/strict";
import { test } from "node:test";
import { copyJson, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { at, trialContext, trialOf } from "../kind-trial.test-support.ts";
import { pod } from "./pod.ts";

const trial = trialOf(pod, "v1", "Pod");
const door = pod.subresources?.["status"] ?? {};

function podWith(status: JsonObject, spec: JsonObject = {}): KubeObject {
  const object = trial.created({ spec: { containers: [{ name: "c", image: "i" }], ...spec } });
  Object.assign(at(object, "status"), status);
  return object;
}

function faultsOf(status: JsonObject, { before = {}, spec = {} }: { before?: JsonObject; spec?: JsonObject } = {}): string[] {
  return trial.changeFaults(podWith(before, spec), (object) => void Object.assign(at(object, "status"), status), "status");
}

/** What becomes of a pod whose status is written. */
function written(before: JsonObject, status: JsonObject): JsonObject {
  const old = podWith(before);
  const object = copyJson(old) as KubeObject;
  object["status"] = status;
  door.prepareForUpdate?.(object, old, trialContext);
  return at(object, "status");
}

test("a container that ended for good does not run again: its rules, its policy and the pod's decide", () => {
  const exit = { exitCodes: { operator: "In", values: [3] } };
  const own = (more: JsonObject): JsonObject => ({ containers: [{ name: "c", image: "i", ...more }] });
  const cases: [spec: JsonObject, exitCode: number, allowed: boolean][] = [
    [{}, 0, true],
    [{ restartPolicy: "Never" }, 1, false],
    [{ restartPolicy: "OnFailure" }, 1, true],
    [{ restartPolicy: "OnFailure" }, 0, false],
    [{ restartPolicy: "Never", ...own({ restartPolicy: "Always" }) }, 0, true],
    [own({ restartPolicy: "Never" }), 1, false],
    [own({ restartPolicy: "Never", restartPolicyRules: [{ action: "Restart", ...exit }] }), 3, true],
    [own({ restartPolicy: "Never", restartPolicyRules: [{ action: "Restart", ...exit }] }), 4, false],
    [own({ restartPolicy: "Never", restartPolicyRules: [{ action: "RestartAllContainers", ...exit }] }), 4, true],
    [{ containers: [{ name: "other", image: "i" }] }, 0, false],
  ];
  for (const [spec, exitCode, allowed] of cases) {
    const before = { containerStatuses: [{ name: "c", state: { terminated: { exitCode } } }] };
    const faults = faultsOf({ containerStatuses: [{ name: "c", state: { running: {} } }] }, { before, spec });
    const fault = "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state";
    assert.deepEqual(faults, allowed ? [] : [fault], JSON.stringify([spec, exitCode]));
  }
});

test("sidecars run again in a pod that does not, ephemeral containers never do", () => {
  const ended = [{ name: "x", state: { terminated: { exitCode: 0 } } }];
  const running = [{ name: "x", state: { running: {} } }];
  const spec = { restartPolicy: "Never", initContainers: [{ name: "x", image: "i", restartPolicy: "Always" }] };
  assert.deepEqual(faultsOf({ initContainerStatuses: running }, { before: { initContainerStatuses: ended }, spec }), []);
  assert.deepEqual(faultsOf({ ephemeralContainerStatuses: running }, { before: { ephemeralContainerStatuses: ended } }), [
    "status.ephemeralContainerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state",
  ]);
});

test("no node is nominated for a pod that is on one", () => {
  const status = { nominatedNodeName: "n" };
  assert.deepEqual(faultsOf(status), []);
  assert.deepEqual(faultsOf(status, { before: status, spec: { nodeName: "m" } }), []);
  assert.deepEqual(faultsOf(status, { spec: { nodeName: "m" } }), [
    "status.nominatedNodeName: Forbidden: may not be set on pods that are already bound to a node",
  ]);
});

test("addresses are of two families, and one that cannot be read is of none", () => {
  const families = "may specify no more than one IP for each IP family";
  assert.deepEqual(faultsOf({ podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "::1" }] }), []);
  assert.deepEqual(
    faultsOf({ podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "10.0.0.1" }] }).map((fault) => fault.slice(-families.length)),
    [families],
  );
  assert.equal(faultsOf({ podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "x:" }] }).length, 2);
});

test("users and devices that are said of containers are checked", () => {
  const user = (linux: JsonObject): JsonObject => ({ containerStatuses: [{ name: "c", user: { linux } }] });
  const range = "must be between 0 and 2147483647, inclusive";
  assert.deepEqual(faultsOf(user({ uid: -1, gid: 0, supplementalGroups: [1, -2] })), [
    `status.containerStatuses[0].user.linux.uid: Invalid value: -1: ${range}`,
    `status.containerStatuses[0].user.linux.supplementalGroups[1]: Invalid value: -2: ${range}`,
  ]);
  assert.deepEqual(faultsOf(user({ uid: 1, gid: 1 }), { spec: { os: { name: "windows" } } }), [
    "status.containerStatuses[0].user.linux: Forbidden: cannot be set for a windows pod",
  ]);
  const resources = { requests: { "example.com/gpu": "1" }, limits: { "example.com/gpu": "1" } };
  const spec = { containers: [{ name: "c", image: "i", resources }] };
  const place = "allocatedResourcesStatus[0]";
  const of = (name: string, devices: JsonObject[] = [], list = "containerStatuses"): string[] =>
    faultsOf({ [list]: [{ name: "c", allocatedResourcesStatus: [{ name, resources: devices }] }] }, { spec });
  assert.deepEqual(of("example.com/gpu", [{ resourceID: "a", health: "Healthy" }]), []);
  assert.deepEqual(
    of("x", [
      { resourceID: "a", health: "Bad", message: "" },
      { resourceID: "a", health: "Unknown" },
    ]),
    [
      `status.containerStatuses[0].${place}.name: Invalid value: "x": must match one of the container's resource requests`,
      `status.containerStatuses[0].${place}.resources[0].health: Unsupported value: "Bad": supported values: "Healthy", "Unhealthy", "Unknown"`,
      `status.containerStatuses[0].${place}.resources[0].message: Required value: must be non-empty if specified`,
      `status.containerStatuses[0].${place}.resources[1].resourceID: Duplicate value: "a"`,
    ],
  );
  assert.match(of("claim:x").join(), /name: Invalid value: "claim:x": must match one of the container's resource claims in a format/);
  assert.deepEqual(of("example.com/gpu", [], "ephemeralContainerStatuses"), [
    "status.ephemeralContainerStatuses[0].allocatedResourcesStatus: Forbidden: must not be specified in container status",
  ]);
});

test("the claim made for extended resources maps what containers ask for", () => {
  const resources = { requests: { "example.com/gpu": "1" }, limits: { "example.com/gpu": "1" } };
  const spec = { containers: [{ name: "c", image: "i", resources }] };
  const of = (claim: JsonObject): string[] =>
    faultsOf({ extendedResourceClaimStatus: claim }, { spec }).map((fault) => fault.replace("status.extendedResourceClaimStatus.", ""));
  const mapping = { containerName: "c", resourceName: "example.com/gpu", requestName: "r" };
  assert.deepEqual(of({ resourceClaimName: "x", requestMappings: [mapping] }), []);
  assert.deepEqual(of({}), [
    "requestMappings: Required value: at least one request mapping is required",
    "resourceClaimName: Required value",
  ]);
  assert.deepEqual(
    of({ resourceClaimName: "x", requestMappings: [mapping, mapping] }),
    ["containerName", "resourceName", "requestName"].map((member) => {
      const value = mapping[member as keyof typeof mapping];
      return `requestMappings[1].${member}: Duplicate value: "${value}"`;
    }),
  );
  assert.equal(of({ resourceClaimName: "x", requestMappings: [{ ...mapping, containerName: "d" }] }).length, 1);
  assert.equal(of({ resourceClaimName: "x", requestMappings: [{ ...mapping, resourceName: "cpu" }] }).length, 1);
});

test("what was observed stays observed where a writer does not say, of the pod and of each condition in turn", () => {
  const conditions = [
    { type: "A", status: "True", observedGeneration: 1 },
    { type: "A", status: "True", observedGeneration: 2 },
  ];
  const status = written(
    { observedGeneration: 3, conditions },
    { conditions: [{ type: "A" }, { type: "A", observedGeneration: 5 }, { type: "A" }, { type: "B" }] },
  );
  assert.equal(status["observedGeneration"], 3);
  assert.deepEqual(status["conditions"], [
    { type: "A", observedGeneration: 1 },
    { type: "A", observedGeneration: 5 },
    { type: "A" },
    { type: "B" },
  ]);
});

test("what belongs to a feature that is off is not kept, but where it was", () => {
  const own = { nodeAllocatableResourceClaimStatuses: [{ resourceClaimName: "x" }] };
  assert.equal(written({}, { ...own })["nodeAllocatableResourceClaimStatuses"], undefined);
  assert.notEqual(written(own, { ...own })["nodeAllocatableResourceClaimStatuses"], undefined);
});

test("addresses in an old form are warned of", () => {
  const status = { podIPs: [{ ip: "2001:DB8::1" }], hostIPs: [{ ip: "10.0.0.1" }] };
  assert.deepEqual(door.warnings?.(podWith(status), podWith({}), trialContext), [
    'status.podIPs[0].ip: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
  ]);
});
