import { isIP } from "node:net";
import type { Flag, FlagType, FlagValueTypes, PortRange } from "./flag.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads the texts given for one flag (all of its occurrences, in order; or its default) into its typed value. Of a flag
 * that holds one value the last occurrence counts. Throws UsageError, naming the flag, where a text is not in the
 * flag's form.
 */
export function readFlagValue(name: string, flag: Flag, texts: readonly string[]): FlagValueTypes[FlagType] {
  const fault = (text: string, why: string) => new UsageError(`invalid argument "${text}" for --${name}: ${why}`);
  const last = texts.at(-1) ?? "";
  const read = readers[flag.type];
  const value = read(last, texts, (why) => fault(last, why));
  for (const item of Array.isArray(value) ? value : typeof value === "string" ? [value] : []) {
    if (flag.values !== undefined && !flag.values.includes(item)) throw fault(last, notOneOf(item, flag.values));
  }
  if (typeof value === "number") {
    if (flag.min !== undefined && value < flag.min) throw fault(last, `it must be at least ${flag.min}`);
    if (flag.max !== undefined && value > flag.max) throw fault(last, `it must be at most ${flag.max}`);
  }
  return value;
}

/** Reads one value. `last` is the last text, `all` are the texts of all occurrences. */
type Reader = (last: string, all: readonly string[], fault: (why: string) => UsageError) => FlagValueTypes[FlagType];

const readers: { readonly [T in FlagType]: Reader } = {
  bool: (text, _, fault) => {
    if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
    if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
    throw fault("it must be true or false");
  },
  int: (text, _, fault) => {
    const value = /^[+-]?(\d+|0[xX][0-9a-fA-F]+)$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value)) throw fault("it must be an integer");
    return value;
  },
  float: (text, _, fault) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(value)) throw fault("it must be a number");
    return value;
  },
  duration: (text, _, fault) => {
    const value = parseDuration(text);
    if (value === undefined) throw fault('it must be a duration such as "1h", "5m30s" or "300ms"');
    return value;
  },
  bytes: (text, _, fault) => {
    const value = parseBytes(text);
    if (value === undefined) throw fault('it must be a number of bytes such as "8Gi" or "500M"');
    return value;
  },
  string: (text) => text,
  ip: (text, _, fault) => {
    if (text !== "" && isIP(text) === 0) throw fault("it must be an IP address");
    return text;
  },
  list: (_, all, fault) => all.flatMap((text) => splitList(text, fault)),
  repeated: (_, all) => all.filter((text) => text !== ""),
  map: (_, all, fault) => {
    const entries = new Map<string, string>();
    for (const text of all.flatMap((each) => splitList(each, fault))) {
      const at = text.indexOf("=");
      // A key alone means true: --runtime-config=batch/v1.
      entries.set(at < 0 ? text : text.slice(0, at), at < 0 ? "true" : text.slice(at + 1));
    }
    return entries;
  },
  ports: (text, _, fault) => {
    const range = parsePortRange(text);
    if (range === undefined) throw fault('it must be a range of ports such as "30000-32767" or "30000+100"');
    return range;
  },
};

/** A duration in Go's notation, in milliseconds; undefined where it is none, or is negative. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (text.length > 100 || !/^\+?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  let milliseconds = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)([^\d.+]+)/g)) milliseconds += Number(number) * (unitMilliseconds[unit ?? ""] ?? 0);
  return milliseconds;
}

const unitMilliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A quantity of bytes: a decimal number with a binary (Ki, Mi, Gi, Ti) or decimal (k, M, G, T) suffix. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)(|[kMGT]|[KMGT]i)$/.exec(text);
  if (match === null) return undefined;
  const [, number, suffix = ""] = match;
  const power = suffix === "" ? 0 : "kmgt".indexOf(suffix.charAt(0).toLowerCase()) + 1;
  const value = Number(number) * (suffix.endsWith("i") ? 1024 : 1000) ** power;
  return Number.isSafeInteger(Math.ceil(value)) ? Math.ceil(value) : undefined;
}

/** "first-last", "first+more" or one port. Undefined where it is none of these or leaves 0 to 65535. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(\d{1,5})(?:([-+])(\d{1,5}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const first = Number(match[1]);
  const second = Number(match[3] ?? 0);
  const last = match[2] === undefined ? first : match[2] === "+" ? first + second : second;
  return last >= first && last <= 65535 ? { first, last } : undefined;
}

/** Items of a list as flags write it: one line of CSV, so an item with a comma can stand in quotes. */
function splitList(text: string, fault: (why: string) => UsageError): readonly string[] {
  if (text === "") return [];
  const items: string[] = [];
  let rest = text;
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/.exec(rest);
    if (match === null) throw fault("its quotes do not close");
    items.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "") return items;
    rest = rest.slice(match[0].length);
  }
}

function notOneOf(item: string, values: readonly string[]): string {
  if (values.length === 0) return `"${item}" does not exist here; there is none to choose from yet`;
  return `"${item}" is not one of ${values.map((value) => (value === "" ? '""' : value)).join(", ")}`;
}
