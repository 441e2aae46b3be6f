import { getOwn, isObject } from "../../object/json.ts";
import type { ScalarSchema, Schema } from "../../schema/schema.ts";
import { pathItems, pathKeys, pathValues } from "../estimate.ts";
import type { Path, SizeHint } from "../estimate.ts";
import { celLimits } from "./limits.ts";
import { isExposed } from "./exposed.ts";
import { unescapeFieldName } from "./names.ts";

/** What the JSON forms of texts of a format take at least and at most, quotes and all. */
const timeTexts: ReadonlyMap<string, { readonly min: number; readonly max: number }> = new Map([
  ["duration", { min: 3, max: 32 }],
  ["date", { min: 12, max: 12 }],
  ["date-time", { min: 21, max: 32 }],
]);
/** maxLength counts characters, sizes count bytes. */
const bytesOfCharacter = 4;

/**
 * How large values of schemas may be, by the variable they are in: by their declared bounds or, without one, by how
 * many of the smallest such items a request body has room for.
 */
export function schemaSizes(variables: ReadonlyMap<string, Schema>): SizeHint {
  const smallest = new Map<Schema, number>();
  return (path) => {
    const [variable = "", ...steps] = path;
    // The original asks what a path's first step is of no one: names of types count as the rule's own value.
    const schema = variables.get(variable) ?? variables.get("self");
    const max = schema === undefined ? undefined : maxSize(schema, steps, smallest);
    return max === undefined ? undefined : { min: 0, max };
  };
}

function maxSize(root: Schema, steps: Path, smallest: Map<Schema, number>): number | undefined {
  let schema: Schema = root;
  for (const [i, step] of steps.entries()) {
    // Nothing is declared of keys, which makes them free: definitions that others accept depend on it.
    if (step === pathKeys) return i === steps.length - 1 && schema.type === "map" ? 0 : undefined;
    let next: Schema | undefined;
    if (step === pathItems && schema.type === "list") next = schema.items;
    else if (step === pathValues && schema.type === "map") next = schema.values;
    else if (schema.type === "object") next = schema.fields.get(unescapeFieldName(step) ?? step)?.schema;
    if (next === undefined) return undefined;
    schema = next;
  }
  return elements(schema, smallest);
}

function bound(schema: Schema, name: string): number | undefined {
  const { validations } = schema;
  const value = isObject(validations) ? getOwn(validations, name) : undefined;
  return typeof value === "number" ? Math.max(value, 0) : undefined;
}

/** The most elements, entries or bytes; nothing for what has none. */
function elements(schema: Schema, smallest: Map<Schema, number>): number {
  const body = celLimits.requestBytes - 2;
  switch (schema.type) {
    case "list":
      return bound(schema, "maxItems") ?? Math.floor(body / (smallestText(schema.items, smallest, 0) + 1));
    case "map":
      return bound(schema, "maxProperties") ?? Math.floor(body / (smallestText(schema.values, smallest, 0) + 6));
    case "string":
    case "bytes":
    case "duration":
    case "time":
    case "microTime":
      return textSize(schema);
    case "intOrString":
    case "quantity":
      return charactersIn(schema) ?? body;
    default:
      return 0;
  }
}

function charactersIn(schema: Schema): number | undefined {
  const most = bound(schema, "maxLength");
  return most === undefined ? undefined : most * bytesOfCharacter;
}

function textSize(schema: ScalarSchema): number {
  const time = timeTexts.get(formatOf(schema));
  if (time !== undefined) return time.max;
  if (schema.type === "bytes" || schema.format === "byte") return bound(schema, "maxLength") ?? celLimits.requestBytes - 2;
  const characters = charactersIn(schema);
  if (characters !== undefined) return characters;
  const values = enumOf(schema);
  return values.length > 0 ? Math.max(...values.map((value) => Buffer.byteLength(value))) : celLimits.requestBytes - 2;
}

function formatOf({ type, format = "" }: ScalarSchema): string {
  if (type === "duration") return "duration";
  return type === "time" || type === "microTime" ? "date-time" : format;
}

function enumOf(schema: ScalarSchema): readonly string[] {
  if (schema.enum !== undefined) return schema.enum;
  const values = isObject(schema.validations) ? getOwn(schema.validations, "enum") : undefined;
  return Array.isArray(values) ? values.filter((value): value is string => typeof value === "string") : [];
}

/** How many values of a schema a request body has room for, where nothing else bounds them. */
export function mostOccurrences(schema: Schema): number {
  return Math.floor(celLimits.requestBytes / (smallestText(schema, new Map(), 0) + 1));
}

const maxDepth = 100;

/** The bytes of the shortest JSON text that a value of a schema can have. */
function smallestText(schema: Schema, known: Map<Schema, number>, depth: number): number {
  const before = known.get(schema);
  if (before !== undefined) return before;
  if (depth > maxDepth) return 2;
  known.set(schema, 2); // for schemas that contain themselves
  const size = computeSmallest(schema, known, depth);
  known.set(schema, size);
  return size;
}

function computeSmallest(schema: Schema, known: Map<Schema, number>, depth: number): number {
  switch (schema.type) {
    case "boolean":
      return 4;
    case "int32":
    case "int64":
    case "number":
    case "intOrString":
      return 1;
    case "string":
    case "duration":
    case "time":
    case "microTime":
      return timeTexts.get(formatOf(schema))?.min ?? 2;
    case "object": {
      // the braces, and each required member with its name, quotes, colon and comma
      let size = 2;
      for (const [name, field] of schema.fields) {
        if (field.required && field.default === undefined && isExposed(field.schema))
          size += name.length + 4 + smallestText(field.schema, known, depth + 1);
      }
      return size;
    }
    default:
      return 2;
  }
}
