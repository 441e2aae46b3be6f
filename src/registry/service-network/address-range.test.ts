import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCidr, parseIp, type Cidr, type IpAddress } from "../../object/ip.ts";
import { AddressRange } from "./address-range.ts";

const zeros = (size: number): Uint8Array => new Uint8Array(size);
const rangeOf = (text: string): AddressRange => new AddressRange(parseCidr(text) as Cidr);
const has = (range: AddressRange, ip: string): boolean => range.has(parseIp(ip) as IpAddress);

test("leaves out the network's own address, and IPv4's broadcast address", () => {
  const four = rangeOf("10.0.0.0/24");
  assert.equal(four.first, "10.0.0.1");
  assert.deepEqual(
    ["10.0.0.0", "10.0.0.1", "10.0.0.254", "10.0.0.255", "10.0.1.1"].map((ip) => has(four, ip)),
    [false, true, true, false, false],
  );
  const six = rangeOf("fd00::/112");
  assert.deepEqual(
    ["fd00::", "fd00::1", "fd00::ffff", "fd00::1:0"].map((ip) => has(six, ip)),
    [false, true, true, false],
  );
});

test("gives every address once, those of the lower part last", () => {
  const all = [...rangeOf("10.0.0.0/24").candidates(zeros)];
  assert.equal(all.length, 254);
  assert.equal(new Set(all).size, 254);
  assert.equal(all[0], "10.0.0.17");
  assert.deepEqual(
    all.slice(-16),
    Array.from({ length: 16 }, (_, i) => `10.0.0.${i + 1}`),
  );
});

test("does not divide a range that is too small", () => {
  assert.deepEqual([...rangeOf("10.0.0.0/29").candidates(zeros)], ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"]);
});

test("starts anywhere in a range of any size", () => {
  const [first] = rangeOf("fd00::/64").candidates((size) => new Uint8Array(size).fill(0xff));
  assert.ok(first !== undefined && has(rangeOf("fd00::/64"), first));
});
