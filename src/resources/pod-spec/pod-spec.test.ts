import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { podTemplate } from "../core/pod-template.ts";
import { pod } from "../core/pod.ts";
import { at, trialOf } from "../kind-trial.test-support.ts";

const pods = trialOf(pod, "v1", "Pod");
const templates = trialOf(podTemplate, "v1", "PodTemplate");

const container = (more: JsonObject = {}): JsonObject => ({ name: "c", image: "i", ...more });

function faultsOf(spec: JsonObject): string[] {
  return pods.faults({ spec: { containers: [container()], serviceAccountName: "default", ...spec } });
}

test("a source of the environment may have a name that a hyphen ends", () => {
  const from = (name: string): string[] => faultsOf({ containers: [container({ envFrom: [{ configMapRef: { name } }] })] });
  assert.deepEqual(from("a-"), []);
  assert.equal(from("Ab-").length, 1);
});

test("what may divide an amount is told of resources that can be named", () => {
  const of = (resource: string): string[] =>
    faultsOf({ containers: [container({ env: [{ name: "a", valueFrom: { resourceFieldRef: { resource, divisor: "2" } } }] })] });
  assert.deepEqual(
    of("cpu").map((fault) => fault.split(":", 1)[0]),
    ["spec.containers[0].env[0].valueFrom.resourceFieldRef.resource"],
  );
  assert.match(of("limits.cpu")[0] ?? "", /divisor: Invalid value: "limits.cpu"/);
});

test("searches are told to be too long before each is looked at", () => {
  const searches = Array.from({ length: 10 }, (_, i) => (i === 0 ? "Bad" : "a".repeat(253)));
  const places = faultsOf({ dnsConfig: { searches } }).map((fault) => fault.split(":", 1)[0]);
  assert.deepEqual(places, ["spec.dnsConfig.searches", "spec.dnsConfig.searches[0]", ...places.slice(2)]);
});

test("containers without a name are one another's doubles, init containers are not", () => {
  assert.deepEqual(
    faultsOf({ containers: [{ image: "i" }, { image: "i" }], initContainers: [{ image: "i" }] }).filter((fault) =>
      fault.includes("Duplicate"),
    ),
    ['spec.containers[1].name: Duplicate value: ""', 'spec.initContainers[0].name: Duplicate value: ""'],
  );
  assert.deepEqual(
    faultsOf({ initContainers: [{ image: "i" }, { image: "i" }] }).filter((fault) => fault.includes("Duplicate")),
    [],
  );
});

test("a port of the node that an init container has twice is told of the first place", () => {
  const ports = [
    { containerPort: 1, hostPort: 80 },
    { containerPort: 2, hostPort: 80 },
  ];
  assert.deepEqual(faultsOf({ initContainers: [container({ name: "a" }), container({ name: "b", ports })] }), [
    'spec.initContainers[0].ports[1].hostPort: Duplicate value: "TCP//80"',
  ]);
});

test("in the node's network a template may leave ports of the node to its pods, and may not give others", () => {
  const spec = (hostPort?: number): JsonObject => ({
    hostNetwork: true,
    containers: [container({ ports: [{ containerPort: 80, ...(hostPort === undefined ? {} : { hostPort }) }] })],
    initContainers: [container({ name: "i", ports: [{ containerPort: 80, hostPort: 81 }] })],
  });
  const fault = "spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true";
  assert.deepEqual(templates.faults({ template: { spec: spec() } }), []);
  assert.deepEqual(templates.faults({ template: { spec: spec(81) } }), [`template.${fault}`]);
  assert.deepEqual([faultsOf(spec()), faultsOf(spec(81))], [[], [fault]]);
});

test("paths in volumes: a repository's may begin with dots, a file's may not, and two dots alone are told twice", () => {
  const repository = (directory: string): JsonObject => ({ volumes: [{ name: "v", gitRepo: { repository: "r", directory } }] });
  assert.deepEqual(faultsOf(repository("..a")), []);
  assert.equal(faultsOf(repository("a/..")).length, 1);
  const file = (path: string): JsonObject => ({ volumes: [{ name: "v", secret: { secretName: "s", items: [{ key: "k", path }] } }] });
  assert.deepEqual(
    faultsOf(file("..")).map((fault) => fault.slice(fault.indexOf("must"))),
    ["must not contain '..'", "must not start with '..'"],
  );
});

