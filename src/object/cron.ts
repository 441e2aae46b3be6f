import { parseDuration } from "./duration.ts";
import { quoteText } from "./quote.ts";
import { TimeError } from "./time.ts";
import { isTimeZone } from "./time-zones.ts";

/** A text that is no schedule; the message is the original's. */
export class CronError extends Error {}

/** The times of a schedule: of each field the values that match. */
interface CronFields {
  readonly type: "fields";
  /** Undefined: the server's own. */
  readonly timeZone: string | undefined;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly daysOfWeek: ReadonlySet<number>;
}

/** A schedule that comes again after a fixed time. */
interface CronInterval {
  readonly type: "interval";
  readonly nanoseconds: bigint;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const bounds = {
  minutes: { min: 0, max: 59 },
  hours: { min: 0, max: 23 },
  daysOfMonth: { min: 1, max: 31 },
  months: { min: 1, max: 12, names: monthNames },
  daysOfWeek: { min: 0, max: 6, names: dayNames },
} satisfies Record<string, Bounds>;

const descriptors: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

const zonePrefixes = ["TZ=", "CRON_TZ="];
const every = "@every ";

/**
 * Reads a schedule as CronJobs write it: five fields (minute, hour, day of month, month, day of week), or a descriptor
 * (`@daily`, `@every 5m`), after an optional `TZ=` or `CRON_TZ=`. Throws CronError.
 */
export function parseCron(text: string): CronFields | CronInterval {
  if (text === "") throw new CronError("empty spec string");
  const { timeZone, rest } = splitTimeZone(text);
  if (rest.startsWith(every)) return parseInterval(rest);
  if (!rest.startsWith("@")) return parseFields(rest, timeZone);
  const fields = descriptors.get(rest);
  if (fields === undefined) throw new CronError(`unrecognized descriptor: ${rest}`);
  return parseFields(fields, timeZone);
}

function splitTimeZone(text: string): { readonly timeZone: string | undefined; readonly rest: string } {
  const prefix = zonePrefixes.find((one) => text.startsWith(one));
  if (prefix === undefined) return { timeZone: undefined, rest: text };
  const space = text.indexOf(" ");
  // The original cuts the text there all the same, and tells how that failed.
  if (space < 0) throw new CronError("invalid schedule format: runtime error: slice bounds out of range [:-1]");
  const name = text.slice(prefix.length, space);
  if (name !== "" && name !== "Local" && !isTimeZone(name)) {
    throw new CronError(`provided bad location ${name}: unknown time zone ${name}`);
  }
  return { timeZone: name, rest: text.slice(space).trim() };
}

function parseInterval(text: string): CronInterval {
  try {
    return { type: "interval", nanoseconds: parseDuration(text.slice(every.length)) };
  } catch (error) {
    if (!(error instanceof TimeError)) throw error;
    throw new CronError(`failed to parse duration ${text}: ${error.message}`);
  }
}

function parseFields(text: string, timeZone: string | undefined): CronFields {
  const parts = text.split(/\s+/u).filter((part) => part !== "");
  const names = Object.keys(bounds) as (keyof typeof bounds)[];
  if (parts.length !== names.length) {
    throw new CronError(`expected exactly ${names.length} fields, found ${parts.length}: [${parts.join(" ")}]`);
  }
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = names.map((name, i) => parseField(parts[i] ?? "", bounds[name])) as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  return { type: "fields", timeZone, minutes, hours, daysOfMonth, months, daysOfWeek };
}

/** A list of ranges, joined by commas; empty items are passed by. */
function parseField(text: string, limits: Bounds): Set<number> {
  const values = new Set<number>();
  for (const range of text.split(",")) {
    if (range === "") continue;
    const { start, end, step } = parseRange(range, limits);
    for (let value = start; value <= end; value += step) values.add(value);
  }
  return values;
}

/** `*`, `5`, `1-5`, each with an optional `/step`; `5/2` goes on to the greatest value. */
function parseRange(text: string, limits: Bounds): { readonly start: number; readonly end: number; readonly step: number } {
  const [range = "", stepText, ...moreSlashes] = text.split("/");
  const [low = "", high, ...moreHyphens] = range.split("-");
  let start = limits.min;
  let end = limits.max;
  if (low !== "*" && low !== "?") {
    start = end = parseValue(low, limits);
    if (moreHyphens.length > 0) throw new CronError(`too many hyphens: ${text}`);
    if (high !== undefined) end = parseValue(high, limits);
  }
  if (moreSlashes.length > 0) throw new CronError(`too many slashes: ${text}`);
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  if (stepText !== undefined && high === undefined) end = limits.max;
  if (start < limits.min) throw new CronError(`beginning of range (${start}) below minimum (${limits.min}): ${text}`);
  if (end > limits.max) throw new CronError(`end of range (${end}) above maximum (${limits.max}): ${text}`);
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new CronError(`step of range should be a positive number: ${text}`);
  return { start, end, step };
}

function parseValue(text: string, { names, min }: Bounds): number {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  return named >= 0 ? named + min : parseNumber(text);
}

const greatestInt = (1n << 63n) - 1n;

function parseNumber(text: string): number {
  const fail = (why: string): CronError =>
    new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${quoteText(text)}: ${why}`);
  if (!/^[+-]?[0-9]+$/.test(text)) throw fail("invalid syntax");
  const value = BigInt(text.replace("+", ""));
  if (value > greatestInt || value < -greatestInt - 1n) throw fail("value out of range");
  if (value < 0n) throw new CronError(`negative number (${value}) not allowed: ${text}`);
  return Number(value);
}
