import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { testRegistry, type TestRegistry } from "../../registry/test-registry.ts";

const NS = "/api/v1/namespaces/a";
const MERGE = { "content-type": "application/merge-patch+json" };

/** The message of a refused create without the kind and the name, or the status of one that is taken. */
async function refusal(path: string, body: JsonObject, registry = testRegistry()): Promise<string | number> {
  const answer = await registry.call("POST", path, { metadata: { name: "x" }, ...body });
  return answer.status === 201 ? 201 : String(answer.body["message"]).replace(/^\S+ "x" is invalid: /, "");
}

async function created(registry: TestRegistry, path: string, body: JsonObject): Promise<JsonObject> {
  const answer = await registry.call("POST", path, { metadata: { name: "x" }, ...body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

void test("what is wrong with an object of the core group is told in the words that clients know", async () => {
  const cases: readonly (readonly [path: string, body: JsonObject, expected: string | number])[] = [
    [`${NS}/configmaps`, { data: { a: "1" }, binaryData: { a: "MQ==" } }, "data[a]: Invalid value: \"a\": duplicate of key present in binaryData"],
    [`${NS}/configmaps`, { data: { "..a": "1" } }, "data[..a]: Invalid value: \"..a\": must not start with '..'"],
    [`${NS}/configmaps`, { data: { a: "x".repeat(1048577) } }, "[]: Too long: may not be more than 1048576 bytes"],
    [`${NS}/configmaps`, { data: { a: "x".repeat(1048576) } }, 201],
    [`${NS}/secrets`, { type: "kubernetes.io/tls", data: { "tls.crt": "" } }, "data[tls.key]: Required value"],
    [`${NS}/secrets`, { type: "kubernetes.io/dockerconfigjson", stringData: { ".dockerconfigjson": "[]" } }, "data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": json: cannot unmarshal array into Go value of type map[string]interface {}"],
    [`${NS}/secrets`, { type: "kubernetes.io/basic-auth" }, "[data[username]: Required value, data[password]: Required value]"],
    ["/api/v1/nodes", { spec: { podCIDRs: ["10.0.0.0/24", "fd00::/64"] } }, 201],
    ["/api/v1/nodes", { spec: { podCIDRs: ["10.0.0.0/24", "10.1.0.0/24"] } }, "spec.podCIDRs: Invalid value: [\"10.0.0.0/24\",\"10.1.0.0/24\"]: may specify no more than one CIDR for each IP family"],
    ["/api/v1/nodes", { spec: { taints: [{ key: "a", effect: "No" }] } }, "metadata.taints[0].effect: Unsupported value: \"No\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\""],
    [`${NS}/endpoints`, { subsets: [{ addresses: [{ ip: "127.0.0.1" }] }] }, "subsets[0].addresses[0].ip: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)"],
    [`${NS}/endpoints`, { subsets: [{ addresses: [{ ip: "fe80::1" }] }] }, "subsets[0].addresses[0].ip: Invalid value: \"fe80::1\": may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
    [`${NS}/endpoints`, { subsets: [{ addresses: [{ ip: "1.2.3.4" }], ports: [{ port: 1, name: "a" }, { port: 2 }] }] }, "subsets[0].ports[1].name: Required value"],
    [`${NS}/limitranges`, { spec: { limits: [{ type: "Container", max: { cpu: "1" }, min: { cpu: "2" } }] } }, "[spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1, spec.limits[0].defaultRequest[cpu]: Invalid value: \"1\": min value 2 is greater than default request value 1, spec.limits[0].default[cpu]: Invalid value: \"2\": min value 2 is greater than default value 1]"],
    [`${NS}/limitranges`, { spec: { limits: [{ type: "Pod", max: { cpu: "1" }, default: { cpu: "1" } }] } }, "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
    [`${NS}/resourcequotas`, { spec: { hard: { cpu: "1" }, scopes: ["BestEffort"] } }, "spec.scopes: Invalid value: [\"BestEffort\"]: unsupported scope applied to resource"],
    [`${NS}/resourcequotas`, { spec: { scopeSelector: { matchExpressions: ["BestEffort", "NotBestEffort"].map((scopeName) => ({ scopeName, operator: "Exists" })) } } }, "spec.scopeSelector.matchExpressions: Invalid value: null: conflicting scopes"],
    [`${NS}/resourcequotas`, { spec: { hard: { "requests.hugepages-2Mi": "2Mi", "count/pods": "1" } } }, 201],
    [`${NS}/resourcequotas`, { spec: { hard: { storage: "1" } } }, "spec.hard[storage]: Invalid value: \"storage\": must be a standard resource for quota"],
    [`${NS}/replicationcontrollers`, {}, "[spec.selector: Required value, spec.template: Required value]"],
    ["/api/v1/persistentvolumes", { spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], local: { path: "/x" } } }, "spec.nodeAffinity: Required value: Local volume requires node affinity"],
    ["/api/v1/persistentvolumes", { spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], nfs: { server: "a", path: "/b" }, hostPath: { path: "/" } } }, "spec.nfs: Forbidden: may not specify more than 1 volume type"],
    [`${NS}/persistentvolumeclaims`, { spec: { accessModes: ["ReadWriteOnce"] } }, "spec.resources[storage]: Required value"],
  ]; // prettier-ignore
  for (const [path, body, expected] of cases)
    assert.equal(await refusal(path, body), expected, `${path} ${JSON.stringify(body).slice(0, 120)}`);
});

void test("a Secret's texts become data, and its type stays", async () => {
  const registry = testRegistry();
  const secret = await created(registry, `${NS}/secrets`, { data: { a: "MQ==", b: "MQ==" }, stringData: { a: "2" } });
  assert.deepEqual([secret["data"], secret["stringData"], secret["type"]], [{ a: "Mg==", b: "MQ==" }, undefined, "Opaque"]);
  const changed = await registry.call("PATCH", `${NS}/secrets/x`, { type: "mine/own" }, MERGE);
  assert.equal(changed.body["message"], 'Secret "x" is invalid: type: Invalid value: "mine/own": field is immutable');
});

void test("an immutable ConfigMap keeps its data and its immutability, not its labels", async () => {
  const registry = testRegistry();
  await created(registry, `${NS}/configmaps`, { data: { a: "1" }, immutable: true });
  const message = async (body: JsonObject) => (await registry.call("PATCH", `${NS}/configmaps/x`, body, MERGE)).body["message"];
  assert.match(String(await message({ data: { a: "2" } })), /data: Forbidden: field is immutable when `immutable` is set$/);
  assert.match(String(await message({ immutable: null })), /immutable: Forbidden: field is immutable when `immutable` is set$/);
  assert.equal(await message({ metadata: { labels: { a: "b" } } }), undefined);
});

void test("a namespace is named by a label, ends in two steps, and only finalize takes its finalizers away", async () => {
  const registry = testRegistry();
  const at = "/api/v1/namespaces/x";
  const namespace = await created(registry, "/api/v1/namespaces", { status: { phase: "Terminating" } });
  assert.deepEqual((namespace["metadata"] as JsonObject)["labels"], { "kubernetes.io/metadata.name": "x" });
  assert.deepEqual([namespace["spec"], namespace["status"]], [{ finalizers: ["kubernetes"] }, { phase: "Active" }]);
  await registry.call("PATCH", at, { spec: { finalizers: null } }, MERGE);
  const deleted = await registry.call("DELETE", at);
  assert.deepEqual([deleted.body["spec"], deleted.body["status"]], [{ finalizers: ["kubernetes"] }, { phase: "Terminating" }]);
  assert.equal((deleted.body["metadata"] as JsonObject)["deletionGracePeriodSeconds"], undefined);
  assert.equal((await registry.call("GET", at)).status, 200);
  assert.equal((await registry.call("PUT", `${at}/finalize`, { metadata: { name: "x" }, spec: {} })).status, 200);
  assert.equal((await registry.call("GET", at)).status, 404);
});

void test("a LimitRange of containers fills its bounds from one another", async () => {
  const { spec } = await created(testRegistry(), `${NS}/limitranges`, {
    spec: { limits: [{ type: "Container", max: { cpu: "2" }, min: { memory: "1Mi" } }] },
  });
  const [limit] = (spec as JsonObject)["limits"] as JsonObject[];
  assert.deepEqual([limit?.["default"], limit?.["defaultRequest"]], [{ cpu: "2" }, { cpu: "2", memory: "1Mi" }]);
});

void test("a claim names the source of its content in both ways, and ignores what the older could not name", async () => {
  const registry = testRegistry();
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const source = { kind: "PersistentVolumeClaim", name: "o" };
  const both = await created(registry, `${NS}/persistentvolumeclaims`, { spec: { ...spec, dataSource: source } });
  assert.deepEqual((both["spec"] as JsonObject)["dataSourceRef"], { apiGroup: null, ...source });
  const none = await created(registry, `${NS}/persistentvolumeclaims`, {
    metadata: { name: "y" },
    spec: { ...spec, dataSource: { apiGroup: "a.b", kind: "C", name: "o" } },
  });
  assert.equal((none["spec"] as JsonObject)["dataSource"], undefined);
});

void test("the first update of a claim is stored though it changes nothing, and none after it", async () => {
  const registry = testRegistry();
  const claims = `${NS}/persistentvolumeclaims`;
  await created(registry, claims, { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } });
  const version = async (method: string, query = ""): Promise<unknown> =>
    ((await registry.call(method, `${claims}/x${query}`, method === "GET" ? undefined : {}, MERGE)).body["metadata"] as JsonObject)[
      "resourceVersion"
    ];
  const first = await version("GET");
  assert.equal(await version("PATCH", "?dryRun=All"), first);
  const second = await version("PATCH");
  assert.notEqual(second, first);
  assert.equal(await version("PATCH"), second);
});

void test("a volume notes when its phase changed", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const registry = testRegistry({ clock: () => now });
  await created(registry, "/api/v1/persistentvolumes", {
    spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/x" } },
  });
  const status = async (body: JsonObject) =>
    (await registry.call("PATCH", "/api/v1/persistentvolumes/x/status", { status: body }, MERGE)).body["status"];
  now += 60_000;
  assert.deepEqual(await status({ message: "m" }), { phase: "Pending", message: "m", lastPhaseTransitionTime: "2026-01-01T00:00:00Z" });
  assert.deepEqual(await status({ phase: "Bound" }), { phase: "Bound", message: "m", lastPhaseTransitionTime: "2026-01-01T00:01:00Z" });
});

