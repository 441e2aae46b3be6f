import assert from "node:assert/strict";
import { test } from "node:test";
import { parseInt64, parseUint64 } from "./int64.ts";

const refused = (text: string, what: string) => ({ problem: `strconv.ParseInt: parsing "${text}": ${what}` });

test("reads whole numbers of 64 bits, whatever signs and zeros they begin with", () => {
  const table: readonly (readonly [string, bigint])[] = [
    ["0", 0n],
    ["+7", 7n],
    ["-0", 0n],
    [`-${"0".repeat(500)}12`, -12n],
    ["9223372036854775807", 9_223_372_036_854_775_807n],
    ["-9223372036854775808", -9_223_372_036_854_775_808n],
  ];
  for (const [text, value] of table) assert.deepEqual(parseInt64(text), { value }, text);
});

test("says what is wrong with other texts", () => {
  for (const text of ["", "+", "1x", " 1", "1.0", "--1"]) assert.deepEqual(parseInt64(text), refused(text, "invalid syntax"));
  for (const text of ["9223372036854775808", "-9223372036854775809", "9".repeat(10_000)]) {
    assert.deepEqual(parseInt64(text), refused(text, "value out of range"));
  }
});

test("reads numbers without a sign, which go twice as far", () => {
  const unsigned = (text: string, what: string) => ({ problem: `strconv.ParseUint: parsing "${text}": ${what}` });
  for (const [text, value] of [
    ["0", 0n],
    [`${"0".repeat(500)}12`, 12n],
    ["18446744073709551615", 18_446_744_073_709_551_615n],
  ] as const) {
    assert.deepEqual(parseUint64(text), { value }, text);
  }
  for (const text of ["", "+1", "-1", "1x"]) assert.deepEqual(parseUint64(text), unsigned(text, "invalid syntax"));
  for (const text of ["18446744073709551616", "9".repeat(10_000)]) {
    assert.deepEqual(parseUint64(text), unsigned(text, "value out of range"));
  }
});
