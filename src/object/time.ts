import { quoteText } from "./quote.ts";

/** A point in time: seconds since 1970 and the rest in nanoseconds, as texts give them. */
interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** A text that is no time or duration; `message` is the text that clients know. */
export class TimeError extends Error {}

/** The time that means "none": the API writes null for it. */
export const zeroTime = "0001-01-01T00:00:00Z";

const secondsLayout = "2006-01-02T15:04:05Z07:00";
const microLayout = "2006-01-02T15:04:05.000000Z07:00";

/** Reads an RFC 3339 time; a fraction of any length is allowed. Throws TimeError. */
export function parseTime(text: string): Instant {
  return new TimeReader(text, secondsLayout).read(0);
}

/** Reads an RFC 3339 time with exactly six digits of fraction. Throws TimeError. */
export function parseMicroTime(text: string): Instant {
  return new TimeReader(text, microLayout).read(6);
}

/** Between these years a Date prints itself with four digits. */
const firstPlain = Date.UTC(1900, 0) / 1000;
const lastPlain = Date.UTC(9999, 0) / 1000;

const plainLength = "2006-01-02T15:04:05Z".length;
/** Days from the first of March of the year 0 to 1970. */
const epochDays = 719_468;

/** Seconds since 1970 of a time as `formatTime` writes it, and much faster than `parseTime`; undefined for any other text. */
export function plainSeconds(text: string): number | undefined {
  if (text.length !== plainLength || text[4] !== "-" || text[7] !== "-" || text[10] !== "T" || text[13] !== ":") return undefined;
  if (text[16] !== ":" || text[19] !== "Z") return undefined;
  const year = digits(text, 0) * 100 + digits(text, 2);
  const month = digits(text, 5);
  const day = digits(text, 8);
  const hour = digits(text, 11);
  const minute = digits(text, 14);
  const second = digits(text, 17);
  if (!(year > 0 && month > 0 && month < 13 && day > 0 && day < 32 && hour < 24 && minute < 60 && second < 60)) return undefined;
  // Years that begin in March end with the day that leaps (the proleptic Gregorian calendar, counted in eras of 400 years).
  const from = month > 2 ? year : year - 1;
  const era = Math.floor(from / 400);
  const inEra = from - era * 400;
  const inYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const days = era * 146_097 + inEra * 365 + Math.floor(inEra / 4) - Math.floor(inEra / 100) + inYear - epochDays;
  return days * 86_400 + hour * 3600 + minute * 60 + second;
}

/** A number of two digits; NaN for anything else. */
function digits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens < 10 && ones >= 0 && ones < 10 ? tens * 10 + ones : Number.NaN;
}

/** The time in UTC, in whole seconds: what a `Time` field holds. */
export function formatTime({ seconds }: Instant): string {
  return `${isoSeconds(seconds)}Z`;
}

/** The time in UTC with six digits of fraction: what a `MicroTime` field holds. */
export function formatMicroTime({ seconds, nanos }: Instant): string {
  return `${isoSeconds(seconds)}.${String(Math.floor(nanos / 1000)).padStart(6, "0")}Z`;
}

/** A `Time` text in its stored form, or undefined for a text that is no time. */
export function canonicalTime(text: string): string | undefined {
  const instant = attempt(parseTime, text);
  return instant === undefined ? undefined : formatTime(instant);
}

/** A `MicroTime` text in its stored form, or undefined for a text that is no time. */
export function canonicalMicroTime(text: string): string | undefined {
  const instant = attempt(parseMicroTime, text);
  return instant === undefined ? undefined : formatMicroTime(instant);
}

/** The instant of a clock that counts milliseconds. */
export function instantFromMillis(millis: number): Instant {
  const seconds = Math.floor(millis / 1000);
  return { seconds, nanos: Math.round((millis - seconds * 1000) * 1e6) };
}

/** Milliseconds since 1970, for arithmetic with a clock. */
export function instantMillis({ seconds, nanos }: Instant): number {
  return seconds * 1000 + nanos / 1e6;
}