void test("an event is one object in two APIs, with the names and the rules of each", async () => {
  const registry = testRegistry();
  const newer = "/apis/events.k8s.io/v1/namespaces/a/events";
  const strict = {
    regarding: { kind: "Pod", name: "p", namespace: "a" },
    reason: "R",
    action: "A",
    type: "Normal",
    reportingController: "c",
    reportingInstance: "i",
  };
  const late = await registry.call("POST", newer, { metadata: { name: "x" }, ...strict });
  assert.equal(late.body["message"], 'Event "x" is invalid: eventTime: Required value');
  await created(registry, newer, { ...strict, eventTime: "2026-01-01T00:00:00.000000Z", note: "n" });
  const older = (await registry.call("GET", `${NS}/events/x`)).body;
  assert.deepEqual([older["message"], older["reportingComponent"], (older["involvedObject"] as JsonObject)["name"]], ["n", "c", "p"]);
  assert.equal((await registry.call("PATCH", `${newer}/x`, { note: "other" }, MERGE)).status, 422);
  assert.equal((await registry.call("PATCH", `${NS}/events/x`, { message: "other" }, MERGE)).status, 200);
  const found = async (path: string, field: string) => (await registry.call("GET", `${path}?fieldSelector=${field}`)).status;
  assert.deepEqual(
    [await found(newer, "regarding.name=p"), await found(newer, "involvedObject.name=p"), await found(`${NS}/events`, "regarding.name=p")],
    [200, 400, 400],
  );
});

