import assert from "node:assert/strict";
import { test } from "node:test";
import { allowedAddress } from "./allowed-address.ts";

test("addresses are allowed by the networks that are named, IPv4 over sockets of IPv6 as well", () => {
  const allowed = allowedAddress(["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32", "fe80::/10"]);
  for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "192.0.2.7", "2001:db8:1::5", "fe80::1%eth0"]) assert.ok(allowed(address), address);
  for (const address of ["11.0.0.1", "::ffff:11.0.0.1", "192.0.2.8", "::a01:203", "2001:db9::", "", "10.1.2", "010.1.2.3", "localhost"])
    assert.ok(!allowed(address), address);
});

test("without a network everybody is allowed, and all of one family is not all of the other", () => {
  assert.ok(allowedAddress([])(""));
  const [four, six] = [allowedAddress(["0.0.0.0/0"]), allowedAddress(["::/0"])];
  assert.deepEqual([four("1.2.3.4"), four("::ffff:1.2.3.4"), four("::1")], [true, true, false]);
  assert.deepEqual([six("1.2.3.4"), six("::ffff:1.2.3.4"), six("::1")], [false, false, true]);
});
