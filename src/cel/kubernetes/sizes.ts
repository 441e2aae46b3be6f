import { getOwn, isObject } from "../../object/json.ts";
import type { ScalarSchema, Schema } from "../../schema/schema.ts";
import { pathItems, pathKeys, pathValues } from "../estimate.ts";
import type { Path, SizeHint } from "../estimate.ts";
import { stringSize } from "../size.ts";
import { celLimits } from "./limits.ts";
import { unescapeFieldName } from "./names.ts";

/** JSON forms of durations, dates and times are no longer than this. */
const maxTimeText = 32;
const maxDateText = 12;

/**
 * How large values of schemas may be, by the variable they are in: by their declared bounds or, without one, by how
 * many of the smallest such items a request body has room for.
 */
export function schemaSizes(variables: ReadonlyMap<string, Schema>): SizeHint {
  const smallest = new Map<Schema, number>();
  return (path) => {
    const [variable = "", ...steps] = path;
    const schema = variables.get(variable);
    const max = schema === undefined ? undefined : maxSize(schema, steps, smallest);
    return max === undefined ? undefined : { min: 0, max };
  };
}

function maxSize(root: Schema, steps: Path, smallest: Map<Schema, number>): number | undefined {
  let schema: Schema = root;
  for (const [i, step] of steps.entries()) {
    if (step === pathKeys) return i === steps.length - 1 && schema.type === "map" ? celLimits.requestBytes - 2 : undefined;
    let next: Schema | undefined;
    if (step === pathItems && schema.type === "list") next = schema.items;
    else if (step === pathValues && schema.type === "map") next = schema.values;
    else if (schema.type === "map") next = schema.values;
    else if (schema.type === "object") next = schema.fields.get(unescapeFieldName(step) ?? step)?.schema;
    if (next === undefined) return undefined;
    schema = next;
  }
  return elements(schema, smallest);
}

function bound(schema: Schema, name: string): number | undefined {
  const { validations } = schema;
  const value = isObject(validations) ? getOwn(validations, name) : undefined;
  return typeof value === "number" ? value : undefined;
}

/** The most elements, entries or characters. */
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
      return bound(schema, "maxLength") ?? textSize(schema);
    case "object":
    case "any":
    case "intOrString":
    case "quantity":
      return body;
    default:
      return 1;
  }
}

function textSize(schema: ScalarSchema): number {
  const values = enumOf(schema);
  if (values.length > 0) return Math.max(...values.map(stringSize));
  if (schema.type === "time" || schema.type === "microTime" || schema.type === "duration") return maxTimeText;
  switch (schema.format) {
    case "duration":
    case "date-time":
      return maxTimeText;
    case "date":
      return maxDateText;
    default:
      return celLimits.requestBytes - 2;
  }
}

function enumOf(schema: ScalarSchema): readonly string[] {
  if (schema.enum !== undefined) return schema.enum;
  const values = isObject(schema.validations) ? getOwn(schema.validations, "enum") : undefined;
  return Array.isArray(values) ? values.filter((value): value is string => typeof value === "string") : [];
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
      return 1;
    case "object": {
      // the braces, and each required member with its name, quotes, colon and comma
      let size = 2;
      for (const [name, field] of schema.fields) {
        if (field.required && field.default === undefined) size += name.length + 4 + smallestText(field.schema, known, depth + 1);
      }
      return size;
    }
    default:
      return 2;
  }
}
