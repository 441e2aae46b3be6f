import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { at, trialOf } from "../kind-trial.test-support.ts";
import { pod } from "./pod.ts";

const trial = trialOf(pod, "v1", "Pod");
const amounts = (more: JsonObject = {}): JsonObject => ({ requests: { cpu: "1", memory: "1Gi", ...more } });
const container = (name: string, more: JsonObject = {}): JsonObject => ({ name, image: "i", resources: amounts(), ...more });

function podOf(spec: JsonObject = {}, status: JsonObject = {}): KubeObject {
  const object = trial.created({ spec: { containers: [container("c")], ...spec } });
  Object.assign(at(object, "status"), status);
  return object;
}

function faultsOf(old: KubeObject, change: (spec: JsonObject) => void): string[] {
  return trial.changeFaults(old, (object) => change(at(object, "spec")), "resize");
}

const first = (spec: JsonObject, list = "containers"): JsonObject => at(spec, list, 0);
const more = (spec: JsonObject, list = "containers"): void => {
  first(spec, list)["resources"] = amounts({ cpu: "2" });
};

test("processor and memory of containers change, of init containers too, and nothing else does", () => {
  const init = (extra: JsonObject = {}): KubeObject => podOf({ initContainers: [container("i", extra)] });
  const sidecar = { restartPolicy: "Always" };
  assert.deepEqual(faultsOf(podOf(), more), []);
  for (const extra of [{}, sidecar])
    assert.deepEqual(
      faultsOf(init(extra), (spec) => more(spec, "initContainers")),
      [],
    );
  const storage = (list: string) => (spec: JsonObject) => {
    first(spec, list)["resources"] = amounts({ "ephemeral-storage": "1Gi" });
  };
  assert.deepEqual(faultsOf(podOf(), storage("containers")), ["spec: Forbidden: only cpu and memory resources are mutable"]);
  assert.deepEqual(faultsOf(init(), storage("initContainers")), [
    "spec.initContainers[0]: Forbidden: only cpu and memory resources for init or sidecar containers are mutable",
  ]);
  const policy = (spec: JsonObject): void => {
    first(spec)["resizePolicy"] = [{ resourceName: "cpu", restartPolicy: "RestartContainer" }];
  };
  assert.deepEqual(faultsOf(podOf(), policy), ["spec: Forbidden: only cpu and memory resources are mutable"]);
});

test("an init container that would have to be restarted for it is not resized", () => {
  const resizePolicy = [{ resourceName: "cpu", restartPolicy: "RestartContainer" }];
  const old = podOf({ initContainers: [container("i", { resizePolicy })] });
  const detail = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized";
  assert.ok(faultsOf(old, (spec) => more(spec, "initContainers")).includes(`spec.initContainers[0]: Forbidden: ${detail}`));
  const place = "spec.initContainers[0].resizePolicy[0].restartPolicy";
  assert.deepEqual(
    faultsOf(old, (spec) => more(spec)),
    [`${place}: Invalid value: "RestartContainer": must not be set to 'RestartContainer' for non-sidecar initContainers`],
  );
});

test("whatever is asked for can be changed and not taken away", () => {
  const old = podOf({ containers: [container("c", { resources: amounts({ "ephemeral-storage": "1Gi" }) })] });
  assert.deepEqual(
    faultsOf(old, (spec) => {
      first(spec)["resources"] = amounts();
    }),
    [
      "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed",
      "spec: Forbidden: only cpu and memory resources are mutable",
    ],
  );
});

test("containers stay as many, and where they are", () => {
  const old = podOf({ containers: [container("a"), container("b")] });
  assert.deepEqual(
    faultsOf(old, (spec) => {
      spec["containers"] = [container("b"), container("a", { resources: amounts({ cpu: "5" }) })];
    }),
    [0, 1].map((i) => `spec.containers[${i}].name: Forbidden: containers may not be renamed or reordered on resize`),
  );
  assert.deepEqual(
    faultsOf(old, (spec) => {
      spec["containers"] = [container("a")];
    }),
    ["spec.containers: Forbidden: containers may not be added or removed on resize"],
  );
});

test("a node whose running container does not tell its resources cannot do it", () => {
  const running = { name: "c", state: { running: {} } };
  assert.deepEqual(faultsOf(podOf({}, { containerStatuses: [running] }), more), [
    "spec: Forbidden: Pod running on node without support for resize",
  ]);
  assert.deepEqual(faultsOf(podOf({}, { containerStatuses: [{ ...running, resources: {} }] }), more), []);
  assert.deepEqual(faultsOf(podOf({}, { nodeAllocatableResourceClaimStatuses: [{ resourceClaimName: "x" }] }), more), [
    "spec: Forbidden: pods with node allocatable resource claims cannot be resized",
  ]);
});

test("resources of the pod as a whole change as its containers' do", () => {
  const old = (): KubeObject =>
    podOf({ resources: { requests: { cpu: "3", memory: "3Gi" }, limits: { "cpu": "4", "hugepages-2Mi": "2Mi" } } });
  const faults = (change: (resources: JsonObject, spec: JsonObject) => void): string[] =>
    faultsOf(old(), (spec) => change(at(spec, "resources"), spec));
  assert.deepEqual(
    faults((resources) => {
      at(resources, "requests")["cpu"] = "2";
    }),
    [],
  );
  assert.deepEqual(
    faults((_resources, spec) => {
      delete spec["resources"];
    }),
    ["spec.resources: Forbidden: pod-level resources cannot be removed"],
  );
  assert.deepEqual(
    faults((resources) => {
      resources["limits"] = { "cpu": "4", "hugepages-2Mi": "4Mi" };
      at(resources, "requests")["hugepages-2Mi"] = "4Mi";
    }),
    ["spec: Forbidden: only cpu and memory resources are mutable at pod-level"],
  );
});

test("static pods and Windows pods are not resized, whatever else is wrong", () => {
  const mirror = trial.created({
    metadata: { annotations: { "kubernetes.io/config.mirror": "x" } },
    spec: { nodeName: "n", containers: [container("c")] },
  });
  assert.deepEqual(faultsOf(mirror, more), [": Forbidden: static pods cannot be resized"]);
  const bad = (spec: JsonObject): void => {
    first(spec)["resources"] = amounts({ cpu: "-1" });
  };
  assert.deepEqual(faultsOf(podOf({ os: { name: "windows" } }), bad), [": Forbidden: windows pods cannot be resized"]);
});
