import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { ADMIN, testPlane, type TestPlane } from "../../server/test-plane.ts";
import { attributesFor, podOf, refusalOf, viewOf } from "../test-attributes.ts";
import { limitRanger } from "./limit-ranger.ts";
import { chargeRequest, quotaState, usedList } from "./resource-quota/check-request.ts";
import { claimUsage } from "./resource-quota/claim-usage.ts";
import { deviceUsage } from "./resource-quota/device-usage.ts";
import { podUsage } from "./resource-quota/pod-usage.ts";
import { serviceUsage } from "./resource-quota/service-usage.ts";
import { objectCount, type UsageRule } from "./resource-quota/usage-rule.ts";

const NS = "/api/v1/namespaces/default";

const ranger = (...limits: JsonObject[]) =>
  limitRanger(viewOf({ limitranges: [{ metadata: { name: "l", namespace: "ns" }, spec: { limits } }] }));
const asking = (requests: JsonObject, limits: JsonObject, name = "c"): JsonObject => ({ name, resources: { requests, limits } });

test("limits count sidecars with the containers and init containers by the greatest, and take the pod's own word", async () => {
  const plugin = ranger({ type: "Pod", max: { cpu: "1" } });
  const half = asking({}, { cpu: "500m" });
  const pod = (spec: JsonObject) => refusalOf(plugin, attributesFor(podOf(spec)));
  assert.equal(await pod({ containers: [half, half] }), undefined);
  assert.equal(await pod({ containers: [half], initContainers: [half, half, half] }), undefined);
  const sidecar = { ...half, restartPolicy: "Always" };
  assert.equal(await pod({ containers: [half], initContainers: [sidecar, half] }), undefined);
  assert.equal(await pod({ containers: [half, half], initContainers: [sidecar] }), "maximum cpu usage per Pod is 1, but limit is 1500m");
  assert.equal(await pod({ containers: [half], resources: { limits: { cpu: "2" } } }), "maximum cpu usage per Pod is 1, but limit is 2");
});

test("limits fill in what is missing once, from the first range that has it, and note it", async () => {
  const plugin = limitRanger(
    viewOf({
      limitranges: ["100m", "200m"].map((cpu, i) => ({
        metadata: { name: `l${i}`, namespace: "ns" },
        spec: { limits: [{ type: "Container", defaultRequest: { cpu } }] },
      })),
    }),
  );
  const pod = podOf({ containers: [{ name: "a" }, asking({ cpu: "1" }, {}, "b")], ephemeralContainers: [{ name: "e" }] });
  assert.equal(await refusalOf(plugin, attributesFor(pod)), undefined);
  assert.deepEqual(pod["spec"], {
    containers: [{ name: "a", resources: { requests: { cpu: "100m" } } }, asking({ cpu: "1" }, {}, "b")],
    ephemeralContainers: [{ name: "e" }],
  });
  assert.equal(pod.metadata.annotations?.["kubernetes.io/limit-ranger"], "LimitRanger plugin set: cpu request for container a");
});

test("limits fill no pod with more than could be stored", async () => {
  const amounts = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`example.com/r${i}`, "1"]));
  const plugin = ranger({ type: "Container", default: amounts });
  const containers = (count: number) => podOf({ containers: Array.from({ length: count }, (_, i) => ({ name: `c${i}` })) });
  assert.equal(await refusalOf(plugin, attributesFor(containers(100))), undefined);
  assert.match((await refusalOf(plugin, attributesFor(containers(101)))) ?? "", /^Request entity too large: /);
});

test("what several ranges give a pod counts together", async () => {
  const amounts = (what: string) => Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`example.com/${what}${i}`, "1"]));
  const limitranges = ["a", "b"].map((name) => ({
    metadata: { name, namespace: "ns" },
    spec: { limits: [{ type: "Container", default: amounts(name) }] },
  }));
  const containers = Array.from({ length: 100 }, (_, i) => ({ name: `c${i}` }));
  const refusal = await refusalOf(limitRanger(viewOf({ limitranges })), attributesFor(podOf({ containers })));
  assert.match(refusal ?? "", /^Request entity too large: /);
});