void test("tables show what kubectl prints", async () => {
  const registry = testRegistry();
  const row = async (path: string, body: JsonObject): Promise<unknown> => {
    await created(registry, path, body);
    const { body: table } = await registry.call("GET", path, undefined, { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" });
    return ((table["rows"] as JsonObject[])[0] as JsonObject)["cells"];
  };
  const cells = (await row("/api/v1/nodes", {
    metadata: { name: "x", labels: { "node-role.kubernetes.io/worker": "", "kubernetes.io/role": "edge" } },
    spec: { unschedulable: true },
    status: {
      conditions: [{ type: "Ready", status: "False" }],
      addresses: [{ type: "InternalIP", address: "1.2.3.4" }],
      nodeInfo: { kernelVersion: "6", architecture: "arm64" },
    },
  })) as unknown[];
  assert.deepEqual(
    [cells[1], cells[2], cells[5], cells[6], cells[8]],
    ["NotReady,SchedulingDisabled", "edge,worker", "1.2.3.4", "<none>", "6 (arm64)"],
  );
  const ips = ["1.2.3.1", "1.2.3.2", "fd00::3", "1.2.3.4"].map((ip) => ({ ip }));
  assert.equal(
    ((await row(`${NS}/endpoints`, { subsets: [{ addresses: ips, ports: [{ port: 80 }] }] })) as unknown[])[1],
    "1.2.3.1:80,1.2.3.2:80,[fd00::3]:80 + 1 more...",
  );
});

void test("a grace that runs can only be shortened", async () => {
  const registry = testRegistry();
  const pods = `${NS}/pods`;
  await created(registry, pods, {
    metadata: { name: "x", finalizers: ["a.b/c"] },
    spec: { nodeName: "n", containers: [{ name: "c", image: "i" }] },
  });
  const told = async (query: string): Promise<unknown[]> => {
    const { body } = await registry.call("DELETE", `${pods}/x${query}`);
    const { finalizers, deletionGracePeriodSeconds } = body["metadata"] as JsonObject;
    return [finalizers, deletionGracePeriodSeconds];
  };
  assert.deepEqual(await told(""), [["a.b/c"], 30]);
  for (const query of ["?propagationPolicy=Foreground", "?gracePeriodSeconds=60&propagationPolicy=Orphan"]) {
    assert.deepEqual(await told(query), [["a.b/c"], 30], query);
  }
  assert.deepEqual(await told("?gracePeriodSeconds=-5"), [["a.b/c"], 1]);
  assert.deepEqual(await told("?gracePeriodSeconds=0&propagationPolicy=Orphan"), [["a.b/c", "orphan"], 0]);
});
