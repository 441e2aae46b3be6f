import { fn, memberOverload } from "../declaration.ts";
import type { Library } from "../declaration.ts";
import { PatternCache } from "../regex.ts";
import type { Pattern } from "../regex.ts";
import { intType, listType, stringType } from "../types.ts";
import { EvalError, List } from "../value.ts";
import type { Value } from "../value.ts";

/** find and findAll: what of a text matches a pattern. Patterns are compiled once for as long as they stay cached. */
export function regexLibrary(patterns = new PatternCache(256)): Library {
  const compile = (pattern: Value | undefined): Pattern => {
    try {
      return patterns.get(pattern as string);
    } catch (fault) {
      if (fault instanceof EvalError) throw new EvalError(`Illegal regex: ${fault.message}`);
      throw fault;
    }
  };
  const find = (text: Value | undefined, pattern: Value | undefined): Value => {
    const matcher = compile(pattern).matcher(text as string);
    return matcher.find() ? (matcher.group() ?? "") : "";
  };
  const findAll = (text: Value | undefined, pattern: Value | undefined, limit: number | bigint): Value => {
    const matcher = compile(pattern).matcher(text as string);
    const found: string[] = [];
    while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? "");
    return new List(found);
  };
  return {
    functions: [
      fn("find", [memberOverload("string_find_string", [stringType, stringType], stringType, find)]),
      fn("findAll", [
        memberOverload("string_find_all_string", [stringType, stringType], listType(stringType), (a, b) => findAll(a, b, -1)),
        memberOverload("string_find_all_string_int", [stringType, stringType, intType], listType(stringType), (a, b, n) =>
          findAll(a, b, n as number),
        ),
      ]),
    ],
  };
}
