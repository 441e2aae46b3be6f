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

/**
 * Reads a JSON text that this server wrote, so that it is known to be well-formed and not deep; twice as fast. A text
 * that may hold an integer beyond the safe range goes to the scanner.
 */
export function parseOwnJson(text: string): JsonValue {
  return /[0-9]{16}/.test(text) ? scanJson(text).value : (JSON.parse(text) as JsonValue);
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
