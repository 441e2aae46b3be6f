import { isObject, setOwn, type JsonObject, type JsonValue, type ReadonlyJson } from "../object/json.ts";
import type { Field, Schema } from "../schema/schema.ts";

/**
 * A value with its members in the order in which the original writes them: a struct's as they are declared (their
 * protobuf numbers follow that), a map's by key. Messages that show a whole object show it so.
 */
export function inGoOrder(value: ReadonlyJson, schema: Schema): JsonValue {
  if (Array.isArray(value)) {
    const items = schema.type === "list" ? schema.items : schema;
    return (value as readonly ReadonlyJson[]).map((item) => inGoOrder(item, items));
  }
  if (!isObject(value)) return value as JsonValue;
  const ordered: JsonObject = {};
  const keys = Object.keys(value);
  if (schema.type === "object") {
    const { fields } = schema;
    keys.sort((a, b) => compareFields(fields.get(a), fields.get(b)));
  } else keys.sort();
  for (const key of keys) {
    const member = value[key];
    const memberSchema = schema.type === "object" ? fields(schema, key) : schema.type === "map" ? schema.values : schema;
    if (member !== undefined) setOwn(ordered, key, memberSchema === undefined ? member : inGoOrder(member, memberSchema));
  }
  return ordered;
}

function fields(schema: Extract<Schema, { type: "object" }>, name: string): Schema | undefined {
  return schema.fields.get(name)?.schema;
}

/** kind and apiVersion, which have no number, come first. */
function compareFields(a: Field | undefined, b: Field | undefined): number {
  const left = place(a);
  const right = place(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function place(field: Field | undefined): readonly number[] {
  const proto = field?.proto;
  return proto === undefined ? [] : [...(proto.inlined ?? []), proto.number];
}
