import { RE2JS } from "re2js";
import { EvalError } from "./value.ts";

/** A compiled pattern of RE2's syntax, matched in linear time. */
export type Pattern = ReturnType<typeof RE2JS.compile>;

/** Compiles a pattern. Throws EvalError for what is no pattern. */
export function compilePattern(pattern: string): Pattern {
  try {
    return RE2JS.compile(pattern);
  } catch (fault) {
    throw new EvalError(fault instanceof Error ? fault.message : String(fault));
  }
}

/** Whether a pattern is found anywhere in a text. */
export function searchPattern(pattern: Pattern, text: string): boolean {
  return pattern.matcher(text).find();
}

/** Compiled patterns, kept for as long as they are among the latest used. */
export class PatternCache {
  readonly #patterns = new Map<string, Pattern>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(pattern: string): Pattern {
    const known = this.#patterns.get(pattern);
    if (known !== undefined) {
      this.#patterns.delete(pattern);
      this.#patterns.set(pattern, known);
      return known;
    }
    const compiled = compilePattern(pattern);
    if (this.#patterns.size >= this.#limit) this.#patterns.delete(this.#patterns.keys().next().value ?? "");
    this.#patterns.set(pattern, compiled);
    return compiled;
  }
}
