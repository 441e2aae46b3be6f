import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test, type TestContext } from "node:test";
import { startEtcd } from "../../test/etcd-server.ts";
import { needs } from "../../test/programs.ts";
import { put } from "../../test/store-writer.ts";
import { openEtcdStorage } from "../storage/etcd/etcd.ts";
import { openLmdbStorage } from "../storage/lmdb/lmdb.ts";
import type { Storage } from "../storage/storage.ts";
import { runCommand } from "./command.ts";

const all = { start: "/registry/", end: "/registry0" };

async function run(...args: string[]) {
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written) => ({ write: (text: string) => (written[name] += text) });
  const signals = new EventEmitter();
  const terminal = {
    stdin: Readable.from([]),
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env: {},
    once: signals.once.bind(signals),
  };
  const code = await runCommand(["copy", ...args], terminal, () => Promise.reject(new Error("no server was to be started")));
  return { code, ...written };
}

async function dataDirectory(t: TestContext): Promise<{ readonly path: string; open(): Promise<Storage> }> {
  const path = await mkdtemp(join(tmpdir(), "copy-test-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return { path, open: () => openLmdbStorage({ directory: join(path, "store"), historyWindow: 0 }) };
}

/** Several hundred keys, some written again or deleted, some together, one that ends; not in the order of their names. */
async function populate(storage: Storage): Promise<void> {
  for (let index = 0; index < 500; index++) await put(storage, `/registry/pods/x/${(index * 37) % 500}`, `value ${index}`);
  for (let index = 0; index < 50; index++) await put(storage, `/registry/pods/x/${index * 3}`, `new ${index}`);
  await storage.commit({ compares: [], operations: [{ type: "delete", key: "/registry/pods/x/7" }] });
  await storage.commit({
    compares: [],
    operations: ["b", "a", "c"].map((name) => ({ type: "put", key: `/registry/services/${name}`, value: Buffer.from([0, 255, 1]) })),
  });
  const lease = await storage.grantLease(3600);
  const event = { type: "put", key: "/registry/events/x/e", value: Buffer.alloc(100_000, "é"), lease } as const;
  await storage.commit({ compares: [], operations: [event] });
}

/** Keys with values, in the order of their last changes. */
async function content(storage: Storage) {
  const { items } = await storage.range(all);
  return [...items]
    .sort((a, b) => a.modRevision - b.modRevision || (a.key < b.key ? -1 : 1))
    .map(({ key, value, lease }) => `${key} ${value.toString("latin1")} ${lease > 0 ? "leased" : ""}`);
}

test("a directory's store is copied while a server writes it, with every revision as it was", async (t) => {
  const source = await dataDirectory(t);
  const target = await dataDirectory(t);
  await using server = await source.open();
  await populate(server);
  const expected = await server.range(all);
  const copying = run("--from", source.path, "--to", target.path);
  for (let index = 0; index < 50; index++) await put(server, "/registry/pods/x/1", "too late, or in time");
  const { code, stdout, stderr } = await copying;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^copied 503 keys of \d+ bytes and 1 leases at revision \d+; read back and compared, sha256 [0-9a-f]{64}\n$/);
  assert.match(stderr, /503 of 503 keys\n$/);
  const revision = Number(/at revision (\d+)/.exec(stdout)?.[1]);
  await using copied = await target.open();
  assert.deepEqual([copied.revision, copied.compactedRevision], [revision, revision]);
  const others = ({ key }: { readonly key: string }): boolean => key !== "/registry/pods/x/1" && key !== "/registry/events/x/e";
  assert.deepEqual((await copied.range(all)).items.filter(others), expected.items.filter(others));
  const first = await server.range({ ...all, revision });
  assert.deepEqual(await content(copied), await content({ ...server, range: async () => first } as Storage));
  // And it goes on from there.
  assert.equal(await put(copied, "/registry/pods/x/next"), revision + 1);
  await copied.compact(revision + 1);
  assert.equal((await copied.range(all)).items.length, 504);
});

test("what is not empty, or is in use, is not written; where there is no store, nothing is read", async (t) => {
  const source = await dataDirectory(t);
  const target = await dataDirectory(t);
  const absent = await run("--from", source.path, "--to", target.path);
  assert.deepEqual([absent.code, absent.stderr.split(".")[0]], [1, `binnacle: there is no store in ${join(source.path, "store")}`]);
  await (async () => {
    await using storage = await source.open();
    await put(storage, "/registry/a/b");
    await using other = await target.open();
    const inUse = await run("--from", source.path, "--to", target.path);
    assert.equal(inUse.code, 1);
    assert.match(inUse.stderr, /in use by another process/);
    await put(other, "/registry/a/c");
  })();
  const full = await run("--from", source.path, "--to", target.path);
  assert.equal(full.code, 1);
  assert.match(full.stderr, /is not empty/);
  for (const args of [[], ["--from", "x"], ["--from", "x", "--to", "x"], ["--from", "x", "--to", "y", "z"], ["--other", "x"]])
    assert.equal((await run(...args)).code, 2, args.join(" "));
});

test("a store goes to etcd and comes back: keys, order of revisions, leases", { ...needs("etcd"), timeout: 60_000 }, async (t) => {
  await using etcd = await startEtcd();
  const source = await dataDirectory(t);
  const back = await dataDirectory(t);
  const expected = await (async () => {
    await using storage = await source.open();
    await populate(storage);
    return await content(storage);
  })();
  const there = await run("--from", source.path, "--to", etcd.url, "--etcd-prefix=/kept");
  assert.equal(there.code, 0, there.stderr);
  await using storage = await openEtcdStorage({ servers: [etcd.url], tls: {}, prefix: "/kept", compactionInterval: 0 });
  assert.deepEqual(await content(storage), expected);
  const left = await storage.secondsLeft((await storage.get("/registry/events/x/e"))?.lease ?? 0);
  assert.ok(left > 3_500 && left <= 3_900, `${left} seconds`);
  const again = await run("--from", source.path, "--to", etcd.url, "--etcd-prefix=/kept");
  assert.equal(again.code, 1);
  assert.match(again.stderr, /has keys already/);
  const home = await run("--from", etcd.url, "--to", back.path, "--etcd-prefix=/kept");
  assert.equal(home.code, 0, home.stderr);
  assert.equal(/sha256 .*/.exec(home.stdout)?.[0], /sha256 .*/.exec(there.stdout)?.[0]);
  await using copied = await back.open();
  assert.deepEqual(await content(copied), expected);
  assert.deepEqual(
    (await copied.range(all)).items.map(({ key, modRevision, createRevision }) => ({ key, modRevision, createRevision })),
    (await storage.range(all)).items.map(({ key, modRevision, createRevision }) => ({ key, modRevision, createRevision })),
  );
});
