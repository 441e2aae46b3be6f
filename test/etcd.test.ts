import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Door } from "./door.ts";
import { startEtcd } from "./etcd-server.ts";
import { needs } from "./programs.ts";
import { startReplica } from "./replica.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";

/** The names of configmaps as a watch from a revision tells them, in order. */
function namesOf(door: Door, from: string): { readonly names: readonly string[]; close(): void } {
  const names: string[] = [];
  const { close } = door.watch(`${configMaps}?watch=1&resourceVersion=${from}`, {
    event: (type, { metadata }) => void names.push(`${type} ${metadata.name}`),
    ended: () => undefined,
  });
  return { names, close };
}

const configMap = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { name } });

async function eventually(body: () => Promise<void> | void): Promise<void> {
  const until = Date.now() + 15_000;
  for (;;) {
    try {
      return await body();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(50);
    }
  }
}

test(
  "two servers on one etcd show one state: each at once what the other wrote, after one was killed, and after etcd was",
  { ...needs("etcd"), timeout: 120_000 },
  async (t) => {
    await using etcd = await startEtcd();
    await using one = await startReplica([etcd.url]);
    await using two = await startReplica([etcd.url]);
    const start = (await two.door.ask("GET", configMaps)).body.metadata.resourceVersion;
    const watch = namesOf(two.door, start);
    t.after(() => watch.close());
    const expected: string[] = [];
    const names = new Set<string>();
    const create = async (door: Door, other: Door, name: string): Promise<void> => {
      const created = await door.ask("POST", configMaps, configMap(name));
      assert.equal(created.code, 201);
      names.add(name);
      expected.push(`ADDED ${name}`);
      const read = await other.ask("GET", `${configMaps}/${name}`);
      assert.equal(read.code, 200, "what one has acknowledged, the other shows");
      assert.equal(read.body.metadata.resourceVersion, created.body.metadata.resourceVersion);
      const list = await other.ask("GET", configMaps);
      assert.ok(list.body.items?.some(({ metadata }) => metadata.name === name));
    };
    for (let index = 0; index < 10; index++) {
      await create(one.door, two.door, `from-one-${index}`);
      await create(two.door, one.door, `from-two-${index}`);
    }
    // A write on an old version loses on either.
    const path = `${configMaps}/from-one-0`;
    const { body: old } = await one.door.ask("GET", path);
    assert.equal((await two.door.ask("PUT", path, { ...old, data: { name: "new" } })).code, 200);
    expected.push("MODIFIED from-one-0");
    assert.equal((await one.door.ask("PUT", path, { ...old, data: { name: "late" } })).code, 409);
    await eventually(() =>
      assert.deepEqual(
        watch.names.filter((line) => !line.includes("kube-root-ca")),
        expected,
      ),
    );

    await one.kill();
    await create(two.door, two.door, "after-a-server-died");
    await etcd.kill();
    assert.notEqual((await two.door.ask("POST", configMaps, configMap("without-etcd"))).code, 201);
    await etcd.start();
    await eventually(async () => assert.equal((await two.door.ask("GET", configMaps)).code, 200));
    await create(two.door, two.door, "after-etcd-died");
    await using three = await startReplica([etcd.url]);
    const kept = (await three.door.ask("GET", configMaps)).body.items?.map(({ metadata }) => metadata.name) ?? [];
    for (const name of names) assert.ok(kept.includes(name), `${name} was acknowledged`);
    await eventually(() =>
      assert.deepEqual(
        watch.names.filter((line) => !line.includes("kube-root-ca")),
        expected,
        "the watch went on",
      ),
    );
  },
);
