import type { Field, ObjectSchema, Schema } from "../../schema/schema.ts";

/** The schema of a text. */
export const textSchema: Schema = { type: "string" };

/** The schema of a list of texts. */
export const textsSchema: Schema = { type: "list", items: textSchema, listType: "atomic", keys: [] };

/** The schema of an object that expressions see and that the tables do not have. `name` is its type's, in messages. */
export function structSchema(name: string, fields: Readonly<Record<string, Schema>>): ObjectSchema {
  const declared = Object.entries(fields).map(([field, schema]): readonly [string, Field] => [
    field,
    { name: field, schema, required: false, dropZero: false },
  ]);
  return { type: "object", name, fields: new Map(declared) };
}
