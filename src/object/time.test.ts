import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDuration, humanDuration, parseDuration } from "./duration.ts";
import { generateName, randomUid } from "./names-generator.ts";
import {
  canonicalMicroTime,
  canonicalTime,
  formatTime,
  instantFromMillis,
  instantMillis,
  parseMicroTime,
  parseTime,
  plainSeconds,
  TimeError,
} from "./time.ts";

test("keeps times in UTC, in seconds or with six digits", () => {
  assert.equal(canonicalTime("2024-02-29T23:59:59Z"), "2024-02-29T23:59:59Z");
  assert.equal(canonicalTime("2024-01-01T01:00:00.987654321+02:00"), "2023-12-31T23:00:00Z");
  assert.equal(canonicalTime("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
  assert.equal(canonicalMicroTime("2024-01-01T00:00:00.123456-01:30"), "2024-01-01T01:30:00.123456Z");
  assert.equal(instantMillis(instantFromMillis(1234.5)), 1234.5);
});

test("says in the original's words why a text is no time", () => {
  const layout = '"2006-01-02T15:04:05Z07:00"';
  const cases: readonly (readonly [string, string])[] = [
    ["2020", `parsing time "2020" as ${layout}: cannot parse "" as "-"`],
    ["bad", `parsing time "bad" as ${layout}: cannot parse "bad" as "2006"`],
    ["2020-13-01T00:00:00Z", 'parsing time "2020-13-01T00:00:00Z": month out of range'],
    ["2021-02-29T00:00:00Z", 'parsing time "2021-02-29T00:00:00Z": day out of range'],
    ["2020-01-01T25:00:00Z", 'parsing time "2020-01-01T25:00:00Z": hour out of range'],
    ["2020-01-01 00:00:00Z", `parsing time "2020-01-01 00:00:00Z" as ${layout}: cannot parse " 00:00:00Z" as "T"`],
    ["2020-01-01T00:00:00", `parsing time "2020-01-01T00:00:00" as ${layout}: cannot parse "" as "Z07:00"`],
    ["2020-01-01T00:00:00Zx", 'parsing time "2020-01-01T00:00:00Zx": extra text: "x"'],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => parseTime(text),
      (error) => error instanceof TimeError && error.message === message,
      text,
    );
  }
  assert.throws(() => parseMicroTime("2020-01-01T00:00:00Z"), /cannot parse "Z" as "\.000000"/);
  assert.equal(canonicalTime("x"), undefined);
});

test("reads and writes durations", () => {
  for (const [text, shown] of [
    ["1h", "1h0m0s"],
    ["90s", "1m30s"],
    ["1.5s", "1.5s"],
    ["100ms", "100ms"],
    ["-1m", "-1m0s"],
    ["0", "0s"],
    ["1us", "1µs"],
    [".5h", "30m0s"],
  ] as const) {
    assert.equal(formatDuration(parseDuration(text)), shown);
  }
  assert.throws(() => parseDuration(""), /time: invalid duration ""/);
  assert.throws(() => parseDuration("1"), /time: missing unit in duration "1"/);
  assert.throws(() => parseDuration("1x"), /time: unknown unit "x" in duration "1x"/);
  assert.throws(() => parseDuration("99999999h"), /time: invalid duration/);
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (nanos) => {
      assert.equal(parseDuration(formatDuration(nanos)), nanos);
    }),
  );
});

test("shows ages for people", () => {
  const at = (days: number, hours = 0, minutes = 0, seconds = 0): string =>
    humanDuration((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
  assert.equal(at(0, 0, 0, -5), "<invalid>");
  assert.equal(at(0, 0, 0, -1), "0s");
  assert.equal(at(0, 0, 1, 59), "119s");
  assert.equal(at(0, 0, 2), "2m");
  assert.equal(at(0, 0, 9, 59), "9m59s");
  assert.equal(at(0, 2, 59, 59), "179m");
  assert.equal(at(0, 3, 1), "3h1m");
  assert.equal(at(0, 8, 59), "8h");
  assert.equal(at(2, 0), "2d");
  assert.equal(at(7, 23), "7d23h");
  assert.equal(at(729, 0), "729d");
  assert.equal(at(731, 0), "2y1d");
  assert.equal(at(3650, 0), "10y");
});

test("generates names and uids from the randomness it is given", () => {
  const counting = (): ((size: number) => Uint8Array) => {
    let next = 240;
    return (size) => Uint8Array.from({ length: size }, () => next++ % 256);
  };
  assert.match(generateName("web-", counting()), /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  assert.equal(generateName("a".repeat(100), counting()).length, 63);
  assert.equal(generateName("web-", counting()), generateName("web-", counting()));
  assert.match(randomUid(counting()), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("plain times are read as parseTime reads them, and nothing else is", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true }), (date) => {
      const text = formatTime(instantFromMillis(date.getTime()));
      assert.equal(plainSeconds(text), parseTime(text).seconds);
    }),
  );
  for (const text of ["", "2024-01-02T03:04:05.0Z", "2024-01-02T03:04:05+00:00", "2024-13-02T03:04:05Z", "2024-0x-02T03:04:05Z"])
    assert.equal(plainSeconds(text), undefined);
});
