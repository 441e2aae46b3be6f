import { isObject, type ReadonlyJson } from "../../object/json.ts";
import type { Schema } from "../../schema/schema.ts";

/** Deeper than any type of the API goes. */
const MAX_DEPTH = 100;

/**
 * The atomic lists, maps and structs that a configuration would replace as a whole, as paths: `.spec.selector`. A policy
 * that applies may not, since it would remove what it does not know of.
 */
export function atomicFields(value: ReadonlyJson, schema: Schema, path = "", depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  if (isObject(value) && (schema.type === "object" || schema.type === "map")) {
    const inside =
      schema.type === "map"
        ? []
        : Object.entries(value).flatMap(([name, member]) => {
            const field = schema.fields.get(name);
            return field === undefined || member === undefined ? [] : atomicFields(member, field.schema, `${path}.${name}`, depth + 1);
          });
    return schema.atomic === true ? [path, ...inside] : inside;
  }
  if (Array.isArray(value) && schema.type === "list") {
    const inside = value.flatMap((item, i) => atomicFields(item, schema.items, `${path}[${i}]`, depth + 1));
    return schema.listType === "atomic" ? [path, ...inside] : inside;
  }
  return [];
}