test("limits leave updates of pods alone, but resizes and claims not, nor what is going away", async () => {
  const plugin = ranger({ type: "Container", max: { cpu: "1" } }, { type: "PersistentVolumeClaim", max: { storage: "1Gi" } });
  const pod = podOf({ containers: [asking({}, { cpu: "2" })] });
  const update = { operation: "UPDATE", oldObject: podOf({}) } as const;
  assert.equal(await refusalOf(plugin, attributesFor(pod, update)), undefined);
  assert.match((await refusalOf(plugin, attributesFor(pod, { ...update, subresource: "resize" }))) ?? "", /maximum cpu/);
  const claim = { metadata: { name: "c" }, spec: { resources: { requests: { storage: "2Gi" } } } };
  const resource = { group: "", plural: "persistentvolumeclaims" };
  assert.match((await refusalOf(plugin, attributesFor(claim, { ...update, resource }))) ?? "", /maximum storage/);
  const leaving = podOf({}, { deletionTimestamp: "2026-01-01T00:00:00Z" });
  assert.equal(await refusalOf(plugin, attributesFor(claim, { ...update, resource, oldObject: leaving })), undefined);
});

/** What charging a write to one quota says, and what is used then. */
function charge(rule: UsageRule, hard: JsonObject, object: object, change: object = {}, spec: JsonObject = {}, used?: JsonObject) {
  const zero = Object.fromEntries(Object.keys(hard).map((name) => [name, "0"]));
  const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q" }, spec, status: { hard, used: used ?? zero } };
  const states = [quotaState(quota)];
  const refusal = chargeRequest(states, { attributes: attributesFor(object, change), rule }, []);
  return refusal?.message.replace(/^[^:]*is forbidden: /, "") ?? usedList(states[0] as (typeof states)[0]);
}

test("charges of pods: requests, limits, huge pages, resources of others, overhead; nothing once a pod has ended", () => {
  const hard = {
    "cpu": "9",
    "limits.memory": "9Gi",
    "hugepages-2Mi": "9Mi",
    "requests.example.com/gpu": "9",
    "pods": "9",
    "count/pods": "9",
  };
  const resources = { "cpu": "1500m", "memory": "1Gi", "hugepages-2Mi": "4Mi", "example.com/gpu": "2" };
  const spec = { containers: [asking(resources, resources)], overhead: { cpu: "250m" } };
  assert.deepEqual(charge(podUsage, hard, podOf(spec)), {
    "cpu": "1750m",
    "limits.memory": "1Gi",
    "hugepages-2Mi": "4Mi",
    "requests.example.com/gpu": "2",
    "pods": "1",
    "count/pods": "1",
  });
  assert.deepEqual(charge(podUsage, { "pods": "1", "count/pods": "1" }, { ...podOf(spec), status: { phase: "Failed" } }), {
    "pods": "0",
    "count/pods": "1",
  });
});

test("a quota of compute asks every container to say what it needs, unless the pod does", () => {
  const hard = { "requests.cpu": "1", "limits.memory": "1Gi" };
  const silent = { containers: [asking({ cpu: "1m" }, {}, "b"), { name: "a" }], initContainers: [{ name: "i" }] };
  assert.equal(charge(podUsage, hard, podOf(silent)), "failed quota: q: must specify limits.memory for: a,b,i; requests.cpu for: a,i");
  const whole = { ...silent, resources: { requests: { cpu: "500m" }, limits: { memory: "1Mi" } } };
  assert.deepEqual(charge(podUsage, hard, podOf(whole)), { "requests.cpu": "500m", "limits.memory": "1Mi" });
});

