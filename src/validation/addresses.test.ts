import assert from "node:assert/strict";
import { test } from "node:test";
import { FieldPath } from "../object/field-path.ts";
import { warnOfAddress, warnOfCidr } from "./address-warnings.ts";
import { isSpecialAddress } from "./special-addresses.ts";

const at = FieldPath.root.child("a");

function told(warn: typeof warnOfAddress, text: string): string[] {
  const found: string[] = [];
  warn(text, at, found);
  return found.map((warning) => warning.replace(/^a: /, ""));
}

const future = "will be considered invalid in a future Kubernetes release: use";

test("warns of addresses that are read in more than one way, with the one that is meant", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["192.12.2.2", []],
    ["2001:db8::2", []],
    ["192.012.2.2", [`non-standard IP address "192.012.2.2" ${future} "192.12.2.2"`]],
    ["::ffff:192.12.2.2", [`non-standard IP address "::ffff:192.12.2.2" ${future} "192.12.2.2"`]],
    ["2001:db8:0:0::2", ['IPv6 address "2001:db8:0:0::2" should be in RFC 5952 canonical format ("2001:db8::2")']],
  ];
  for (const [text, expected] of table) assert.deepEqual(told(warnOfAddress, text), expected, text);
});

test("warns of ranges likewise, and of those that may mean one address", () => {
  const ambiguous = (text: string, whole: string, single: string) =>
    `CIDR value "${text}" is ambiguous in this context (should be "${whole}" or "${single}"?)`;
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["192.12.2.0/24", []],
    ["192.12.2.0/024", [`non-standard CIDR value "192.12.2.0/024" ${future} "192.12.2.0/24"`]],
    ["::ffff:192.12.2.0/120", [`non-standard CIDR value "::ffff:192.12.2.0/120" ${future} "192.12.2.0/24"`]],
    ["192.12.2.8/24", [ambiguous("192.12.2.8/24", "192.12.2.0/24", "192.12.2.8/32")]],
    ["2001:db8::1/64", [ambiguous("2001:db8::1/64", "2001:db8::/64", "2001:db8::1/128")]],
    [
      "192.012.2.8/24",
      [ambiguous("192.012.2.8/24", "192.12.2.0/24", "192.12.2.8/32"), `non-standard CIDR value "192.012.2.8/24" ${future} "192.12.2.0/24"`],
    ],
    ["2001:db8:0::/64", ['IPv6 CIDR value "2001:db8:0::/64" should be in RFC 5952 canonical format ("2001:db8::/64")']],
  ];
  for (const [text, expected] of table) assert.deepEqual(told(warnOfCidr, text), expected, text);
});

test("knows the addresses that lead nowhere else, multicast on the link with any flags", () => {
  for (const text of ["0.0.0.0", "::", "127.1.2.3", "::1", "169.254.1.1", "fe80::1", "224.0.0.1", "ff02::1", "ff12::1", "ffF2::1"])
    assert.ok(isSpecialAddress(text), text);
  for (const text of ["1.2.3.4", "224.0.1.1", "ff01::1", "ff05::1", "fd00::1", "x"]) assert.ok(!isSpecialAddress(text), text);
});
