import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareKeys, prefixEnd } from "./key-order.ts";
import { OrderedMap } from "./ordered-map.ts";

const bytes = (a: string, b: string): number => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
const anyKey = fc.oneof(
  fc.string({ maxLength: 6, unit: "grapheme" }),
  fc.string({ maxLength: 6 }),
  fc.constantFrom("\u{1f600}", "\uffee", "\ue000", "\ud7ff", "a\u{10000}", "a\uffff"),
);

test("orders keys by their UTF-8 bytes, surrogates included", () => {
  fc.assert(
    fc.property(anyKey, anyKey, (a, b) => assert.equal(Math.sign(compareKeys(a, b)), bytes(a, b))),
    { numRuns: 1000 },
  );
  assert.equal(Math.sign(compareKeys("\u{1f600}", "\uffee")), 1);
});

test("the end of a prefix lies behind every key with it and before every greater key", () => {
  fc.assert(
    fc.property(anyKey, anyKey, (prefix, key) => {
      const inside = compareKeys(prefix, key) <= 0 && compareKeys(key, prefixEnd(prefix)) < 0;
      assert.equal(inside, key.startsWith(prefix));
    }),
    { numRuns: 1000 },
  );
});

test("behaves as a sorted map, whatever is inserted and deleted", () => {
  const step = fc.record({
    key: fc.oneof(
      anyKey,
      fc.nat(2000).map((n) => `k${n}`),
    ),
    remove: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 2000, size: "max" }), anyKey, anyKey, (steps, start, end) => {
      const map = new OrderedMap<number>();
      const model = new Map<string, number>();
      steps.forEach(({ key, remove }, index) => {
        if (remove) {
          assert.equal(map.delete(key), model.get(key));
          model.delete(key);
        } else {
          assert.equal(map.set(key, index), model.get(key));
          model.set(key, index);
        }
      });
      const sorted = [...model].sort(([a], [b]) => bytes(a, b));
      assert.equal(map.size, model.size);
      assert.deepEqual([...map.entries()], sorted);
      const inside = sorted.filter(([key]) => bytes(key, start) >= 0 && bytes(key, end) < 0);
      assert.deepEqual([...map.entries(start, end)], inside);
      assert.equal(map.count(start, end), inside.length);
      for (const [key, value] of sorted) assert.equal(map.get(key), value);
      assert.equal(map.has(start), model.has(start));
    }),
    { numRuns: 60 },
  );
});

test("holds 100,000 keys, inserted and deleted in any order", () => {
  const map = new OrderedMap<number>();
  const count = 100_000;
  for (let index = 0; index < count; index++) map.set(`/registry/pods/${(index * 7919) % count}`, index);
  assert.equal(map.size, count);
  let last = "";
  map.walk("", undefined, (_, key) => {
    assert.ok(last < key);
    last = key;
  });
  for (let index = 0; index < count; index += 2) map.delete(`/registry/pods/${(index * 104729) % count}`);
  assert.equal(map.size, count / 2);
  assert.equal(map.count("/registry/", "/registry0"), count / 2);
});
