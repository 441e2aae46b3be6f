import type { JsonValue } from "../object/json.ts";
import { goType } from "./go-type.ts";
import type { Schema } from "./schema.ts";

/** How a conversion between Go values says that a value is of the wrong type: it names kinds, and no place. */
export function conversionFault(value: JsonValue, schema: Schema): string {
  const kind = goKind(value);
  switch (schema.type) {
    case "object":
      return `cannot restore struct from: ${kind}`;
    case "map":
      return `cannot restore map from ${kind}`;
    case "list":
    case "bytes":
      return `cannot restore slice from ${kind}`;
    case "string":
      // Go would convert an integer to the character with that number, which is refused; other kinds it cannot convert.
      return kind === "int64" ? `cannot convert ${kind} to ${goType(schema)}` : "unrecognized type: string";
    case "int32":
    case "int64":
      return kind === "float64" ? `cannot convert ${kind} to ${goType(schema)}` : `unrecognized type: ${schema.type}`;
    case "number":
      return "unrecognized type: float64";
    case "boolean":
      return "unrecognized type: bool";
    default:
      return `unrecognized type: ${goType(schema)}`;
  }
}

function goKind(value: JsonValue): string {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  if (typeof value === "bigint") return "int64";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "map";
}
