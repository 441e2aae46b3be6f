import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { put } from "../../../test/store-writer.ts";
import { openMemoryStorage } from "../memory/memory.ts";
import { compactedError, replacedError } from "../storage-errors.ts";
import { StorageError, type Storage, type WatchSink } from "../storage.ts";
import { ObjectKeeper } from "./object-keeper.ts";
import { ResourceCache } from "./resource-cache.ts";
import type { WatchScope } from "./watcher-index.ts";

const prefix = "/registry/pods/";

/** A store whose watches a test breaks, and which then answers no range as often as it is told. */
function breakable(storage: Storage) {
  const open = new Set<() => void>();
  const state = { failures: 0, reason: undefined as StorageError | undefined };
  const broken: Storage = {
    ...storage,
    get revision() {
      return storage.revision;
    },
    get compactedRevision() {
      return storage.compactedRevision;
    },
    currentRevision: () => storage.currentRevision(),
    get: (key) => storage.get(key),
    commit: (transaction) => storage.commit(transaction),
    compact: (revision) => storage.compact(revision),
    grantLease: (seconds) => storage.grantLease(seconds),
    revokeLease: (lease) => storage.revokeLease(lease),
    health: () => storage.health(),
    range: (request) => {
      if (state.failures-- > 0) return Promise.reject(new StorageError("unavailable", "not now"));
      return storage.range(request);
    },
    watch(request, sink: WatchSink) {
      const watch = storage.watch(request, { events: (events, revision) => sink.events(events, revision), closed: () => undefined });
      open.add(() => (watch.close(), sink.closed(state.reason)));
      return watch;
    },
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
  return {
    storage: broken,
    break(reason: StorageError, failures = 0) {
      Object.assign(state, { reason, failures });
      const all = [...open];
      open.clear();
      for (const end of all) end();
    },
  };
}

async function started(store: Storage) {
  const cache = new ResourceCache({ storage: store, prefix, takeObject: () => undefined, keeper: new ObjectKeeper() });
  const told: string[] = [];
  const follow = (name: string, scope: WatchScope): void => {
    const watcher = {
      scope,
      wake: ({ key }: { readonly key: string }) => void told.push(`${name}: ${key.slice(prefix.length)}`),
      end: (reason: string) => {
        told.push(`${name}: ${reason}`);
        cache.watchers.remove(watcher);
      },
    };
    cache.watchers.add(watcher);
  };
  await cache.start();
  follow("all", { type: "all" });
  follow("x", { type: "prefix", prefix: `${prefix}x/` });
  follow("y", { type: "prefix", prefix: `${prefix}y/` });
  follow("y/c", { type: "key", key: `${prefix}y/c` });
  return { cache, told };
}

const object = (name: string): string => JSON.stringify({ kind: "Pod", apiVersion: "v1", metadata: { name } });

test("when the store has forgotten what came next and nothing has changed, watches go on, and may begin where they could before", async () => {
  await using memory = openMemoryStorage();
  await put(memory, `${prefix}x/a`, object("a"));
  const { storage, break: breakWatch } = breakable(memory);
  const { cache, told } = await started(storage);
  const { since } = cache.window;
  breakWatch(compactedError(memory.revision));
  await cache.start();
  await put(memory, `${prefix}y/c`, object("c"));
  assert.deepEqual(told, ["all: y/c", "y/c: y/c", "y: y/c"]);
  assert.equal(cache.window.since, since);
});

test("what has changed meanwhile ends the watches that it concerns, and the state is the new one", async () => {
  await using memory = openMemoryStorage();
  for (const name of ["x/a", "x/b", "y/c"]) await put(memory, prefix + name, object(name));
  const { storage, break: breakWatch } = breakable(memory);
  const { cache, told } = await started(storage);
  breakWatch(compactedError(memory.revision), 1);
  await put(memory, `${prefix}x/a`, object("new"));
  await memory.commit({ compares: [], operations: [{ type: "delete", key: `${prefix}x/b` }] });
  await put(memory, `${prefix}x/d`, object("d"));
  await cache.start();
  assert.deepEqual(told.sort(), ["all: expired", "x: expired"]);
  assert.equal(cache.window.since, memory.revision);
  const names: string[] = [];
  cache.walk(prefix, "/registry/pods0", ({ key }) => void names.push(key.slice(prefix.length)));
  assert.deepEqual(names, ["x/a", "x/d", "y/c"]);
  assert.equal(cache.get(`${prefix}x/a`)?.object().metadata.name, "new");
  told.length = 0;
  await put(memory, `${prefix}y/c`, object("c"));
  assert.deepEqual(told, ["y/c: y/c", "y: y/c"]);
});

test("while the store does not answer, the cache tries again by itself", async () => {
  await using memory = openMemoryStorage();
  const { storage, break: breakWatch } = breakable(memory);
  const { cache, told } = await started(storage);
  breakWatch(compactedError(memory.revision), 1);
  assert.equal(cache.started, false);
  for (let tries = 0; !cache.started; tries++) {
    assert.ok(tries < 200);
    await sleep(20);
  }
  await put(memory, `${prefix}y/c`, object("c"));
  assert.equal(told.length, 3);
});

test("of a store that was replaced, or fails otherwise, all watches begin anew, whatever it holds", async () => {
  for (const reason of [replacedError("restored"), new StorageError("unavailable", "broken")]) {
    await using memory = openMemoryStorage();
    await put(memory, `${prefix}x/a`, object("a"));
    const { storage, break: breakWatch } = breakable(memory);
    const { cache, told } = await started(storage);
    breakWatch(reason);
    assert.deepEqual(told.sort(), ["all: expired", "x: expired", "y/c: expired", "y: expired"]);
    await cache.start();
    assert.ok(cache.get(`${prefix}x/a`) !== undefined);
  }
});
