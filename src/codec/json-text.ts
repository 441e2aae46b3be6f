import { encodeJson } from "../object/go-json.ts";
import type { JsonValue, ReadonlyJson } from "../object/json.ts";
import { type ScannedJson, scanJson } from "./json-scan.ts";

/**
 * Reads a JSON text from outside. Throws JsonError and nothing else. The scanner reads everything: to find out whether
 * JSON.parse would do (no big integers, no deep nesting) takes longer than what JSON.parse saves.
 */
export function parseJson(text: string): ScannedJson {
  return scanJson(text);
}

/** Digits that may make an integer beyond the safe range, which JSON.parse would round. */
const LONG_NUMBER = /[0-9]{16}/;

/** Nesting that nobody fears; what may be deeper goes to the scanner, which counts. */
const SHALLOW = 200;

/**
 * Reads a JSON text from outside of which only the value counts, and neither repeated keys nor fractions are reported:
 * by JSON.parse where it is shallow and has no big integer. Throws JsonError and nothing else.
 */
export function parseJsonValue(text: string): JsonValue {
  if (isShallow(text) && !LONG_NUMBER.test(text)) {
    try {
      return JSON.parse(text) as JsonValue;
    } catch {
      // The scanner says in the original's words what is wrong.
    }
  }
  return scanJson(text).value;
}

/** Whether nothing in a text is deeper than that; brackets in strings do not count. Of a text that is no JSON it may say either. */
function isShallow(text: string): boolean {
  if (!hasMore(text, "{", SHALLOW / 2) && !hasMore(text, "[", SHALLOW / 2)) return true;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > SHALLOW) return false;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return true;
}

/** Whether a character stands in a text more often than `count` times; much faster than a look at every one. */
function hasMore(text: string, character: string, count: number): boolean {
  let at = -1;
  for (let found = 0; found <= count; found++) {
    at = text.indexOf(character, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/**
 * Reads a JSON text that this server wrote, so that it is known to be well-formed and not deep; twice as fast. A text
 * that may hold an integer beyond the safe range goes to the scanner.
 */
export function parseOwnJson(text: string): JsonValue {
  return LONG_NUMBER.test(text) ? scanJson(text).value : (JSON.parse(text) as JsonValue);
}

/** A JSON text indented by two spaces, as the original's `pretty` answers; numbers stay as they are written. */
export function indentJson(text: string): string {
  let out = "";
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') {
      const end = stringEnd(text, at);
      out += text.slice(at, end);
      at = end - 1;
    } else if ((character === "{" || character === "[") && (text[at + 1] === "}" || text[at + 1] === "]")) {
      out += character + (text[++at] as string);
    } else if (character === "{" || character === "[") {
      out += `${character}\n${"  ".repeat(++depth)}`;
    } else if (character === "}" || character === "]") {
      out += `\n${"  ".repeat(--depth)}${character}`;
    } else if (character === ",") {
      out += `,\n${"  ".repeat(depth)}`;
    } else out += character === ":" ? ": " : character;
  }
  return out;
}

/** Where the string that begins at `at` has ended. */
function stringEnd(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 0x5c) end++;
    else if (code === 0x22) return end + 1;
  }
  return text.length;
}

/** JSON text of a value, bigint included. */
export function stringifyJson(value: ReadonlyJson): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON.stringify knows no bigint. They are rare, so the fast way is tried first.
    if (error instanceof TypeError) return encodeJson(value);
    throw error;
  }
}
