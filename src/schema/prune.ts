import type { JsonValue } from "../object/json.ts";
import { isObject } from "../object/json.ts";
import type { Schema } from "./schema.ts";

/** Nesting that is followed; the reader of bodies refuses deeper ones. What lies deeper is taken out. */
const maxDepth = 2000;

/**
 * Takes out members that a custom resource's type does not know, in place, and gives their paths, sorted. Where the type
 * preserves unknown members, they stay as they are. An embedded object's apiVersion, kind and metadata are members of
 * its type.
 */
export function prune(value: JsonValue | undefined, schema: Schema): string[] {
  const dropped: string[] = [];
  pruneAt(value, schema, "", dropped, 0);
  return dropped.sort();
}

function pruneAt(value: JsonValue | undefined, schema: Schema, path: string, dropped: string[], depth: number): void {
  if (typeof value !== "object" || value === null) return;
  switch (schema.type) {
    case "object":
      if (!isObject(value)) return;
      for (const key of Object.keys(value)) {
        const field = schema.fields.get(key);
        const place = path === "" ? key : `${path}.${key}`;
        if (field !== undefined && depth < maxDepth) pruneAt(value[key], field.schema, place, dropped, depth + 1);
        else if (schema.preserveUnknown !== true) {
          dropped.push(place);
          delete value[key];
        }
      }
      return;
    case "map":
      if (!isObject(value)) return;
      for (const key of Object.keys(value)) {
        pruneAt(value[key], schema.values, path === "" ? key : `${path}.${key}`, dropped, depth + 1);
      }
      return;
    case "list":
      if (!Array.isArray(value)) return;
      value.forEach((item, at) => pruneAt(item, schema.items, `${path}[${at}]`, dropped, depth + 1));
      return;
    default:
  }
}
