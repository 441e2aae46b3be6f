import assert from "node:assert/strict";
import { test } from "node:test";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { TextTable } from "./text-table.ts";
import { WireReader } from "./wire-reader.ts";
import { lengthTag, WireWriter } from "./wire-writer.ts";

/** A field as a test has it: its number, and a value that says its wire type. */
type Value = string | number | bigint | { readonly double: number } | readonly Part[];
type Part = readonly [number: number, value: Value];

const numbers = fc.nat({ max: 2 ** 29 - 2 }).map((number) => number + 1);
const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.string({ maxLength: 200 }),
  fc.maxSafeNat(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }).map((double) => ({ double })),
);
const parts = fc.array(fc.tuple(numbers, fc.oneof(scalar, fc.array(fc.tuple(numbers, scalar), { maxLength: 5 }))), { maxLength: 12 });

function write(out: WireWriter, fields: readonly Part[]): void {
  for (const [number, value] of fields.toReversed()) {
    if (typeof value === "string") out.textField(lengthTag(number), value);
    else if (Array.isArray(value)) {
      const end = out.written;
      write(out, value as readonly Part[]);
      out.head(lengthTag(number), end);
    } else if (typeof value === "object") {
      out.double((value as { double: number }).double);
      out.unsigned(number * 8 + 1);
    } else {
      out.integer(value as number | bigint);
      out.unsigned(number * 8);
    }
  }
}

function writeElsewhere(out: BinaryWriter, fields: readonly Part[]): BinaryWriter {
  for (const [number, value] of fields) {
    if (typeof value === "string") out.tag(number, WireType.LengthDelimited).string(value);
    else if (Array.isArray(value)) writeElsewhere(out.tag(number, WireType.LengthDelimited).fork(), value as readonly Part[]).join();
    else if (typeof value === "object") out.tag(number, WireType.Bit64).double((value as { double: number }).double);
    else out.tag(number, WireType.Varint).int64(value as number | bigint);
  }
  return out;
}

/** Reads fields of the same shape by both readers, which must agree. */
function readBoth(ours: WireReader, theirs: BinaryReader, fields: readonly Part[]): void {
  for (const [, value] of fields) {
    const tag = ours.tag();
    assert.deepEqual([tag >>> 3, tag & 7], theirs.tag());
    if (typeof value === "string") assert.equal(ours.text(), theirs.string());
    else if (Array.isArray(value)) {
      const outer = ours.enter();
      assert.equal(ours.end - ours.at, theirs.uint32());
      readBoth(ours, theirs, value as readonly Part[]);
      assert.ok(ours.done);
      ours.leave(outer);
    } else if (typeof value === "object") assert.equal(ours.double(), theirs.double());
    else assert.equal(BigInt(ours.int64()), BigInt(theirs.int64()));
  }
}

test("fields of every wire type are the bytes that another library writes, and are read as it reads them", () => {
  const out = new WireWriter(16);
  const texts = new TextTable();
  fc.assert(
    fc.property(parts, (fields) => {
      write(out, fields);
      const bytes = out.finish();
      assert.equal(bytes.toString("hex"), Buffer.from(writeElsewhere(new BinaryWriter(), fields).finish()).toString("hex"));
      for (const table of [undefined, texts]) {
        const reader = new WireReader(bytes, 0, bytes.length, table);
        readBoth(reader, new BinaryReader(bytes), fields);
        assert.ok(reader.done);
      }
    }),
    { numRuns: 300 },
  );
});
