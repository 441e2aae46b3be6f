import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CronError, parseCron } from "./cron.ts";

function fault(text: string): string {
  try {
    parseCron(text);
    return "";
  } catch (error) {
    assert.ok(error instanceof CronError);
    return error.message;
  }
}

test("schedules of fields, names, steps and descriptors are read", () => {
  const weekdays = parseCron("*/20 8-10 1,15 jan-mar MON-fri");
  assert.ok(weekdays.type === "fields");
  assert.deepEqual([...weekdays.minutes], [0, 20, 40]);
  assert.deepEqual([...weekdays.hours], [8, 9, 10]);
  assert.deepEqual([...weekdays.daysOfMonth], [1, 15]);
  assert.deepEqual([...weekdays.months], [1, 2, 3]);
  assert.deepEqual([...weekdays.daysOfWeek], [1, 2, 3, 4, 5]);
  const stepped = parseCron("50/5 ? * * ?");
  assert.deepEqual(stepped.type === "fields" && [...stepped.minutes], [50, 55]);
  const hourly = parseCron("CRON_TZ=Etc/UTC @hourly");
  assert.deepEqual(hourly.type === "fields" && [hourly.timeZone, hourly.minutes.size, hourly.hours.size], ["Etc/UTC", 1, 24]);
  assert.deepEqual(parseCron("@every 1m30s"), { type: "interval", nanoseconds: 90_000_000_000n });
});

test("what is no schedule says why", () => {
  const faults: Record<string, string> = {
    "": "empty spec string",
    "* * * *": "expected exactly 5 fields, found 4: [* * * *]",
    "60 * * * *": "end of range (60) above maximum (59): 60",
    "* * 0 * *": "beginning of range (0) below minimum (1): 0",
    "5-2 * * * *": "beginning of range (5) beyond end of range (2): 5-2",
    "*/0 * * * *": "step of range should be a positive number: */0",
    "1-2-3 * * * *": "too many hyphens: 1-2-3",
    "1/2/3 * * * *": "too many slashes: 1/2/3",
    "a * * * *": 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax',
    "99999999999999999999 * * * *":
      'failed to parse int from 99999999999999999999: strconv.Atoi: parsing "99999999999999999999": value out of range',
    "@often": "unrecognized descriptor: @often",
    "@every soon": 'failed to parse duration @every soon: time: invalid duration "soon"',
    "TZ=Nowhere * * * * *": "provided bad location Nowhere: unknown time zone Nowhere",
    "TZ=UTC": "invalid schedule format: runtime error: slice bounds out of range [:-1]",
  };
  for (const [text, message] of Object.entries(faults)) assert.equal(fault(text), message, text);
});

test("no text makes the reader fail in another way", () => {
  const characters = fc.constantFrom(..."0123456789*/-,?@ TZ=monjan".split(""));
  fc.assert(fc.property(fc.string({ unit: characters, maxLength: 40 }), (text) => void fault(text)));
});
