import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration } from "../declaration.ts";
import { PatternCache, searchPattern } from "../regex.ts";
import { stringSize } from "../size.ts";
import * as t from "../types.ts";
import { List, isMap, noSuchOverload } from "../value.ts";
import type { Value } from "../value.ts";

const { boolType, bytesType, intType, stringType } = t;
const listOfA = t.listType(t.paramType("A"));
const mapOfAB = t.mapType(t.paramType("A"), t.paramType("B"));

function size(...args: Value[]): Value {
  const value = args[0] as Value;
  if (typeof value === "string") return stringSize(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof List || isMap(value)) return value.size;
  throw noSuchOverload();
}

function predicate(name: string, id: string, holds: (text: string, part: string) => boolean): FunctionDeclaration {
  return fn(name, [memberOverload(id, [stringType, stringType], boolType, (a, b) => holds(a as string, b as string))]);
}

const sized = [
  ["size_bytes", "bytes_size", bytesType],
  ["size_list", "list_size", listOfA],
  ["size_map", "map_size", mapOfAB],
  ["size_string", "string_size", stringType],
] as const;

/** size, contains, startsWith, endsWith and matches. Patterns are compiled once for as long as they stay in the cache. */
export function textFunctions(patterns = new PatternCache(256)): readonly FunctionDeclaration[] {
  const matches = (text: Value | undefined, pattern: Value | undefined): Value =>
    searchPattern(patterns.get(pattern as string), text as string);
  return [
    fn(
      "size",
      sized.flatMap(([id, memberId, type]) => [globalOverload(id, [type], intType), memberOverload(memberId, [type], intType)]),
      size,
    ),
    predicate("contains", "contains_string", (text, part) => text.includes(part)),
    predicate("endsWith", "ends_with_string", (text, part) => text.endsWith(part)),
    predicate("startsWith", "starts_with_string", (text, part) => text.startsWith(part)),
    fn("matches", [
      globalOverload("matches", [stringType, stringType], boolType, matches),
      memberOverload("matches_string", [stringType, stringType], boolType, matches),
    ]),
  ];
}
