import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { objectIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import { openMemoryStorage } from "../storage/memory/memory.ts";
import { StorageError, type Transaction } from "../storage/storage.ts";
import { NODE_PORTS_KEY } from "../registry/service-network/node-ports.ts";
import { KubernetesService } from "./kubernetes-service.ts";
import { soleServer } from "./replicas/endpoint-reconciler.ts";
import type { ServerAddress } from "./replicas/master-leases.ts";
import { ADMIN, testPlane, type TestPlane } from "./test-plane.ts";

const SERVICES = "/api/v1/namespaces/default/services";
const ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses";

function serviceNamed(name: string, spec: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } };
}

async function create(plane: TestPlane, name: string, spec: JsonObject = {}, query = "") {
  return plane.as(ADMIN, "POST", SERVICES + query, serviceNamed(name, spec));
}

const patch = (plane: TestPlane, name: string, spec: JsonObject) =>
  plane.as(ADMIN, "PATCH", `${SERVICES}/${name}`, { spec }, { "content-type": "application/merge-patch+json" });

async function addresses(plane: TestPlane): Promise<string[]> {
  const { body } = await plane.as(ADMIN, "GET", ADDRESSES);
  return objectsIn(body, "items").map((item) => stringIn(objectIn(item, "metadata"), "name"));
}

/** The ports that the stored allocation says are taken. */
async function takenPorts(plane: TestPlane): Promise<number[]> {
  const pair = await plane.storage.get(NODE_PORTS_KEY);
  if (pair === undefined) return [];
  const { range, data } = JSON.parse(pair.value.toString()) as { range: string; data: string };
  assert.equal(range, "30000-32767");
  const bits = BigInt(`0x0${Buffer.from(data, "base64").toString("hex")}`);
  return Array.from({ length: 2768 }, (_, i) => i)
    .filter((i) => ((bits >> BigInt(i)) & 1n) === 1n)
    .map((i) => 30_000 + i);
}

const nodePorts = (service: JsonObject): number[] => objectsIn(objectIn(service, "spec"), "ports").map(({ nodePort }) => Number(nodePort));
const causes = (status: JsonObject): string[] =>
  objectsIn(objectIn(status, "details"), "causes").map((cause) => `${stringIn(cause, "field")}: ${stringIn(cause, "message")}`);

test("gives 64 services at once 64 addresses and ports", async () => {
  const plane = await testPlane();
  const answers = await Promise.all(Array.from({ length: 64 }, (_, i) => create(plane, `s${i}`, { type: "NodePort" })));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  const ips = answers.map(({ body }) => stringIn(objectIn(body, "spec"), "clusterIP"));
  assert.equal(new Set(ips).size, 64);
  assert.deepEqual((await addresses(plane)).sort(), [...ips].sort());
  const ports = answers.flatMap(({ body }) => nodePorts(body));
  assert.equal(new Set(ports).size, 64);
  assert.deepEqual(
    await takenPorts(plane),
    ports.toSorted((a, b) => a - b),
  );
});

test("lets one of several services have an address and port that they all choose", async () => {
  const plane = await testPlane();
  const byIp = await Promise.all(Array.from({ length: 8 }, (_, i) => create(plane, `ip${i}`, { clusterIP: "10.0.0.7" })));
  assert.deepEqual(byIp.map(({ status }) => status).sort(), [201, ...Array.from({ length: 7 }, () => 422)]);
  const loser = byIp.find(({ status }) => status === 422);
  assert.deepEqual(causes(loser?.body ?? {}), [
    'spec.clusterIPs: Invalid value: ["10.0.0.7"]: failed to allocate IP 10.0.0.7: provided IP is already allocated',
  ]);
  const byPort = await Promise.all(
    Array.from({ length: 8 }, (_, i) => create(plane, `port${i}`, { type: "NodePort", ports: [{ port: 80, nodePort: 30_007 }] })),
  );
  assert.deepEqual(byPort.map(({ status }) => status).sort(), [201, ...Array.from({ length: 7 }, () => 422)]);
  const other = byPort.find(({ status }) => status === 422);
  assert.deepEqual(causes(other?.body ?? {}), ["spec.ports[0].nodePort: Invalid value: 30007: provided port is already allocated"]);
  // The losers keep nothing.
  assert.equal((await addresses(plane)).length, 2);
  assert.deepEqual(await takenPorts(plane), [30_007]);
});

