import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { ManualClock } from "../../storage/clock.ts";
import { openMemoryStorage } from "../../storage/memory/memory.ts";
import { KubernetesService } from "../kubernetes-service.ts";
import { ADMIN, testPlane, type TestPlane } from "../test-plane.ts";
import { byCount, byLeases, noEndpoints, type EndpointReconciler } from "./endpoint-reconciler.ts";
import { MasterLeases, type ServerAddress } from "./master-leases.ts";

/** Servers on one store, by their address. */
function servers(plane: TestPlane, reconciler: (own: ServerAddress) => EndpointReconciler) {
  return (address: string, port = 6443) => {
    const own = { address, port };
    return new KubernetesService({ client: plane.client, ranges: ["10.0.0.0/24"], own, reconciler: reconciler(own) });
  };
}

/** What members of the cluster find: addresses and ports, as the Endpoints and as the slices tell them. */
async function announced(plane: TestPlane): Promise<{ readonly endpoints: string[]; readonly slices: string[] }> {
  const { body } = await plane.as(ADMIN, "GET", "/api/v1/namespaces/default/endpoints/kubernetes");
  const list = await plane.as(ADMIN, "GET", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices");
  const places = (of: ReadonlyJsonObject, addresses: readonly string[]): string =>
    `${addresses.join()}:${objectsIn(of, "ports")
      .map((port) => numberIn(port, "port"))
      .join()}`;
  return {
    endpoints: objectsIn(body, "subsets").map((subset) =>
      places(
        subset,
        objectsIn(subset, "addresses").map((one) => stringIn(one, "ip")),
      ),
    ),
    slices: objectsIn(list.body, "items").map((slice) => {
      const addresses = objectsIn(slice, "endpoints").flatMap((one) => stringsIn(one, "addresses"));
      return `${stringIn(objectIn(slice, "metadata"), "name")} ${places(slice, addresses)}`;
    }),
  };
}

test("the endpoints follow the servers that live", async () => {
  const clock = new ManualClock();
  const plane = await testPlane({ storage: openMemoryStorage({ historyWindow: 0, clock }) });
  const server = servers(plane, (own) => byLeases(new MasterLeases(plane.storage, own)));
  const one = server("192.0.2.2");
  const two = server("192.0.2.3");
  await one.ensure();
  await two.ensure();
  assert.deepEqual(await announced(plane), { endpoints: ["192.0.2.2,192.0.2.3:6443"], slices: ["kubernetes 192.0.2.2,192.0.2.3:6443"] });
  await one.leave();
  assert.deepEqual((await announced(plane)).endpoints, ["192.0.2.3:6443"], "a stopped server takes itself out");
  await one.ensure();
  for (let turn = 0; turn < 3; turn++) {
    clock.advance(10_000);
    await two.ensure();
  }
  assert.deepEqual(
    await announced(plane),
    { endpoints: ["192.0.2.3:6443"], slices: ["kubernetes 192.0.2.3:6443"] },
    "as others do a killed one",
  );
  await two.leave();
  assert.deepEqual((await announced(plane)).endpoints, ["192.0.2.3:6443"], "the last one leaves its endpoint");
});

test("servers that start at the same moment on one store all make the service, and stand in its endpoints", async () => {
  await using storage = openMemoryStorage({ historyWindow: 0 });
  const planes = await Promise.all(Array.from({ length: 4 }, () => testPlane({ storage })));
  const all = planes.map((plane, i) => servers(plane, (own) => byLeases(new MasterLeases(storage, own)))(`192.0.2.${i + 2}`));
  await Promise.all(all.map((one) => one.ensure()));
  const addresses = "192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5:6443";
  assert.deepEqual(await announced(planes[0] as TestPlane), { endpoints: [addresses], slices: [`kubernetes ${addresses}`] });
});

test("a server that has looked before another came does not leave it out", async () => {
  const plane = await testPlane();
  const byLease = (own: ServerAddress) => byLeases(new MasterLeases(plane.storage, own));
  const two = servers(plane, byLease)("192.0.2.3");
  let overtaken = false;
  const one = servers(plane, (own) => ({
    ...byLease(own),
    async present(found) {
      const seen = await byLease(own).present(found);
      if (!overtaken) await two.ensure();
      overtaken = true;
      return seen;
    },
  }))("192.0.2.2");
  await one.ensure();
  const addresses = "192.0.2.2,192.0.2.3:6443";
  assert.deepEqual(await announced(plane), { endpoints: [addresses], slices: [`kubernetes ${addresses}`] });
});

test("servers at different ports, and of different families, stand beside one another, and nobody undoes what another did", async () => {
  const plane = await testPlane();
  const server = servers(plane, (own) => byLeases(new MasterLeases(plane.storage, own)));
  const all = [server("192.0.2.2"), server("192.0.2.2", 7443), server("2001:db8::2", 7443)];
  for (let turn = 0; turn < 2; turn++) for (const one of all) await one.ensure();
  assert.deepEqual(await announced(plane), {
    endpoints: ["192.0.2.2:6443", "192.0.2.2:7443", "2001:db8::2:7443"],
    slices: ["kubernetes 192.0.2.2:6443", "kubernetes-ipv4-7443 192.0.2.2:7443", "kubernetes-ipv6-7443 2001:db8::2:7443"],
  });
  const names = ["endpoints/kubernetes", "services/kubernetes"];
  const versions = () =>
    Promise.all(names.map(async (name) => (await plane.as(ADMIN, "GET", `/api/v1/namespaces/default/${name}`)).body["metadata"]));
  const before = await versions();
  for (const one of all) await one.ensure();
  assert.deepEqual(await versions(), before);
  await all[1]?.leave();
  await all[2]?.leave();
  assert.deepEqual(await announced(plane), { endpoints: ["192.0.2.2:6443"], slices: ["kubernetes 192.0.2.2:6443"] });
});

test("a kube-apiserver's lease counts, which names no port", async () => {
  const plane = await testPlane();
  const theirs = { apiVersion: "v1", kind: "Endpoints", metadata: {}, subsets: [{ addresses: [{ ip: "192.0.2.9" }] }] };
  const put = { type: "put", key: "/registry/masterleases/192.0.2.9", value: Buffer.from(JSON.stringify(theirs)) } as const;
  await plane.storage.commit({ compares: [], operations: [put] });
  await servers(plane, (own) => byLeases(new MasterLeases(plane.storage, own)))("192.0.2.2", 7443).ensure();
  assert.deepEqual((await announced(plane)).endpoints, ["192.0.2.2,192.0.2.9:7443"]);
});

test("by count there are as many as are said to be, each server's own among them", async () => {
  const plane = await testPlane();
  const server = servers(plane, (own) => byCount(own, 2));
  await server("192.0.2.2").ensure();
  await server("192.0.2.4").ensure();
  assert.deepEqual((await announced(plane)).endpoints, ["192.0.2.2,192.0.2.4:6443"]);
  await server("192.0.2.3").ensure();
  assert.deepEqual((await announced(plane)).endpoints, ["192.0.2.2,192.0.2.3:6443"]);
  await server("192.0.2.9").ensure();
  assert.deepEqual((await announced(plane)).endpoints, ["192.0.2.3,192.0.2.9:6443"]);
});

test("the reconciler none leaves endpoints alone, and the service is there all the same", async () => {
  const plane = await testPlane();
  await servers(plane, () => noEndpoints)("192.0.2.2").ensure();
  assert.deepEqual(await announced(plane), { endpoints: [], slices: [] });
  assert.equal((await plane.as(ADMIN, "GET", "/api/v1/namespaces/default/services/kubernetes")).status, 200);
});
