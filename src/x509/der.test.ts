import assert from "node:assert/strict";
import { test } from "node:test";
import { boolean, objectIdentifier, octetString, positiveInteger, time } from "./der.ts";

const hex = (der: Buffer) => der.toString("hex");

test("lengths are short below 128 and long from there", () => {
  assert.equal(hex(octetString(Buffer.alloc(127)).subarray(0, 2)), "047f");
  assert.equal(hex(octetString(Buffer.alloc(128)).subarray(0, 3)), "048180");
  assert.equal(hex(octetString(Buffer.alloc(256)).subarray(0, 4)), "04820100");
});

test("an integer is shortest and positive", () => {
  assert.equal(hex(positiveInteger(Buffer.from([0]))), "020100");
  assert.equal(hex(positiveInteger(Buffer.from([0, 0, 0x7f]))), "02017f");
  assert.equal(hex(positiveInteger(Buffer.from([0x80]))), "02020080");
});

test("an object identifier packs its first two arcs and splits large ones", () => {
  assert.equal(hex(objectIdentifier("1.2.840.10045.4.3.2")), "06082a8648ce3d040302");
  assert.equal(hex(objectIdentifier("2.5.29.19")), "0603551d13");
});

test("a time has two digits of year until 2049 and four after (RFC 5280)", () => {
  assert.equal(time(new Date("2049-12-31T23:59:59.999Z")).subarray(2).toString(), "491231235959Z");
  assert.equal(time(new Date("2050-01-01T00:00:00Z")).subarray(2).toString(), "20500101000000Z");
});

test("true is all ones", () => {
  assert.equal(hex(boolean(true)), "0101ff");
});
