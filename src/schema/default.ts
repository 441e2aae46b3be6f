import type { JsonValue } from "../object/json.ts";
import { copyJson, isObject, setOwn } from "../object/json.ts";
import type { Field, Schema } from "./schema.ts";

/** Nesting that is followed; the reader of bodies refuses deeper ones. */
const maxDepth = 2000;

/**
 * Fills in the static defaults of a type, in place: where a member is absent, or null without being nullable. A default
 * is itself filled in. Defaults that depend on other members are code of their kind.
 */
export function applyDefaults(value: JsonValue | undefined, schema: Schema, depth = 0): void {
  if (depth > maxDepth) return;
  switch (schema.type) {
    case "object":
      if (!isObject(value)) return;
      for (const field of schema.defaulted ?? schema.fields.values()) {
        if (field.default === undefined) continue;
        const member = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
        if (isMissing(member, field)) setOwn(value, field.name, copyJson(field.default) as JsonValue);
      }
      // By the members that are there: types have many times more.
      for (const name in value) {
        const present = Object.hasOwn(value, name) ? value[name] : undefined;
        if (typeof present !== "object" || present === null) continue;
        const field = schema.fields.get(name);
        if (field !== undefined) applyDefaults(present, field.schema, depth + 1);
      }
      return;
    case "map":
      if (!isObject(value)) return;
      for (const key in value) if (Object.hasOwn(value, key)) applyDefaults(value[key], schema.values, depth + 1);
      return;
    case "list":
      if (!Array.isArray(value)) return;
      for (const item of value) applyDefaults(item, schema.items, depth + 1);
      return;
    default:
  }
}

/**
 * Takes out nulls of members that are neither nullable nor have a default, in place: in a custom resource those are
 * absent, as they are in a built-in type.
 */
export function dropNulls(value: JsonValue | undefined, schema: Schema, depth = 0): void {
  if (depth > maxDepth) return;
  if (schema.type === "object" && isObject(value)) {
    for (const key of Object.keys(value)) {
      const field = schema.fields.get(key);
      if (field === undefined) continue;
      const member = value[key];
      if (member === null && field.schema.nullable !== true && field.default === undefined) delete value[key];
      else if (typeof member === "object") dropNulls(member, field.schema, depth + 1);
    }
  } else if (schema.type === "map" && isObject(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] === null && schema.values.nullable !== true) delete value[key];
      else dropNulls(value[key], schema.values, depth + 1);
    }
  } else if (schema.type === "list" && Array.isArray(value)) {
    for (const item of value) dropNulls(item, schema.items, depth + 1);
  }
}

function isMissing(member: JsonValue | undefined, field: Field): boolean {
  return member === undefined || (member === null && field.schema.nullable !== true);
}
