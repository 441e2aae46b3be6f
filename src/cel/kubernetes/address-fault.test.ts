import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseCidr, parseIp } from "../../object/ip.ts";
import { addressFault, prefixFault } from "./address-fault.ts";

test("what is wrong with an address is told as clients know it", () => {
  const faults = new Map([
    ["1.2.3.4", undefined],
    ["::", undefined],
    ["1::ffff:1.2.3.4", undefined],
    ["fe80::1%eth0", undefined],
    ["x", "unable to parse IP"],
    ["1%2", "missing IPv6 address"],
    ["1.2.3", "IPv4 address too short"],
    ["192.168.0.1.0", "IPv4 address too long"],
    ["01.2.3.4", "IPv4 field has octet with leading zero"],
    ["256.1.1.1", "IPv4 field has value >255"],
    ["1..2.3", 'IPv4 field must have at least one digit (at ".2.3")'],
    ["1.2.3.", 'IPv4 field must have at least one digit (at ".")'],
    ["1.2.a.4", 'unexpected character (at "a.4")'],
    ["2001:db8:::68", 'each colon-separated field must have at least one digit (at ":68")'],
    ["12345::", 'each group must have 4 or less digits (at "12345::")'],
    ["1:2:3", "address string too short"],
    ["1:2:3:4:5:6:7:8:9", 'trailing garbage after address (at "9")'],
    ["1:2:3:4:5:6:7::8", "the :: must expand to at least one field of zeros"],
    ["1::2::3", 'multiple :: in address (at ":3")'],
    ["1:", 'colon must be followed by more characters (at ":")'],
    ["1:g", 'each colon-separated field must have at least one digit (at "g")'],
    ["1g::", 'unexpected character, want colon (at "g::")'],
    ["1:2.3.4.5", 'embedded IPv4 address must replace the final 2 fields of the address (at "2.3.4.5")'],
    ["fe80::1%", "zone must be a non-empty string"],
  ]);
  for (const [text, why] of faults) {
    assert.equal(addressFault(text), why === undefined ? undefined : `ParseAddr(${JSON.stringify(text)}): ${why}`, text);
  }
});

test("what is wrong with a range likewise", () => {
  const faults = new Map([
    ["10.0.0.0/8", undefined],
    ["10.0.0.0", "no '/'"],
    ["10.0.0.0/", 'bad bits after slash: ""'],
    ["10.0.0.0/08", 'bad bits after slash: "08"'],
    ["10.0.0.0/33", "prefix length out of range"],
    ["::1/129", "prefix length out of range"],
    ["10.0.0/8", 'ParseAddr("10.0.0"): IPv4 address too short'],
    ["fe80::1%a/64", "IPv6 zones cannot be present in a prefix"],
  ]);
  for (const [text, why] of faults) {
    assert.equal(prefixFault(text), why === undefined ? undefined : `netip.ParsePrefix(${JSON.stringify(text)}): ${why}`, text);
  }
});

test("exactly what cannot be read has a fault, but for zones", () => {
  const piece = fc.constantFrom("0", "1", "25", "255", "256", "f", "ffff", "g", ".", ":", "::", " ", "%", "/", "12345", "8", "128", "064");
  const pieces = fc.array(piece, { maxLength: 17 });
  const texts = fc.oneof(
    pieces.map((list) => list.join("")),
    pieces.map((list) => list.join(":")),
    pieces.map((list) => list.slice(0, 5).join(".")),
  );
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 140 }), (text, bits) => {
      if (!text.includes("%")) assert.equal(addressFault(text) === undefined, parseIp(text) !== undefined, text);
      const range = `${text}/${bits}`;
      assert.equal(prefixFault(range) === undefined, parseCidr(range) !== undefined, range);
    }),
    { numRuns: 2000 },
  );
});
