import { RE2JS } from "re2js";

/** What is wrong with a pattern of a schema; undefined for a good one. */
export function patternProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