test("scopes choose the pods that a quota speaks of", () => {
  const counts = (spec: JsonObject, quota: JsonObject): boolean =>
    (charge(podUsage, { pods: "5" }, podOf(spec), {}, quota) as Record<string, string>)["pods"] === "1";
  const selector = (scopeName: string, operator: string, ...values: string[]) => ({
    scopeSelector: { matchExpressions: [{ scopeName, operator, values }] },
  });
  const plain = { containers: [{ name: "c" }] };
  assert.ok(counts({ ...plain, activeDeadlineSeconds: 5 }, { scopes: ["Terminating"] }));
  assert.ok(!counts(plain, { scopes: ["Terminating"] }));
  assert.ok(counts(plain, { scopes: ["NotTerminating", "BestEffort"] }));
  assert.ok(!counts({ containers: [asking({ cpu: "1" }, {})] }, { scopes: ["BestEffort"] }));
  assert.ok(counts({ ...plain, priorityClassName: "high" }, selector("PriorityClass", "In", "high", "higher")));
  assert.ok(!counts({ ...plain, priorityClassName: "low" }, selector("PriorityClass", "In", "high")));
  assert.ok(counts(plain, selector("PriorityClass", "DoesNotExist")));
  assert.ok(counts({ ...plain, priorityClassName: "low" }, selector("PriorityClass", "NotIn", "high")));
  const affinity = (term: JsonObject) => ({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } });
  assert.ok(counts({ ...plain, ...affinity({ namespaceSelector: {} }) }, { scopes: ["CrossNamespacePodAffinity"] }));
  assert.ok(!counts({ ...plain, ...affinity({}) }, { scopes: ["CrossNamespacePodAffinity"] }));
});

test("updates are charged by what they use more; what they use less is for others to find out", () => {
  const service = (type: string, ports: number) => ({
    metadata: { name: "s" },
    spec: { type, ports: Array.from({ length: ports }, () => ({})) },
  });
  const hard = { "services": "1", "services.nodeports": "2", "services.loadbalancers": "1" };
  const used = { "services": "1", "services.nodeports": "2", "services.loadbalancers": "0" };
  const update = (now: object, before: object) => charge(serviceUsage, hard, now, { operation: "UPDATE", oldObject: before }, {}, used);
  assert.equal(
    update(service("NodePort", 3), service("NodePort", 2)),
    "exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=2, limited: services.nodeports=2",
  );
  assert.deepEqual(update(service("ClusterIP", 2), service("NodePort", 2)), used);
  assert.deepEqual(update(service("LoadBalancer", 2), service("NodePort", 2)), { ...used, "services.loadbalancers": "1" });
  const without = { metadata: { name: "s" }, spec: { type: "LoadBalancer", allocateLoadBalancerNodePorts: false, ports: [{}] } };
  assert.deepEqual(charge(serviceUsage, { "services.nodeports": "0" }, without), { "services.nodeports": "0" });
});

test("claims are charged whole bytes, in all and in their class; resource claims their devices", () => {
  const claim = (storage: string) => ({
    metadata: { name: "c" },
    spec: { storageClassName: "gold", resources: { requests: { storage } } },
  });
  const gold = "gold.storageclass.storage.k8s.io/";
  const hard = {
    "requests.storage": "9Gi",
    [`${gold}requests.storage`]: "9Gi",
    [`${gold}persistentvolumeclaims`]: "1",
    "silver.storageclass.storage.k8s.io/requests.storage": "1",
  };
  assert.deepEqual(charge(claimUsage, hard, claim("1500m")), {
    "requests.storage": "2",
    [`${gold}requests.storage`]: "2",
    [`${gold}persistentvolumeclaims`]: "1",
    "silver.storageclass.storage.k8s.io/requests.storage": "0",
  });
  const devices = (request: JsonObject) => ({ metadata: { name: "r" }, spec: { devices: { requests: [request] } } });
  const name = "gpu.deviceclass.resource.k8s.io/devices";
  const exact = { deviceClassName: "gpu", allocationMode: "ExactCount", count: 2 };
  assert.deepEqual(charge(deviceUsage, { [name]: "4" }, devices({ exactly: exact })), { [name]: "2" });
  assert.deepEqual(charge(deviceUsage, { [name]: "4" }, devices({ firstAvailable: [exact, { ...exact, count: 3 }] })), { [name]: "3" });
  assert.match(
    String(charge(deviceUsage, { [name]: "4" }, devices({ exactly: { deviceClassName: "gpu", allocationMode: "All" } }))),
    /requested: .*=32/,
  );
});

