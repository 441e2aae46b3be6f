import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  cidrContains,
  cidrRules,
  cidrsOverlap,
  formatCidr,
  formatIp,
  ipRules,
  lastOfCidr,
  legacyCidrRules,
  legacyIpRules,
  parseCidr,
  parseIp,
  parseIpSloppy,
  sizeOfCidr,
} from "./ip.ts";

test("writes addresses canonically", () => {
  const forms: readonly (readonly [string, string])[] = [
    ["10.0.0.1", "10.0.0.1"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["::ffff:1.2.3.4", "::ffff:1.2.3.4"],
    ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
  ];
  for (const [text, canonical] of forms) {
    const address = parseIp(text);
    assert.ok(address, text);
    assert.equal(formatIp(address), canonical);
  }
});

test("takes nothing that is no address", () => {
  for (const text of [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "1.2.3.x",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "fe80::1%eth0",
    "1.2.3.4::",
    "0x1.2.3.4",
  ]) {
    assert.equal(parseIpSloppy(text), undefined, text);
  }
});

test("tells the faults of strict fields apart", () => {
  assert.deepEqual(ipRules("x"), ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]);
  assert.deepEqual(ipRules("010.1.1.1"), ["must not have leading 0s"]);
  assert.deepEqual(legacyIpRules("010.1.1.1"), ["must not have leading 0s"]);
  assert.deepEqual(legacyIpRules("::ffff:1.2.3.4"), ["must not be an IPv4-mapped IPv6 address"]);
  assert.deepEqual(legacyIpRules("FD00::1"), []);
  assert.deepEqual(ipRules("::ffff:1.2.3.4"), ["must not be an IPv4-mapped IPv6 address"]);
  assert.deepEqual(ipRules("FD00::1"), ['must be in canonical form ("fd00::1")']);
  assert.deepEqual(cidrRules("10.0.0.0"), ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]);
  assert.deepEqual(cidrRules("10.0.0.0/08"), ["must not have leading 0s in IP or prefix length"]);
  assert.deepEqual(cidrRules("10.0.0.1/24"), ["must not have bits set beyond the prefix length"]);
  assert.deepEqual(legacyCidrRules("10.0.0.1/24"), ["must not have bits set beyond the prefix length"]);
  assert.deepEqual(legacyCidrRules("FD00::/64"), []);
  assert.deepEqual(cidrRules("FD00::/64"), ['must be in canonical form ("fd00::/64")']);
  assert.deepEqual(cidrRules("10.0.0.0/24"), []);
});

test("knows what lies in a range", () => {
  const range = parseCidr("10.0.0.0/24");
  const inside = parseIp("10.0.0.255");
  const outside = parseIp("10.0.1.0");
  const wider = parseCidr("10.0.0.0/8");
  const other = parseCidr("fd00::/64");
  assert.ok(range && inside && outside && wider && other);
  assert.equal(cidrContains(range, inside), true);
  assert.equal(cidrContains(range, outside), false);
  assert.equal(formatIp(lastOfCidr(range)), "10.0.0.255");
  assert.equal(sizeOfCidr(other), 2n ** 64n);
  assert.equal(cidrsOverlap(range, wider), true);
  assert.equal(cidrsOverlap(range, other), false);
  assert.equal(formatCidr({ address: inside, prefix: 16 }), "10.0.0.0/16");
});

test("reads back every address that it writes", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), (value) => {
      assert.deepEqual(parseIp(formatIp({ family: 6, value }))?.value, value);
    }),
  );
});
