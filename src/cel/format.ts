import { typeOf } from "./guard.ts";
import { formatPlain } from "./number-format.ts";
import { compareStrings } from "./order.ts";
import { formatDuration, formatTimestamp } from "./time.ts";
import { Double, Duration, EvalError, List, Timestamp, TypeValue, Uint, isInt, isMap } from "./value.ts";
import type { Value } from "./value.ts";
import { typeName } from "./types.ts";

const defaultPrecision = 6;
const maxPrecision = 1000;

/** "%s is %d".format(args): the clauses %s %d %f %e %b %o %x %X. Throws EvalError for a bad clause or argument. */
export function formatString(template: string, args: List): string {
  let result = "";
  let next = 0;
  let at = 0;
  for (;;) {
    const percent = template.indexOf("%", at);
    if (percent < 0) return result + template.slice(at);
    result += template.slice(at, percent);
    if (template[percent + 1] === "%") {
      result += "%";
      at = percent + 2;
      continue;
    }
    const { precision, end } = readPrecision(template, percent + 1);
    const verb = template[end];
    if (verb === undefined) throw new EvalError("unexpected end of string");
    if (next >= args.size) throw new EvalError(`index ${next} out of range`);
    const clause = clauses.get(verb);
    if (clause === undefined) throw new EvalError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    result += clause(args.get(next), precision);
    next++;
    at = end + 1;
  }
}

function readPrecision(template: string, from: number): { readonly precision: number | undefined; readonly end: number } {
  if (template[from] !== ".") return { precision: undefined, end: from };
  let end = from + 1;
  while (/[0-9]/.test(template[end] ?? "")) end++;
  const precision = Number(template.slice(from + 1, end));
  if (end === template.length)
    throw new EvalError("could not parse formatting clause: error while parsing precision: could not find end of precision specifier");
  if (precision > maxPrecision)
    throw new EvalError(`could not parse formatting clause: precision ${precision} exceeds maximum ${maxPrecision}`);
  return { precision: end === from + 1 ? 0 : precision, end };
}

type Clause = (value: Value, precision: number | undefined) => string;

const clauses: ReadonlyMap<string, Clause> = new Map<string, Clause>([
  ["s", (value) => formatAny(value)],
  ["d", formatDecimal],
  ["f", (value, precision) => formatFixed(value, precision ?? defaultPrecision)],
  ["e", (value, precision) => formatScientific(value, precision ?? defaultPrecision)],
  ["b", formatBinary],
  ["o", formatOctal],
  ["x", (value) => formatHex(value)],
  ["X", (value) => formatHex(value).toUpperCase()],
]);

function formatAny(value: Value): string {
  if (value === null) return "null";
  if (typeof value !== "object") return String(value);
  if (value instanceof Double) return formatSpecial(value.value) ?? formatPlain(value.value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return typeName(value.type);
  if (value instanceof List) return `[${value.values().map(formatAny).join(", ")}]`;
  if (isMap(value)) {
    const entries = value.keys().map((key) => [formatAny(key), value.find(key)] as const);
    entries.sort(([a], [b]) => compareStrings(a, b));
    return `{${entries.map(([key, item]) => `${key}: ${formatAny(item ?? null)}`).join(", ")}}`;
  }
  const what = "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps";
  throw new EvalError(`error during formatting: string clause can only be used on ${what}, was given ${typeName(typeOf(value))}`);
}

function formatSpecial(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? "Infinity" : "-Infinity";
}

function formatDecimal(value: Value): string {
  if (isInt(value)) return String(value);
  if (value instanceof Uint) return String(value.value);
  const special = value instanceof Double ? formatSpecial(value.value) : undefined;
  if (special !== undefined) return special;
  throw new EvalError(`error during formatting: decimal clause can only be used on integers, was given ${typeName(typeOf(value))}`);
}

function numberOf(value: Value, clause: string): number {
  if (value instanceof Double) return value.value;
  if (isInt(value)) return Number(value);
  if (value instanceof Uint) return Number(value.value);
  throw new EvalError(`error during formatting: ${clause} clause can only be used on doubles, was given ${typeName(typeOf(value))}`);
}

function formatFixed(value: Value, precision: number): string {
  const number = numberOf(value, "fixed-point");
  return formatSpecial(number) ?? toFixed(number, precision);
}

/** toFixed() that neither switches to an exponent nor stops at 100 digits. */
function toFixed(value: number, precision: number): string {
  if (Math.abs(value) >= 1e21) {
    const whole = String(BigInt(value));
    return precision === 0 ? whole : `${whole}.${"0".repeat(precision)}`;
  }
  let text = value.toFixed(Math.min(precision, 100));
  // half way between two, Go takes the even one, JavaScript the larger
  // oxlint-disable-next-line oxc/number-arg-out-of-range -- 100 is in range since ES2018
  if (precision < 100 && /[13579]$/.test(text) && /^50*$/.test(value.toFixed(100).slice(text.length + (precision === 0 ? 1 : 0)))) {
    const toEven = value > 0 ? value - 10 ** -precision / 4 : value + 10 ** -precision / 4;
    text = toEven.toFixed(precision);
  }
  return precision > 100 ? text + "0".repeat(precision - 100) : text;
}

function formatScientific(value: Value, precision: number): string {
  const number = numberOf(value, "scientific");
  const special = formatSpecial(number);
  if (special !== undefined) return special;
  const [mantissa = "", exponent = "0"] = number.toExponential(Math.min(precision, 100)).split("e");
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${mantissa}e${sign}${exponent.replace(/^[+-]/, "").padStart(2, "0")}`;
}

function formatBinary(value: Value): string {
  if (isInt(value)) return value.toString(2);
  if (value instanceof Uint) return value.value.toString(2);
  if (typeof value === "boolean") return value ? "1" : "0";
  throw new EvalError(`error during formatting: only integers and bools can be formatted as binary, was given ${typeName(typeOf(value))}`);
}

function formatOctal(value: Value): string {
  if (isInt(value)) return value.toString(8);
  if (value instanceof Uint) return value.value.toString(8);
  throw new EvalError(`error during formatting: octal clause can only be used on integers, was given ${typeName(typeOf(value))}`);
}

function formatHex(value: Value): string {
  if (isInt(value)) return value.toString(16);
  if (value instanceof Uint) return value.value.toString(16);
  if (typeof value === "string") return Buffer.from(value).toString("hex");
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  throw new EvalError(
    `error during formatting: only integers, byte buffers, and strings can be formatted as hex, was given ${typeName(typeOf(value))}`,
  );
}
