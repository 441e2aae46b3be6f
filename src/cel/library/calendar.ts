import { fn, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration } from "../declaration.ts";
import { calendar } from "../time.ts";
import type { CalendarTime } from "../time.ts";
import { durationType, intType, stringType, timestampType } from "../types.ts";
import { Timestamp } from "../value.ts";
import type { Duration, Value } from "../value.ts";

function part(name: string, id: string, read: (time: CalendarTime) => number): FunctionDeclaration {
  return fn(name, partOverloads(id, read));
}

function partOverloads(id: string, read: (time: CalendarTime) => number) {
  const of = (time: Value | undefined, zone: Value | undefined): Value => read(calendar(time as Timestamp, zone as string));
  return [
    memberOverload(`timestamp_to_${id}`, [timestampType], intType, (time) => of(time, "UTC")),
    memberOverload(`timestamp_to_${id}_with_tz`, [timestampType, stringType], intType, of),
  ];
}

function clock(name: string, id: string, read: (time: CalendarTime) => number, perUnit: bigint): FunctionDeclaration {
  return fn(name, [
    ...partOverloads(id, read),
    memberOverload(`duration_to_${id}`, [durationType], intType, (d) => Number((d as Duration).nanos / perUnit)),
  ]);
}

/** getFullYear() and the rest: parts of times, in UTC or a zone, and of durations. */
export const calendarFunctions: readonly FunctionDeclaration[] = [
  part("getFullYear", "year", (time) => time.year),
  part("getMonth", "month", (time) => time.month),
  part("getDayOfYear", "day_of_year", (time) => time.dayOfYear),
  part("getDayOfMonth", "day_of_month", (time) => time.day - 1),
  part("getDate", "day_of_month_1_based", (time) => time.day),
  part("getDayOfWeek", "day_of_week", (time) => time.weekday),
  clock("getHours", "hours", (time) => time.hour, 3_600_000_000_000n),
  clock("getMinutes", "minutes", (time) => time.minute, 60_000_000_000n),
  clock("getSeconds", "seconds", (time) => time.second, 1_000_000_000n),
  fn("getMilliseconds", [
    memberOverload("timestamp_to_milliseconds", [timestampType], intType, millis),
    memberOverload("timestamp_to_milliseconds_with_tz", [timestampType, stringType], intType, (time, zone) => {
      calendar(time as Timestamp, zone as string); // for the fault of an unknown zone
      return millis(time);
    }),
    memberOverload("duration_to_milliseconds", [durationType], intType, (d) => Number(((d as Duration).nanos / 1_000_000n) % 1000n)),
  ]),
];

function millis(time: Value | undefined): Value {
  return time instanceof Timestamp ? Math.floor(time.nanos / 1_000_000) : 0;
}