function attempt(parse: (text: string) => Instant, text: string): Instant | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof TimeError) return undefined;
    throw error;
  }
}

function isoSeconds(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (seconds >= firstPlain && seconds <= lastPlain) return date.toISOString().slice(0, plainLength - 1);
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`;
  return `${day}T${pad(date.getUTCHours(), 2)}:${pad(date.getUTCMinutes(), 2)}:${pad(date.getUTCSeconds(), 2)}`;
}

/** Reads one text from left to right, and says of what is left why it does not fit. */
class TimeReader {
  readonly #text: string;
  readonly #layout: string;
  #rest: string;

  constructor(text: string, layout: string) {
    this.#text = text;
    this.#layout = layout;
    this.#rest = text;
  }

  read(fractionDigits: number): Instant {
    const year = this.#number(/^[0-9]{4}/, "2006");
    this.#sign("-");
    const month = this.#number(/^[0-9]{2}/, "01");
    if (month < 1 || month > 12) throw this.#outOfRange("month");
    this.#sign("-");
    const day = this.#number(/^[0-9]{2}/, "02");
    this.#sign("T");
    const hour = this.#number(/^[0-9]{1,2}/, "15");
    if (hour > 23) throw this.#outOfRange("hour");
    this.#sign(":");
    const minute = this.#number(/^[0-9]{2}/, "04");
    if (minute > 59) throw this.#outOfRange("minute");
    this.#sign(":");
    const second = this.#number(/^[0-9]{2}/, "05");
    if (second > 59) throw this.#outOfRange("second");
    const nanos = this.#fraction(fractionDigits);
    const offset = this.#offset();
    if (this.#rest !== "") throw this.#error(`: extra text: ${quoteText(this.#rest)}`);
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) throw this.#outOfRange("day");
    date.setUTCHours(hour, minute, second);
    return { seconds: date.getTime() / 1000 - offset, nanos };
  }

  #number(pattern: RegExp, element: string): number {
    const match = pattern.exec(this.#rest);
    if (match === null) throw this.#misfit(element);
    this.#rest = this.#rest.slice(match[0].length);
    return Number(match[0]);
  }

  #sign(sign: string): void {
    if (!this.#rest.startsWith(sign)) throw this.#misfit(sign);
    this.#rest = this.#rest.slice(sign.length);
  }

  #fraction(digits: number): number {
    const match = /^[.,]([0-9]+)/.exec(this.#rest);
    if (digits > 0 && (match?.[1]?.length ?? 0) < digits) throw this.#misfit(`.${"0".repeat(digits)}`);
    if (match === null) return 0;
    const taken = digits > 0 ? (match[1] ?? "").slice(0, digits) : (match[1] ?? "");
    this.#rest = this.#rest.slice(1 + taken.length);
    return Number(taken.slice(0, 9).padEnd(9, "0"));
  }

  #offset(): number {
    if (this.#rest.startsWith("Z")) {
      this.#rest = this.#rest.slice(1);
      return 0;
    }
    const match = /^([+-])([0-9]{2}):([0-9]{2})/.exec(this.#rest);
    if (match === null) throw this.#misfit("Z07:00");
    const [whole, sign, hours, minutes] = match;
    if (Number(hours) > 24) throw this.#outOfRange("time zone offset hour");
    if (Number(minutes) > 60) throw this.#outOfRange("time zone offset minute");
    this.#rest = this.#rest.slice(whole.length);
    return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  }

  #misfit(element: string): TimeError {
    return this.#error(` as ${quoteText(this.#layout)}: cannot parse ${quoteText(this.#rest)} as ${quoteText(element)}`);
  }

  #outOfRange(element: string): TimeError {
    return this.#error(`: ${element} out of range`);
  }

  #error(text: string): TimeError {
    return new TimeError(`parsing time ${quoteText(this.#text)}${text}`);
  }
}