test("takes nothing for a dry run or a service that is refused", async () => {
  const plane = await testPlane();
  const dry = await create(plane, "dry", { type: "NodePort" }, "?dryRun=All");
  assert.equal(dry.status, 201);
  assert.ok((nodePorts(dry.body)[0] ?? 0) > 32_767);
  assert.equal((await create(plane, "bad", { type: "NodePort", ports: [{ port: 0 }] })).status, 422);
  assert.equal((await create(plane, "out", { clusterIP: "10.0.0.9", type: "NodePort", ports: [{ port: 80, nodePort: 80 }] })).status, 422);
  await create(plane, "one");
  assert.equal((await create(plane, "one", { type: "NodePort" })).status, 409);
  assert.equal((await addresses(plane)).length, 1);
  assert.deepEqual(await takenPorts(plane), []);
});

test("frees what a change of type or a delete leaves", async () => {
  const plane = await testPlane();
  const created = await create(plane, "s", { type: "LoadBalancer", externalTrafficPolicy: "Local" });
  const [port] = nodePorts(created.body);
  const healthPort = Number(objectIn(created.body, "spec")["healthCheckNodePort"]);
  assert.deepEqual(
    await takenPorts(plane),
    [port, healthPort].toSorted((a = 0, b = 0) => a - b),
  );

  await patch(plane, "s", { externalTrafficPolicy: "Cluster" });
  assert.deepEqual(await takenPorts(plane), [port]);
  await patch(plane, "s", { type: "ClusterIP" });
  assert.deepEqual(await takenPorts(plane), []);
  assert.equal((await addresses(plane)).length, 1);
  const named = await patch(plane, "s", { type: "ExternalName", externalName: "a.b" });
  assert.equal(objectIn(named.body, "spec")["clusterIP"], undefined);
  assert.deepEqual(await addresses(plane), []);
  await patch(plane, "s", { type: "NodePort", externalName: null });
  assert.equal((await addresses(plane)).length, 1);
  assert.equal((await takenPorts(plane)).length, 1);
  await plane.as(ADMIN, "DELETE", `${SERVICES}/s`);
  assert.deepEqual(await addresses(plane), []);
  assert.deepEqual(await takenPorts(plane), []);
});

test("says to whom an address belongs", async () => {
  const plane = await testPlane();
  await create(plane, "s", { clusterIP: "10.0.0.5" });
  const { body } = await plane.as(ADMIN, "GET", `${ADDRESSES}/10.0.0.5`);
  assert.deepEqual(body["spec"], { parentRef: { resource: "services", namespace: "default", name: "s" } });
  assert.deepEqual(objectIn(body, "metadata")["labels"], {
    "ipaddress.kubernetes.io/ip-family": "IPv4",
    "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
  });
});

test("gives two addresses in a cluster of two families, and one back", async () => {
  const settings = {
    allowPrivileged: true,
    nodePortRange: { from: 30_000, to: 32_767 },
    serviceCidrs: ["10.0.0.0/24", "fd00::/112"],
    eventTtlSeconds: 3600,
  };
  const plane = await testPlane({ settings });
  const { body } = await create(plane, "s", { ipFamilyPolicy: "RequireDualStack" });
  const ips = stringsIn(objectIn(body, "spec"), "clusterIPs");
  assert.deepEqual(stringsIn(objectIn(body, "spec"), "ipFamilies"), ["IPv4", "IPv6"]);
  assert.deepEqual((await addresses(plane)).sort(), ips.toSorted());
  const single = await patch(plane, "s", { ipFamilyPolicy: "SingleStack" });
  assert.deepEqual(stringsIn(objectIn(single.body, "spec"), "clusterIPs"), ips.slice(0, 1));
  assert.deepEqual(await addresses(plane), ips.slice(0, 1));
  const dual = await patch(plane, "s", { ipFamilyPolicy: "PreferDualStack" });
  assert.equal(stringsIn(objectIn(dual.body, "spec"), "clusterIPs").length, 2);
});

