import type { ReadonlyJson } from "../object/json.ts";

/** The kind of a value as Go's decoder names it where it fits no type: "json: cannot unmarshal bool into …". */
export function jsonKind(value: ReadonlyJson): string {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "number" : typeof value;
}

/** The type of a decoded value, as Go prints it: %T. */
export function goTypeName(value: ReadonlyJson): string {
  if (value === null) return "<nil>";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (typeof value === "object") return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
  return Number.isInteger(Number(value)) ? "int64" : "float64";
}
