import assert from "node:assert/strict";
import { test } from "node:test";
import { recordOf, storedValue } from "./record.ts";
import { RepresentationCache } from "./representation-cache.ts";

function record(name: string) {
  const value = storedValue({ kind: "ConfigMap", apiVersion: "v1", metadata: { name } });
  return recordOf({ key: `/registry/configmaps/default/${name}`, value, modRevision: 5, createRevision: 5, lease: 0 });
}

test("a representation is made when it is first asked for, and once", () => {
  const cache = new RepresentationCache();
  const one = record("one");
  let made = 0;
  const make = (): Buffer => Buffer.from(`made ${++made}`);
  assert.equal(one.others.size, 0);
  const bytes = cache.bytes(one, "protobuf v1", make);
  assert.equal(cache.bytes(one, "protobuf v1", make), bytes);
  assert.notEqual(cache.bytes(one, "metadata v1", make), bytes);
  assert.equal(made, 2);
});

test("beyond its limit the oldest representations are forgotten, and made again when they are asked for", () => {
  const cache = new RepresentationCache(1000);
  const records = Array.from({ length: 30 }, (_, index) => record(`r${index}`));
  for (const one of records) cache.bytes(one, "protobuf v1", () => Buffer.alloc(100));
  const held = records.filter(({ others }) => others.size > 0);
  assert.deepEqual(held, records.slice(-10));
  let made = 0;
  cache.bytes(records[0] ?? assert.fail(), "protobuf v1", () => Buffer.alloc(100, ++made));
  assert.equal(made, 1);
  assert.deepEqual(records.filter(({ others }) => others.size > 0).length, 10);
});