test("a token may have the path of another file of its volume, which is only warned of", () => {
  const sources = [{ secret: { name: "s", items: [{ key: "k", path: "token" }] } }, { serviceAccountToken: { path: "token" } }];
  assert.deepEqual(faultsOf({ volumes: [{ name: "v", projected: { sources } }] }), []);
});

test("a claim made for a pod takes labels and annotations over, and nothing else of metadata", () => {
  const template = (metadata: JsonObject): JsonObject => {
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    return { volumes: [{ name: "v", ephemeral: { volumeClaimTemplate: { metadata, spec } } }] };
  };
  assert.deepEqual(faultsOf(template({ labels: { a: "b" }, creationTimestamp: null })), []);
  const place = "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata";
  assert.deepEqual(faultsOf(template({ name: "n", uid: "u", finalizers: ["a/b"] })), [
    `${place}.name: Forbidden: cannot be set for an ephemeral volume`,
    `${place}.uID: Forbidden: cannot be set for an ephemeral volume`,
    `${place}.finalizers: Forbidden: cannot be set for an ephemeral volume`,
  ]);
});

test("a profile of AppArmor that is padded is not told to be missing", () => {
  const of = (localhostProfile: string): string[] =>
    faultsOf({ securityContext: { appArmorProfile: { type: "Localhost", localhostProfile } } });
  assert.match(of(" ").join(), /^[^,]*must not be padded with whitespace$/);
  assert.match(of("").join(), /^[^,]*Required value: must be set when AppArmor type is Localhost$/);
});

test("a negative grace period of a pod is the shortest one, a template keeps its own", () => {
  const spec = { terminationGracePeriodSeconds: -1 };
  assert.equal(at(pods.created({ spec }), "spec")["terminationGracePeriodSeconds"], 1);
  assert.equal(at(templates.created({ template: { spec } }), "template", "spec")["terminationGracePeriodSeconds"], -1);
});

test("huge pages become the pod's only where it has resources of its own", () => {
  const limits = { "cpu": "1", "hugepages-2Mi": "2Mi" };
  const made = (resources: JsonObject): unknown =>
    at(pods.created({ spec: { containers: [container({ resources: { limits } })], resources } }), "spec")["resources"];
  assert.deepEqual(made({}), {});
  assert.deepEqual(at(made({ requests: { cpu: "2" } }), "limits"), { "hugepages-2Mi": "2Mi" });
});

test("what a pod or a template had of old is forgiven when it is changed", () => {
  const bad = { matchExpressions: [{ key: "k", operator: "In", values: ["-bad-"] }] };
  const term = { topologyKey: "z", labelSelector: bad };
  const constraint = { maxSkew: 1, topologyKey: "z", whenUnsatisfiable: "DoNotSchedule", labelSelector: bad };
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  const nodes = { [required]: { nodeSelectorTerms: [bad] } };
  const projected = { sources: [{ serviceAccountToken: { path: "../t" } }] };
  const specs: JsonObject[] = [
    { affinity: { podAffinity: { [required]: [term] } } },
    { affinity: { nodeAffinity: nodes } },
    { topologySpreadConstraints: [constraint] },
    { volumes: [{ name: "v", projected }] },
    { hostNetwork: true, securityContext: { sysctls: [{ name: "net.core.somaxconn", value: "1" }] } },
    {
      hostUsers: false,
      volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }],
      containers: [container({ volumeDevices: [{ name: "v", devicePath: "/d" }] })],
    },
  ];
  for (const spec of specs) {
    const object = { template: { spec: { containers: [container()], ...spec } } };
    assert.equal(templates.faults(object).length, 1, JSON.stringify(spec));
    assert.deepEqual(
      templates.changeFaults(templates.created(object), (changed) => {
        at(changed, "template", "spec")["hostname"] = "h";
      }),
      [],
    );
  }
});
