import { quoteText } from "./quote.ts";
import { TimeError } from "./time.ts";

/** Units of a duration's text, in nanoseconds. */
const units = new Map<string, bigint>([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

const second = 1_000_000_000n;
const maxNanos = 2n ** 63n - 1n;

/** Reads a duration such as `1h0m0.5s` into nanoseconds; throws TimeError, whose message is the original's. */
export function parseDuration(text: string): bigint {
  const invalid = (): TimeError => new TimeError(`time: invalid duration ${quoteText(text)}`);
  const negative = text.startsWith("-");
  let rest = negative || text.startsWith("+") ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "" || rest.length > 1024) throw invalid();
  let nanos = 0n;
  while (rest !== "") {
    const match = /^([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/.exec(rest);
    const [whole = "", integer = "", fraction = "", unit = ""] = match ?? [];
    if (integer === "" && fraction === "") throw invalid();
    if (unit === "") throw new TimeError(`time: missing unit in duration ${quoteText(text)}`);
    const size = units.get(unit);
    if (size === undefined) {
      throw new TimeError(`time: unknown unit ${quoteText(unit)} in duration ${quoteText(text)}`);
    }
    nanos += BigInt(integer || "0") * size + (BigInt(fraction || "0") * size) / 10n ** BigInt(fraction.length);
    if (nanos > maxNanos + (negative ? 1n : 0n)) throw invalid();
    rest = rest.slice(whole.length);
  }
  return negative ? -nanos : nanos;
}

/** The text of a duration as the API writes it: `1h0m0s`, `1.5s`, `100ms`, `0s`. */
export function formatDuration(nanos: bigint): string {
  if (nanos === 0n) return "0s";
  const sign = nanos < 0n ? "-" : "";
  const size = nanos < 0n ? -nanos : nanos;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 1_000n)}µs`;
  if (size < second) return `${sign}${decimal(size, 1_000_000n)}ms`;
  const minutes = size / (60n * second);
  const seconds = `${decimal(size % (60n * second), second)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, "0")
    .replace(/0+$/, "");
  return fraction === "" ? `${value / unit}` : `${value / unit}.${fraction}`;
}

/** How an age is shown: up to a limit in seconds, the greater unit and, where the second has one, the smaller. */
interface AgeStep {
  readonly below: number;
  readonly unit: Unit;
  readonly rest?: Unit;
}

interface Unit {
  readonly seconds: number;
  readonly name: string;
}

const inSeconds: Unit = { seconds: 1, name: "s" };
const inMinutes: Unit = { seconds: 60, name: "m" };
const inHours: Unit = { seconds: 3600, name: "h" };
const inDays: Unit = { seconds: 86400, name: "d" };
const inYears: Unit = { seconds: 365 * 86400, name: "y" };

const oldest: AgeStep = { below: Infinity, unit: inYears };
const ageSteps: readonly AgeStep[] = [
  { below: 2 * 60, unit: inSeconds },
  { below: 10 * 60, unit: inMinutes, rest: inSeconds },
  { below: 3 * 3600, unit: inMinutes },
  { below: 8 * 3600, unit: inHours, rest: inMinutes },
  { below: 48 * 3600, unit: inHours },
  { below: 8 * 86400, unit: inDays, rest: inHours },
  { below: 2 * 365 * 86400, unit: inDays },
  { below: 8 * 365 * 86400, unit: inYears, rest: inDays },
];

/**
 * A span of time for people, as tables show ages: `5s`, `3m20s`, `2d5h`. Clocks may differ by a second: that is `0s`;
 * more than that in the future is `<invalid>`.
 */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  const { unit, rest } = ageSteps.find(({ below }) => seconds < below) ?? oldest;
  const whole = Math.floor(seconds / unit.seconds);
  const shown = `${whole}${unit.name}`;
  if (rest === undefined) return shown;
  const more = Math.floor((seconds - whole * unit.seconds) / rest.seconds);
  return more > 0 ? `${shown}${more}${rest.name}` : shown;
}