test("takes addresses from ranges that are added", async () => {
  const plane = await testPlane();
  await plane.as(ADMIN, "POST", "/apis/networking.k8s.io/v1/servicecidrs", {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: { name: "more" },
    spec: { cidrs: ["192.168.7.0/24"] },
  });
  assert.equal((await create(plane, "s", { clusterIP: "192.168.7.9" })).status, 201);
  const edge = await create(plane, "t", { clusterIP: "192.168.7.255" });
  assert.match(
    causes(edge.body)[0] ?? "",
    /the provided IP \(192\.168\.7\.255\) is not in the valid range\. The range of valid IPs is 192\.168\.7\.0\/24$/,
  );
  const outside = await create(plane, "u", { clusterIP: "192.168.8.1" });
  assert.match(causes(outside.body)[0] ?? "", /the provided network does not match the current range$/);
});

test("says when a range is full", async () => {
  const settings = {
    allowPrivileged: true,
    nodePortRange: { from: 30_000, to: 30_000 },
    serviceCidrs: ["10.0.0.0/29"],
    eventTtlSeconds: 3600,
  };
  const plane = await testPlane({ settings });
  await plane.client.remove({ group: "networking.k8s.io", plural: "servicecidrs" }, "", "kubernetes");
  const answers = await Promise.all(Array.from({ length: 7 }, (_, i) => create(plane, `s${i}`)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 201, 201, 201, 201, 500]);
  const full = answers.find(({ status }) => status === 500);
  assert.equal(full?.body["message"], "Internal error occurred: failed to allocate a serviceIP: range is full");
  await plane.as(ADMIN, "DELETE", `${SERVICES}/s0`);
  await patch(plane, "s1", { type: "NodePort" });
  const ports = await patch(plane, "s2", { type: "NodePort" });
  assert.equal(ports.body["message"], "Internal error occurred: failed to allocate a nodePort: range is full");
});

test("repairs what does not agree", async () => {
  let time = Date.now();
  const plane = await testPlane({ clock: () => time });
  await create(plane, "s", { type: "NodePort", clusterIP: "10.0.0.5", ports: [{ port: 80, nodePort: 30_005 }] });
  await plane.as(ADMIN, "DELETE", `${ADDRESSES}/10.0.0.5`);
  await plane.storage.commit({ compares: [], operations: [{ type: "delete", key: NODE_PORTS_KEY }] });
  // One address and one port that nobody holds.
  await plane.as(ADMIN, "POST", ADDRESSES, {
    apiVersion: "networking.k8s.io/v1",
    kind: "IPAddress",
    metadata: { name: "10.0.0.6", labels: { "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" } },
    spec: { parentRef: { resource: "services", namespace: "default", name: "gone" } },
  });
  await create(plane, "t", { type: "NodePort", ports: [{ port: 80, nodePort: 30_006 }] });
  const key = "/registry/services/specs/default/t";
  await plane.storage.commit({ compares: [], operations: [{ type: "delete", key }] });

  await plane.plane.serviceNetwork.repair();
  assert.ok((await addresses(plane)).includes("10.0.0.5"));
  assert.ok((await addresses(plane)).includes("10.0.0.6"), "what was just taken waits for its service");
  assert.deepEqual(await takenPorts(plane), [30_005, 30_006]);
  time += 120_000;
  await plane.plane.serviceNetwork.repair();
  await plane.plane.serviceNetwork.repair();
  assert.deepEqual(await addresses(plane), ["10.0.0.5"]);
  assert.deepEqual(await takenPorts(plane), [30_005]);
});

