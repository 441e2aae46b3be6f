import { RE2JS } from "re2js";
import { errorText } from "../object/error-text.ts";

/** A pattern of RE2's syntax, matched in linear time; undefined for one that is none, with which no definition is accepted. */
export function compilePattern(text: string): RE2JS | undefined {
  try {
    return RE2JS.compile(text);
  } catch {
    return undefined;
  }
}

/** What is wrong with a pattern; undefined for a good one. */
export function patternProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
