import type { ReadonlyJson } from "../object/json.ts";

/** The kind of a value as Go's decoder names it where it fits no type: "json: cannot unmarshal bool into …". */
export function jsonKind(value: ReadonlyJson): string {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "number" : typeof value;
}