test("announces the API by a service of its own, wherever it moves", async () => {
  const plane = await testPlane();
  const ensure = (own: ServerAddress) =>
    new KubernetesService({ client: plane.client, ranges: ["10.0.0.0/24"], own, reconciler: soleServer(own) }).ensure();
  await ensure({ address: "192.0.2.2", port: 6443 });
  const { body } = await plane.as(ADMIN, "GET", `${SERVICES}/kubernetes`);
  assert.equal(stringIn(objectIn(body, "spec"), "clusterIP"), "10.0.0.1");
  for (const at of [
    { address: "192.0.2.3", port: 7443 },
    { address: "2001:db8::3", port: 7443 },
  ]) {
    await ensure(at);
    const endpoints = await plane.as(ADMIN, "GET", "/api/v1/namespaces/default/endpoints/kubernetes");
    assert.deepEqual(endpoints.body["subsets"], [
      { addresses: [{ ip: at.address }], ports: [{ name: "https", port: 7443, protocol: "TCP" }] },
    ]);
    const slice = await plane.as(ADMIN, "GET", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes");
    assert.deepEqual(slice.body["endpoints"], [{ addresses: [at.address], conditions: { ready: true } }]);
    const service = await plane.as(ADMIN, "GET", `${SERVICES}/kubernetes`);
    assert.equal(objectsIn(objectIn(service.body, "spec"), "ports")[0]?.["targetPort"], 7443);
  }
  const before = await plane.storage.currentRevision();
  await ensure({ address: "2001:db8::3", port: 7443 });
  assert.equal(await plane.storage.currentRevision(), before);
});

test("a service whose write nobody can tell the outcome of keeps what was taken for it", async () => {
  const memory = openMemoryStorage({ historyWindow: 0 });
  let cut = false;
  // The write comes about, and its answer is lost.
  const storage = new Proxy(memory, {
    get(target, name) {
      if (name === "commit" && cut) {
        return async (transaction: Transaction) => {
          await target.commit(transaction);
          if (transaction.operations.some(({ key }) => key.includes("/services/specs/"))) throw new StorageError("unknown", "cut off");
          return target.commit({ compares: [{ key: "/registry/none", modRevision: 0 }], operations: [] });
        };
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
  const plane = await testPlane({ storage });
  await create(plane, "before", { type: "NodePort" });
  cut = true;
  const { status } = await create(plane, "unclear", { type: "NodePort", clusterIP: "10.0.0.77", ports: [{ port: 80, nodePort: 30_077 }] });
  cut = false;
  assert.equal(status, 500);
  const { body } = await plane.as(ADMIN, "GET", `${SERVICES}/unclear`);
  assert.equal(stringIn(objectIn(body, "spec"), "clusterIP"), "10.0.0.77");
  assert.ok((await addresses(plane)).includes("10.0.0.77"));
  assert.ok((await takenPorts(plane)).includes(30_077));
});

test("ports that services hold are taken in whatever range they were stored", async () => {
  const storage = openMemoryStorage({ historyWindow: 0 });
  const settings = (from: number, to: number) => ({
    allowPrivileged: true,
    nodePortRange: { from, to },
    serviceCidrs: ["10.0.0.0/24"],
    eventTtlSeconds: 3600,
  });
  const one = await testPlane({ storage, settings: settings(30_000, 30_001) });
  const two = await testPlane({ storage, settings: settings(30_000, 30_002) });
  const ports: number[] = [];
  for (const [plane, name] of [
    [one, "a"],
    [two, "b"],
    [one, "c"],
    [two, "d"],
  ] as const) {
    const { body } = await create(plane, name, { type: "NodePort" });
    ports.push(...nodePorts(body));
  }
  assert.deepEqual(
    ports.toSorted((a, b) => a - b),
    [30_000, 30_001, 30_002],
    "each once, and no fourth",
  );
});