test("a quota that nobody has counted yet lets nothing in, and limited resources need one", () => {
  assert.equal(
    charge(
      objectCount({ group: "", plural: "secrets" }),
      { "count/secrets": "5", "secrets": "5" },
      { metadata: { name: "s" } },
      {},
      {},
      {},
    ),
    "status unknown for quota: q, resources: count/secrets,secrets",
  );
  const limited = [
    {
      group: "",
      plural: "pods",
      matchContains: ["requests.cpu"],
      matchScopes: [{ scope: "PriorityClass", operator: "In", values: ["high"] }],
    },
  ];
  const refused = (spec: JsonObject) =>
    chargeRequest([], { attributes: attributesFor(podOf(spec)), rule: podUsage }, limited)?.message ?? "";
  assert.match(refused({ containers: [asking({ cpu: "1" }, {})] }), /insufficient quota to consume: requests\.cpu$/);
  assert.match(
    refused({ containers: [], priorityClassName: "high" }),
    /insufficient quota to match these scopes: \[\{PriorityClass In \[high\]\}\]$/,
  );
  assert.equal(refused({ containers: [] }), "");
});

async function withQuota(server: TestPlane, name: string, hard: JsonObject): Promise<void> {
  assert.equal((await server.as(ADMIN, "POST", `${NS}/resourcequotas`, { metadata: { name }, spec: { hard } })).status, 201);
  const used = Object.fromEntries(Object.keys(hard).map((one) => [one, "0"]));
  const merge = { "content-type": "application/merge-patch+json" };
  assert.equal((await server.as(ADMIN, "PATCH", `${NS}/resourcequotas/${name}/status`, { status: { hard, used } }, merge)).status, 200);
}

const usedOf = async (server: TestPlane, name: string): Promise<unknown> =>
  ((await server.as(ADMIN, "GET", `${NS}/resourcequotas/${name}`)).body["status"] as JsonObject)["used"];

test("64 creates at once against a quota of 10 make exactly 10, for few writes of the quota", async () => {
  const server = await testPlane();
  await withQuota(server, "q", { configmaps: "10" });
  await withQuota(server, "wide", { "count/configmaps": "1000" });
  const before = await server.storage.currentRevision();
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, i) => server.as(ADMIN, "POST", `${NS}/configmaps`, { metadata: { name: `m${i}` } })),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 10);
  assert.equal(answers.filter(({ status }) => status === 403).length, 54);
  assert.deepEqual(await usedOf(server, "q"), { configmaps: "10" });
  assert.deepEqual(await usedOf(server, "wide"), { "count/configmaps": "10" });
  const writes = (await server.storage.currentRevision()) - before - 10;
  assert.ok(writes <= 20, `${writes} writes of quotas`);
});

test("somebody else who writes a quota's status at the same time is not overwritten, nor is its limit passed", async () => {
  const server = await testPlane();
  await withQuota(server, "q", { secrets: "10" });
  const merge = { "content-type": "application/merge-patch+json" };
  const lower = server.as(ADMIN, "PATCH", `${NS}/resourcequotas/q/status`, { status: { hard: { secrets: "3" } } }, merge);
  const creates = Array.from({ length: 20 }, (_, i) => server.as(ADMIN, "POST", `${NS}/secrets`, { metadata: { name: `s${i}` } }));
  const [{ body }, ...answers] = await Promise.all([lower, ...creates]);
  const made = answers.filter(({ status }) => status === 201).length;
  assert.equal(((body["status"] as JsonObject)["hard"] as JsonObject)["secrets"], "3");
  assert.deepEqual(await usedOf(server, "q"), { secrets: String(made) });
  assert.ok(made <= 10);
  assert.equal((await server.as(ADMIN, "POST", `${NS}/secrets`, { metadata: { name: "more" } })).status, made < 3 ? 201 : 403);
});

test("a dry run and a write that others refuse are charged nothing", async () => {
  const server = await testPlane();
  await withQuota(server, "q", { configmaps: "1", pods: "5" });
  assert.equal((await server.as(ADMIN, "POST", `${NS}/configmaps?dryRun=All`, { metadata: { name: "a" } })).status, 201);
  const pod = { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }], priorityClassName: "none" } };
  assert.equal((await server.as(ADMIN, "POST", `${NS}/pods`, pod)).status, 403);
  assert.equal((await server.as(ADMIN, "POST", `${NS}/configmaps`, { metadata: { name: "Bad Name" } })).status, 422);
  assert.deepEqual(await usedOf(server, "q"), { configmaps: "0", pods: "0" });
});
