import { formatPlain } from "./number-format.ts";
import { Duration, EvalError, Timestamp, maxInt, minInt } from "./value.ts";

const minSeconds = -62135596800; // 0001-01-01T00:00:00Z
const maxSeconds = 253402300799; // 9999-12-31T23:59:59Z
const nanosPerSecond = 1_000_000_000n;

/** A duration, or an overflow beyond int64 nanoseconds. */
export function checkedDuration(nanos: bigint): Duration {
  if (nanos > maxInt || nanos < minInt) throw new EvalError("integer overflow");
  return new Duration(nanos);
}

/** The sum, or an overflow. */
export function addDuration(a: Duration, b: Duration): Duration {
  return checkedDuration(a.nanos + b.nanos);
}

/** A timestamp from nanoseconds since 1970, or an overflow outside the years 1 to 9999. */
export function timestampFromNanos(nanos: bigint): Timestamp {
  let seconds = nanos / nanosPerSecond;
  let rest = nanos % nanosPerSecond;
  if (rest < 0n) {
    rest += nanosPerSecond;
    seconds -= 1n;
  }
  if (seconds < BigInt(minSeconds) || seconds > BigInt(maxSeconds)) throw new EvalError("timestamp overflow");
  return new Timestamp(Number(seconds), Number(rest));
}

function timestampNanos(time: Timestamp): bigint {
  return BigInt(time.seconds) * nanosPerSecond + BigInt(time.nanos);
}

/** A timestamp moved by so many nanoseconds, or an overflow. */
export function addTimestamp(time: Timestamp, nanos: bigint): Timestamp {
  return timestampFromNanos(timestampNanos(time) + nanos);
}

/** The time from b to a, or an overflow. */
export function timestampDifference(a: Timestamp, b: Timestamp): Duration {
  return checkedDuration(timestampNanos(a) - timestampNanos(b));
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Reads RFC 3339; undefined for what is not, or is no real time. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const offsetHours = Number(match[9] ?? 0);
  const offsetMinutes = Number(match[10] ?? 0);
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || day < 1) return undefined;
  const offset = (offsetHours * 60 + offsetMinutes) * 60 * (match[8] === "-" ? -1 : 1);
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
  if (seconds < minSeconds || seconds > maxSeconds) return undefined;
  return new Timestamp(seconds, Number((match[7] ?? "").padEnd(9, "0").slice(0, 9)));
}

/** RFC 3339 in UTC, with as many digits of fraction as it takes. */
export function formatTimestamp(time: Timestamp): string {
  const seconds = new Date(time.seconds * 1000)
    .toISOString()
    .replace(/^[+-]00/, "")
    .slice(0, -5);
  return `${seconds}${fraction(time.nanos)}Z`;
}

function fraction(nanos: number): string {
  return nanos === 0 ? "" : `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}`;
}

const units = new Map<string, bigint>([
  ["ns", 1n],
  ["us", 1000n],
  ["µs", 1000n],
  ["μs", 1000n],
  ["ms", 1_000_000n],
  ["s", nanosPerSecond],
  ["m", 60n * nanosPerSecond],
  ["h", 3600n * nanosPerSecond],
]);

/** Reads a duration as Go writes it, such as 1h30m or -1.5s; undefined for what is not, or does not fit. */
export function parseDuration(text: string): Duration | undefined {
  const match = /^([+-]?)(0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return undefined;
  let total = 0n;
  for (const part of (match[2] ?? "").matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const unit = units.get(part[3] ?? "") ?? 0n;
    const digits = (part[2] ?? "").slice(0, 18);
    total += BigInt(part[1] || "0") * unit;
    if (digits !== "") total += (BigInt(digits) * unit) / 10n ** BigInt(digits.length);
  }
  const nanos = match[1] === "-" ? -total : total;
  return nanos > maxInt || nanos < minInt ? undefined : new Duration(nanos);
}

/** In seconds, such as 1.5s. */
export function formatDuration(duration: Duration): string {
  return `${formatPlain(Number(duration.nanos / nanosPerSecond) + Number(duration.nanos % nanosPerSecond) / 1e9)}s`;
}

/** The parts of a time in a time zone. */
export interface CalendarTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
  readonly dayOfYear: number;
}

/** A time's parts in a zone: an IANA name or an offset such as -08:00. Throws EvalError for an unknown one. */
export function calendar(time: Timestamp, zone: string): CalendarTime {
  const date = new Date((time.seconds + zoneOffset(time, zone)) * 1000);
  const startOfYear = new Date(0);
  startOfYear.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
    dayOfYear: Math.floor((date.getTime() - startOfYear.getTime()) / 86_400_000),
  };
}

function zoneOffset(time: Timestamp, zone: string): number {
  if (zone === "" || zone === "UTC") return 0;
  const fixed = /^([+-]?)(\d\d?):(\d\d?)$/.exec(zone);
  if (fixed !== null) {
    const seconds = (Number(fixed[2]) * 60 + Number(fixed[3])) * 60;
    return fixed[1] === "-" ? -seconds : seconds;
  }
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    throw new EvalError(`unknown time zone ${zone}`);
  }
  const parts = new Map(format.formatToParts(new Date(time.seconds * 1000)).map((part) => [part.type, part.value]));
  const number = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name));
  const year = parts.get("era") === "BC" ? 1 - number("year") : number("year");
  const local = new Date(0);
  local.setUTCFullYear(year, number("month") - 1, number("day"));
  return local.getTime() / 1000 + number("hour") * 3600 + number("minute") * 60 + number("second") - time.seconds;
}
