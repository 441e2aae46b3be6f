import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { formatString } from "../format.ts";
import { stringSize } from "../size.ts";
import { intType, listType, dynType, stringType } from "../types.ts";
import { EvalError, List, noSuchOverload } from "../value.ts";
import type { Value } from "../value.ts";

/** Code points, since positions count those. */
function points(text: string): readonly string[] {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text) : text.split("");
}

function outOfRange(index: number | bigint): EvalError {
  return new EvalError(`index out of range: ${index}`);
}

function charAt(text: string, at: number | bigint): string {
  const size = stringSize(text);
  if (at < 0 || at > size) throw outOfRange(at);
  return points(text)[Number(at)] ?? "";
}

function indexOf(text: string, part: string, from: number | bigint): Value {
  if (part === "") return from;
  if (from < 0) throw outOfRange(from);
  const all = points(text);
  if (from >= all.length) return -1;
  const wanted = points(part);
  for (let i = Number(from); i <= all.length - wanted.length; i++) {
    if (wanted.every((char, j) => all[i + j] === char)) return i;
  }
  return -1;
}

function lastIndexOf(text: string, part: string, from: number | bigint | undefined): Value {
  const all = points(text);
  if (part === "") return from ?? all.length;
  const start = from ?? all.length - 1;
  if (start < 0) {
    if (from === undefined) return -1;
    throw outOfRange(start);
  }
  if (start >= all.length) return -1;
  const wanted = points(part);
  for (let i = Math.min(Number(start), all.length - wanted.length); i >= 0; i--) {
    if (wanted.every((char, j) => all[i + j] === char)) return i;
  }
  return -1;
}

/** Replaces the first `count` occurrences, all for a negative count; an empty part is found between characters. */
function replace(text: string, part: string, by: string, count: number | bigint): string {
  if (count < 0) return text.replaceAll(part, () => by);
  const pieces = part === "" ? ["", ...points(text), ""] : text.split(part);
  const changed = Math.min(Number(count), pieces.length - 1);
  const glue = part;
  let result = pieces[0] ?? "";
  for (let i = 1; i < pieces.length; i++) result += (i <= changed ? by : glue) + (pieces[i] ?? "");
  return result;
}

function split(text: string, separator: string, limit: number | bigint): Value {
  if (limit === 0) return new List([]);
  const pieces = separator === "" ? [...points(text)] : text.split(separator);
  if (limit < 0 || pieces.length <= limit) return new List(pieces);
  const kept = pieces.slice(0, Number(limit) - 1);
  return new List([...kept, pieces.slice(Number(limit) - 1).join(separator)]);
}

function substring(text: string, start: number | bigint, end: number | bigint | undefined): string {
  const size = stringSize(text);
  const stop = end ?? size;
  if (end !== undefined && start > end) throw new EvalError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0 || start > size) throw outOfRange(start);
  if (stop < 0 || stop > size) throw outOfRange(stop);
  if (size === text.length) return text.slice(Number(start), Number(stop));
  return points(text).slice(Number(start), Number(stop)).join("");
}

function join(list: List, separator: string): string {
  return list
    .values()
    .map((item) => {
      if (typeof item !== "string") throw noSuchOverload();
      return item;
    })
    .join(separator);
}

const quotes = new Map([
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

function quote(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters that a literal must escape
  return `"${Buffer.from(text)
    .toString()
    .replace(/[\u0007-\r\\"]/g, (char) => quotes.get(char) ?? char)}"`;
}

// What Go counts as white space; JavaScript's trim() takes the byte order mark too, and leaves U+0085.
const space = "[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const leadingSpace = new RegExp(`^${space}+`);
const space1 = new RegExp(space);

function trim(text: string): string {
  const from = text.replace(leadingSpace, "");
  let end = from.length;
  while (end > 0 && space1.test(from.charAt(end - 1))) end--;
  return from.slice(0, end);
}

const S = stringType;
const strings = listType(stringType);
const text = (value: Value | undefined): string => value as string;
const whole = (value: Value | undefined): number | bigint => value as number;

const functions: readonly FunctionDeclaration[] = [
  fn("charAt", [memberOverload("string_char_at_int", [S, intType], S, (a, b) => charAt(text(a), whole(b)))]),
  fn("indexOf", [
    memberOverload("string_index_of_string", [S, S], intType, (a, b) => indexOf(text(a), text(b), 0)),
    memberOverload("string_index_of_string_int", [S, S, intType], intType, (a, b, c) => indexOf(text(a), text(b), whole(c))),
  ]),
  fn("lastIndexOf", [
    memberOverload("string_last_index_of_string", [S, S], intType, (a, b) => lastIndexOf(text(a), text(b), undefined)),
    memberOverload("string_last_index_of_string_int", [S, S, intType], intType, (a, b, c) => lastIndexOf(text(a), text(b), whole(c))),
  ]),
  fn("lowerAscii", [memberOverload("string_lower_ascii", [S], S, (a) => text(a).replace(/[A-Z]+/g, (part) => part.toLowerCase()))]),
  fn("upperAscii", [memberOverload("string_upper_ascii", [S], S, (a) => text(a).replace(/[a-z]+/g, (part) => part.toUpperCase()))]),
  fn("replace", [
    memberOverload("string_replace_string_string", [S, S, S], S, (a, b, c) => replace(text(a), text(b), text(c), -1)),
    memberOverload("string_replace_string_string_int", [S, S, S, intType], S, (a, b, c, d) => replace(text(a), text(b), text(c), whole(d))),
  ]),
  fn("split", [
    memberOverload("string_split_string", [S, S], strings, (a, b) => split(text(a), text(b), -1)),
    memberOverload("string_split_string_int", [S, S, intType], strings, (a, b, c) => split(text(a), text(b), whole(c))),
  ]),
  fn("substring", [
    memberOverload("string_substring_int", [S, intType], S, (a, b) => substring(text(a), whole(b), undefined)),
    memberOverload("string_substring_int_int", [S, intType, intType], S, (a, b, c) => substring(text(a), whole(b), whole(c))),
  ]),
  fn("trim", [memberOverload("string_trim", [S], S, (a) => trim(text(a)))]),
  fn("join", [
    memberOverload("list_join", [strings], S, (a) => join(a as List, "")),
    memberOverload("list_join_string", [strings, S], S, (a, b) => join(a as List, text(b))),
  ]),
  fn("format", [memberOverload("string_format", [S, listType(dynType)], S, (a, b) => formatString(text(a), b as List))]),
  fn("strings.quote", [globalOverload("strings_quote", [S], S, (a) => quote(text(a)))]),
];

/** The strings extension, version 2. */
export const stringsLibrary: Library = { functions };

/** What version 3 of the strings extension adds. */
export const stringsReverse: Library = {
  functions: [fn("reverse", [memberOverload("string_reverse", [S], S, (a) => Array.from(text(a)).reverse().join(""))])],
};
