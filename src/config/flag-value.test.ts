import assert from "node:assert/strict";
import { test } from "node:test";
import { works } from "./flag.ts";
import { parseBytes, parseDuration, parsePortRange, readFlagValue } from "./flag-value.ts";

test("durations are Go's", () => {
  assert.equal(parseDuration("1h0m0s"), 3_600_000);
  assert.equal(parseDuration("1.5h"), 5_400_000);
  assert.equal(parseDuration("300ms"), 300);
  assert.equal(parseDuration("0"), 0);
  assert.equal(parseDuration("2m3s"), 123_000);
  for (const text of ["", "1", "1d", "-1s", "h", "1h-2m", "1..5s", "9s".repeat(60)]) assert.equal(parseDuration(text), undefined, text);
});

test("bytes are quantities", () => {
  assert.equal(parseBytes("8Gi"), 8 * 1024 ** 3);
  assert.equal(parseBytes("500M"), 500_000_000);
  assert.equal(parseBytes("12"), 12);
  assert.equal(parseBytes("1.5Ki"), 1536);
  for (const text of ["", "8GB", "-1", "1e3", "Gi", "999999999999999Ti"]) assert.equal(parseBytes(text), undefined, text);
});

test("ranges of ports have two ends, a size, or one port", () => {
  assert.deepEqual(parsePortRange("30000-32767"), { first: 30000, last: 32767 });
  assert.deepEqual(parsePortRange("30000+10"), { first: 30000, last: 30010 });
  assert.deepEqual(parsePortRange("80"), { first: 80, last: 80 });
  for (const text of ["", "2-1", "1-65536", "65530+10", "a-b"]) assert.equal(parsePortRange(text), undefined, text);
});

test("a list takes commas, repeats and quotes", () => {
  const list = works("list", "", "Items.");
  assert.deepEqual(readFlagValue("l", list, ["a,b", "c"]), ["a", "b", "c"]);
  assert.deepEqual(readFlagValue("l", list, ['"a,b",c']), ["a,b", "c"]);
  assert.deepEqual(readFlagValue("l", list, [""]), []);
  assert.throws(() => readFlagValue("l", list, ['"a']), /invalid argument ""a" for --l: its quotes do not close/);
});

test("a map takes keys with and without a value", () => {
  const value = readFlagValue("m", works("map", "", "Pairs."), ["a=1,b", "__proto__=x"]);
  assert.deepEqual(
    value,
    new Map([
      ["a", "1"],
      ["b", "true"],
      ["__proto__", "x"],
    ]),
  );
});

test("a value outside of its bounds or its list is refused with the bound", () => {
  assert.throws(() => readFlagValue("p", works("int", "1", "Port.", { max: 9 }), ["10"]), /--p: it must be at most 9/);
  assert.throws(() => readFlagValue("s", works("string", "a", "One.", { values: ["a", "b"] }), ["c"]), /"c" is not one of a, b/);
  assert.throws(() => readFlagValue("c", works("list", "", "Loops.", { values: [] }), ["x"]), /"x" does not exist here/);
});
