import assert from "node:assert/strict";
import { test } from "node:test";
import { objectIn, stringIn } from "../../object/read.ts";
import { LEASES } from "../../object/resource-ids.ts";
import { formatMicroTime, instantFromMillis } from "../../object/time.ts";
import { testPlane } from "../test-plane.ts";
import { IdentityLease, removeExpiredLeases } from "./identity-lease.ts";
import { serverId } from "./server-id.ts";

test("a server is known by a hash of its host's name, as kube-apiserver is", () => {
  assert.equal(serverId("vm"), "apiserver-wlv32tlttr4jl3gtroqexyxapa");
});

test("a server's lease tells where and when it lives, and is renewed", async () => {
  const { client } = await testPlane();
  let now = Date.UTC(2026, 0, 1);
  const server = (address: string, uuid: string) => new IdentityLease({ client, host: "vm", address, uuid, clock: () => now });
  const one = server("192.0.2.2:6443", "u1");
  await one.renew();
  const read = async (name: string) => {
    const lease = await client.get(LEASES, "kube-system", name);
    return lease && { labels: lease.metadata.labels, annotations: lease.metadata.annotations, spec: lease["spec"] };
  };
  const expected = {
    labels: { "apiserver.kubernetes.io/identity": "kube-apiserver", "kubernetes.io/hostname": "vm" },
    annotations: { "kubernetes.io/peer-advertise-address": "192.0.2.2:6443" },
    spec: { holderIdentity: `${serverId("vm")}_u1`, leaseDurationSeconds: 3600, renewTime: "2026-01-01T00:00:00.000000Z" },
  };
  assert.deepEqual(await read(serverId("vm")), expected);
  now += 10_000;
  await one.renew();
  assert.deepEqual(await read(serverId("vm")), { ...expected, spec: { ...expected.spec, renewTime: "2026-01-01T00:00:10.000000Z" } });

  const again = server("192.0.2.2:6443", "u2");
  await again.renew();
  assert.equal(again.name, serverId("vm"), "the next process at an address takes the lease over");
  const beside = server("192.0.2.2:7443", "u3");
  await beside.renew();
  assert.equal(beside.name, serverId("vm", "192.0.2.2:7443"), "a second server of the host has a lease of its own");
  await again.renew();
  assert.equal(again.name, serverId("vm"));
  now += 60_000;
  const moved = server("192.0.2.2:8443", "u4");
  await moved.renew();
  assert.equal(moved.name, serverId("vm"), "a lease that nobody renews is free");
});

test("servers of one host that come at the same moment have a lease each, whether one of somebody gone is there or none", async () => {
  const { client } = await testPlane();
  let now = Date.UTC(2026, 0, 1);
  const server = (port: number) =>
    new IdentityLease({ client, host: "vm", address: `192.0.2.2:${port}`, uuid: `u${port}`, clock: () => now });
  for (const ports of [
    [1, 2],
    [3, 4],
  ]) {
    const both = ports.map(server);
    await Promise.all(both.map((one) => one.renew()));
    assert.equal(new Set(both.map(({ name }) => name)).size, 2);
    for (const [i, { name }] of both.entries()) {
      const lease = await client.get(LEASES, "kube-system", name);
      assert.equal(lease?.metadata.annotations?.["kubernetes.io/peer-advertise-address"], `192.0.2.2:${ports[i]}`);
    }
    now += 60_000;
  }
});

test("leases of servers that are gone are removed, and no others", async () => {
  const { client } = await testPlane();
  const now = Date.UTC(2026, 0, 1);
  const identity = { "apiserver.kubernetes.io/identity": "kube-apiserver" };
  const put = async (name: string, labels: Record<string, string>, age: number | undefined): Promise<void> => {
    const renewed =
      age === undefined ? {} : { leaseDurationSeconds: 3600, renewTime: formatMicroTime(instantFromMillis(now - age * 1000)) };
    await client.create(LEASES, {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace: "kube-system", labels },
      spec: { holderIdentity: name, ...renewed },
    });
  };
  await put("dead", identity, 3601);
  await put("living", identity, 3599);
  await put("without-a-time", identity, undefined);
  await put("of-a-controller", {}, 10_000);
  await removeExpiredLeases(client, () => now);
  const left = (await client.list(LEASES, "kube-system")).map((lease) => stringIn(objectIn(lease, "metadata"), "name"));
  assert.deepEqual(left, ["living", "of-a-controller"]);
});
