import { encodeJson } from "../object/go-json.ts";
import type { JsonValue, ReadonlyJson } from "../object/json.ts";
import { maxJsonDepth, type ScannedJson, scanJson } from "./json-scan.ts";

/**
 * Texts that JSON.parse would read with a loss: integers that may not be safe, and numbers whose way of writing tells an
 * integer from a float. Strings may match too; that costs time, not truth.
 */
const needsScan = /[0-9]{16}|[:[,]\s*-?[0-9]+[.eE]/;

/**
 * Reads a JSON text. `strict` asks for duplicate members; without it they may go unseen, since the fast parser does not
 * tell. Throws JsonError and nothing else.
 */
export function parseJson(text: string, options: { readonly strict?: boolean } = {}): ScannedJson {
  if (options.strict === true || needsScan.test(text) || mayBeTooDeep(text)) return scanJson(text);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return scanJson(text); // which says in the original's words what is wrong
  }
  return { value, duplicates: [], fractionalIntegers: [] };
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

/** Whether a text is nested deeper than allowed, if it is JSON at all; the scanner then says so. */
function mayBeTooDeep(text: string): boolean {
  // A level takes two characters at least.
  if (text.length <= 2 * maxJsonDepth) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = endOfString(text, i);
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxJsonDepth) return true;
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  return false;
}

/** The place of the closing quote, or of the end of the text. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i;
    if (code === 0x5c) i++;
  }
  return text.length;
}
