import { isIP } from "node:net";
import { cidrRules } from "../object/ip.ts";
import { parseDuration } from "../object/duration.ts";
import { canonicalBytes } from "./bytes.ts";

/**
 * Formats of JSON schema that custom resources' values are checked against (concepts/extend-kubernetes, CustomResource
 * validation); a format that is not here says nothing.
 */
export const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ["byte", (text) => canonicalBytes(text).ok],
  ["cidr", (text) => cidrRules(text).length === 0],
  ["date", (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && isRealDate(text)],
  ["date-time", isDateTime],
  ["datetime", isDateTime],
  ["duration", isDuration],
  ["email", (text) => /^[^\s@<>"]+@[^\s@<>"]+$/.test(text)],
  [
    "hostname",
    (text) => text.length <= 253 && /^(?=.)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*\.?$/i.test(text),
  ],
  ["ipv4", (text) => isIP(text) === 4],
  ["ipv6", (text) => isIP(text) === 6],
  ["mac", (text) => /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text)],
  ["uri", isUri],
  ["uuid", (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text)],
  ["uuid3", (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text)],
  ["uuid4", (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text)],
  ["uuid5", (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text)],
]);

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)$/;

function isDateTime(text: string): boolean {
  const match = DATE_TIME.exec(text);
  return match !== null && isRealDate(match[1] as string);
}

function isRealDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Go durations, and the spelled-out ones that the original's library takes too: 3 days. */
function isDuration(text: string): boolean {
  if (/^\d+\s*(?:ns|us|µs|ms|s|m|h|d|w|(?:nano|micro|milli)?sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|wks?)$/i.test(text))
    return true;
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}

/** An absolute URI or an absolute path, as Go's ParseRequestURI takes them. */
function isUri(text: string): boolean {
  if (text.startsWith("/")) return !/[\s\u0000-\u001f]/.test(text);
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(text);
}
