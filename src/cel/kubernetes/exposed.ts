import type { Schema } from "../../schema/schema.ts";

const maxDepth = 100;

/**
 * Whether rules may look at a part of a schema: of what it says nothing about they see nothing, nor of lists and maps of
 * that. An object stays in sight, whatever of it is unknown.
 */
export function isExposed(schema: Schema, depth = 0): boolean {
  if (schema.type === "any") return false;
  const inner = schema.type === "list" ? schema.items : schema.type === "map" ? schema.values : undefined;
  return inner === undefined || depth > maxDepth || isExposed(inner, depth + 1);
}
