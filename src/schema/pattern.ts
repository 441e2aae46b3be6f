import { RE2JS } from "re2js";

/** A pattern of RE2's syntax, matched in linear time; undefined for one that is none, with which no definition is accepted. */
export function compilePattern(text: string): RE2JS | undefined {
  try {
    return RE2JS.compile(text);
  } catch {
    return undefined;
  }
}
