import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../../object/field-error-message.ts";
import { copyJson, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import type { Strategy, StrategyContext } from "../definition.ts";
import { pod } from "./pod.ts";

const context: StrategyContext = {
  now: "2026-01-01T00:00:00Z",
  user: { name: "someone", groups: [] },
  settings: { allowPrivileged: true, nodePortRange: { from: 30000, to: 32767 }, serviceCidrs: [], eventTtlSeconds: 3600 },
  dryRun: false,
};
const strategy = pod.strategy as Strategy;

function createdPod(spec: JsonObject = {}, metadata: JsonObject = {}): KubeObject {
  const object: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "ns", ...metadata },
    spec: { containers: [{ name: "c", image: "i" }], serviceAccountName: "default", ...spec },
  };
  pod.applyDefaults?.(object, "v1");
  strategy.prepareForCreate?.(object, context);
  return object;
}

/** Faults of a change through a door of a pod; the changed pod is what `change` makes of a copy. */
function faultsOf(old: KubeObject, change: (spec: JsonObject, object: KubeObject) => void, door: Partial<Strategy> = strategy): string[] {
  const object = copyJson(old) as KubeObject;
  change(object["spec"] as JsonObject, object);
  pod.applyDefaults?.(object, "v1");
  door.prepareForUpdate?.(object, old, context);
  return (door.validateUpdate?.(object, old, context) ?? []).map(fieldErrorText);
}

function door(name: string): Partial<Strategy> {
  return pod.subresources?.[name] ?? {};
}

test("a new pod is pending, whatever status its writer gave it", () => {
  assert.deepEqual(createdPod()["status"], { phase: "Pending", qosClass: "BestEffort" });
});

test("a pod's own labels are written into the selectors that ask for them", () => {
  const constraint = { maxSkew: 1, topologyKey: "z", whenUnsatisfiable: "DoNotSchedule", matchLabelKeys: ["v", "absent"] };
  const made = (selector: JsonObject): KubeObject =>
    createdPod({ topologySpreadConstraints: [{ ...constraint, labelSelector: selector }] }, { labels: { v: "1" } });
  const spec = made({ matchLabels: { a: "b" } })["spec"] as JsonObject;
  assert.deepEqual((spec["topologySpreadConstraints"] as JsonObject[])[0]?.["labelSelector"], {
    matchLabels: { a: "b" },
    matchExpressions: [{ key: "v", operator: "In", values: ["1"] }],
  });
  assert.deepEqual(strategy.validate?.(made({ matchLabels: { v: "1" } }), context).map(fieldErrorText), [
    'spec.topologySpreadConstraints[0][0]: Invalid value: "v": exists in both matchLabelKeys and labelSelector',
  ]);
});

test("a gated pod says so", () => {
  const status = createdPod({ schedulingGates: [{ name: "g" }] })["status"] as JsonObject;
  assert.equal((status["conditions"] as JsonObject[])[0]?.["reason"], "SchedulingGated");
});

test("only images, deadlines, tolerations and gates change in an update", () => {
  const old = createdPod({ schedulingGates: [{ name: "g" }] });
  assert.deepEqual(
    faultsOf(old, (spec) => {
      spec["containers"] = [{ ...(spec["containers"] as JsonObject[])[0], image: "j" }];
      spec["activeDeadlineSeconds"] = 5;
      spec["tolerations"] = [{ key: "k", operator: "Exists" }];
      delete spec["schedulingGates"];
    }),
    [],
  );
});

test("another change is shown as a difference of the internal form", () => {
  const [fault = ""] = faultsOf(createdPod({ automountServiceAccountToken: false }), (spec) => {
    spec["nodeName"] = "n";
  });
  const shown = fault.slice(fault.indexOf("@@"));
  assert.equal(
    shown,
    '@@ -42,7 +42,7 @@\n  "NodeSelector": null,\n  "ServiceAccountName": "default",\n  "AutomountServiceAccountToken": false,\n- "NodeName": "",\n+ "NodeName": "n",\n  "SecurityContext": {\n   "HostNetwork": false,\n   "HostPID": false,\n',
  );
});

test("where a gated pod may run can be narrowed, not widened", () => {
  const old = createdPod({ schedulingGates: [{ name: "g" }], nodeSelector: { a: "b" } });
  assert.deepEqual(
    faultsOf(old, (spec) => void (spec["nodeSelector"] = { a: "b", c: "d" })),
    [],
  );
  assert.deepEqual(
    faultsOf(old, (spec) => void (spec["nodeSelector"] = { c: "d" })),
    ['spec.nodeSelector: Invalid value: {"c":"d"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)'],
  );
});

test("a gated pod's affinity to nodes is set, its affinity to pods stays", () => {
  const podAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "z", labelSelector: {} }] };
  const term = { matchExpressions: [{ key: "k", operator: "Exists" }] };
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
  const faults = (old: JsonObject | undefined, affinity: JsonObject | undefined): string[] =>
    faultsOf(createdPod({ schedulingGates: [{ name: "g" }], ...(old === undefined ? {} : { affinity: old }) }), (spec) => {
      if (affinity === undefined) delete spec["affinity"];
      else spec["affinity"] = affinity;
    }).map((fault) => fault.split(":", 1)[0] ?? "");
  assert.deepEqual(faults(undefined, { nodeAffinity }), []);
  assert.deepEqual(faults({ podAffinity }, { podAffinity, nodeAffinity }), []);
  assert.deepEqual(faults({ podAffinity }, { nodeAffinity }), ["spec"]);
  assert.deepEqual(faults({ podAffinity }, undefined), ["spec"]);
  assert.deepEqual(faults(undefined, {}), ["spec"]);
});

