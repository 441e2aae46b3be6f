import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PortBitmap } from "./port-bitmap.ts";

const range = { from: 30_000, to: 32_767 };

test("is stored as a big-endian number, the lowest port being its lowest bit", () => {
  const ports = PortBitmap.empty(range);
  assert.equal(ports.toObject()["data"], "");
  ports.add(30_000);
  assert.equal(ports.toObject()["data"], "AQ==");
  ports.add(30_008);
  assert.equal(ports.toObject()["data"], "AQE=");
  assert.equal(ports.toObject()["range"], "30000-32767");
});

test("holds what was added and not deleted, stored and read again", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 29_990, max: 32_780 }))), (steps) => {
      const ports = PortBitmap.empty(range);
      const expected = new Set<number>();
      for (const [add, port] of steps) {
        if (add) ports.add(port);
        else ports.delete(port);
        if (add && ports.covers(port)) expected.add(port);
        else expected.delete(port);
      }
      const again = PortBitmap.read(ports.toObject(), range);
      assert.deepEqual(
        [...(again?.taken() ?? [])],
        [...expected].sort((a, b) => a - b),
      );
    }),
  );
});

test("is not read for another range", () => {
  assert.equal(PortBitmap.read(PortBitmap.empty(range).toObject(), { from: 30_000, to: 30_100 }), undefined);
});

test("gives ports of the lower part only when the upper one is full", () => {
  const ports = PortBitmap.empty(range);
  for (const random of [0, 0.5, 0.999999]) assert.ok((ports.next(random) ?? 0) >= 30_086);
  for (let port = 30_086; port <= range.to; port++) ports.add(port);
  assert.equal(ports.next(0), 30_000);
  for (let port = range.from; port < 30_086; port++) ports.add(port);
  assert.equal(ports.next(0), undefined);
});