test("through ephemeralcontainers nothing but these changes, and none is taken away", () => {
  const old = createdPod({ ephemeralContainers: [{ name: "e", image: "i" }] });
  const object = copyJson(old) as KubeObject;
  (object["spec"] as JsonObject)["nodeName"] = "n";
  object.metadata.labels = { a: "b" };
  door("ephemeralcontainers").prepareForUpdate?.(object, old, context);
  assert.deepEqual(object, old);
  assert.deepEqual(
    faultsOf(old, (spec) => delete spec["ephemeralContainers"], door("ephemeralcontainers")),
    ['spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be removed\n'],
  );
});

test("through resize only resources change, and never the class of service", () => {
  const resources = { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } };
  const old = createdPod({ containers: [{ name: "c", image: "i", resources }] });
  const resized = (changed: JsonObject) => (spec: JsonObject) => {
    spec["containers"] = [{ ...(spec["containers"] as JsonObject[])[0], image: "other", resources: changed }];
  };
  assert.deepEqual(faultsOf(old, resized({ ...resources, requests: { cpu: "150m", memory: "64Mi" } }), door("resize")), []);
  assert.deepEqual(faultsOf(old, resized({ ...resources, limits: { memory: "128Mi" } }), door("resize")), [
    "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed",
  ]);
  assert.deepEqual(faultsOf(old, resized({ limits: resources.limits, requests: resources.limits }), door("resize")), [
    'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
  ]);
});

test("status writers change status alone, and not the class of service", () => {
  const old = createdPod();
  const object = copyJson(old) as KubeObject;
  object["spec"] = { containers: [] };
  object["status"] = { phase: "Running" };
  door("status").prepareForUpdate?.(object, old, context);
  assert.deepEqual(object["spec"], old["spec"]);
  assert.deepEqual(object["status"], { phase: "Running", qosClass: "BestEffort" });
  assert.deepEqual(
    faultsOf(old, (_spec, changed) => void (changed["status"] = { podIPs: [{ ip: "10.1.1.1" }, { ip: "10.1.1.2" }] }), door("status")),
    ['status.podIPs: Invalid value: [{"IP":"10.1.1.1"},{"IP":"10.1.1.2"}]: may specify no more than one IP for each IP family'],
  );
});

test("a pod that no node has, or that has ended, is deleted without grace", () => {
  assert.equal(strategy.gracePeriod?.(createdPod(), undefined), 0);
  const running = createdPod({ nodeName: "n", terminationGracePeriodSeconds: 7 });
  assert.equal(strategy.gracePeriod?.(running, undefined), 7);
  assert.equal(strategy.gracePeriod?.(running, 2), 2);
  assert.equal(strategy.gracePeriod?.(running, -1), 1);
  assert.equal(strategy.gracePeriod?.({ ...running, status: { phase: "Succeeded" } }, undefined), 0);
});

test("columns tell how a pod fares", () => {
  const cells = (status: JsonObject, spec: JsonObject = {}, metadata: JsonObject = {}): unknown[] => {
    const object = { ...createdPod(spec, metadata), status };
    return ["Ready", "Status", "Restarts"].map((name) => pod.cells?.[name]?.(object, Date.parse("2026-01-01T01:00:00Z")));
  };
  assert.deepEqual(cells({ phase: "Pending" }), ["0/1", "Pending", "0"]);
  const running = { name: "c", ready: true, restartCount: 0, state: { running: {} } };
  assert.deepEqual(cells({ phase: "Running", containerStatuses: [running] }), ["1/1", "Running", "0"]);
  const crashed = {
    ...running,
    ready: false,
    restartCount: 3,
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: { finishedAt: "2026-01-01T00:00:00Z" } },
  };
  assert.deepEqual(cells({ phase: "Running", containerStatuses: [crashed] }), ["0/1", "CrashLoopBackOff", "3 (60m ago)"]);
  const waiting = { name: "i", state: { waiting: { reason: "PodInitializing" } } };
  const init = {
    initContainers: [
      { name: "i", image: "i" },
      { name: "j", image: "i" },
    ],
  };
  assert.deepEqual(cells({ phase: "Pending", initContainerStatuses: [waiting] }, init), ["0/1", "Init:0/2", "0"]);
  assert.deepEqual(cells({ phase: "Running", containerStatuses: [running] }, {}, { deletionTimestamp: "2026-01-01T00:00:00Z" }), [
    "1/1",
    "Terminating",
    "0",
  ]);
});

test("a pod's port that is said twice, and one that says nothing, are warned of", () => {
  const ports = [{ containerPort: 80 }, { containerPort: 80 }, { containerPort: 81, hostIP: "1.2.3.4" }];
  const object = createdPod({ containers: [{ name: "c", image: "i", ports }] });
  assert.deepEqual(strategy.warnings?.(object, undefined, context), [
    "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
    "spec.containers[0].ports[2]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:81 Protocol:TCP HostIP:1.2.3.4}",
  ]);
});
