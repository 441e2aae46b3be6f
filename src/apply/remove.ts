import { isObject, setOwn } from "../object/json.ts";
import type { JsonObject, JsonValue, ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { ListSchema, Schema } from "../schema/schema.ts";
import type { FieldSet } from "./field-set.ts";
import { itemElement } from "./list-items.ts";
import { fieldElement } from "./path-element.ts";
import { entrySchema, itemSchema, namedField, shapeOf } from "./shape.ts";

/**
 * A value without the fields and items of a set. A map, struct or list that loses all that was in it, and is not itself
 * in the set, becomes null: the original drops it where its type has no null. The result shares what stays with the
 * value, and is the value itself where nothing goes.
 */
export function removeFields(value: ReadonlyJson, set: FieldSet, schema: Schema): ReadonlyJson {
  if (set.isEmpty) return value;
  switch (shapeOf(schema, value)) {
    case "members":
      return isObject(value) ? removeMembers(value, set, schema) : value;
    case "items":
      return schema.type === "list" && Array.isArray(value) ? removeItems(value, set, schema) : value;
    case "leaf":
      return value;
  }
}

function removeMembers(members: ReadonlyJsonObject, set: FieldSet, schema: Schema): ReadonlyJson {
  let changed = false;
  let left = 0;
  const kept: JsonObject = {};
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (value === undefined) continue;
    const node = set.nodes.get(fieldElement(name));
    let after: ReadonlyJson | undefined = value;
    if (node?.member === true) after = undefined;
    else if (node?.children !== undefined)
      after = removeFields(value, node.children, namedField(schema, name)?.schema ?? entrySchema(schema));
    if (after !== value) changed = true;
    if (after === undefined) continue;
    left++;
    setOwn(kept, name, after as JsonValue);
  }
  if (!changed) return members;
  return left === 0 ? null : kept;
}

function removeItems(values: readonly ReadonlyJson[], set: FieldSet, schema: ListSchema): ReadonlyJson {
  const kept: ReadonlyJson[] = [];
  let changed = false;
  for (const value of values) {
    const found = itemElement(schema, value);
    const node = "error" in found ? undefined : set.nodes.get(found.element);
    let after: ReadonlyJson | undefined = value;
    if (node?.member === true) after = undefined;
    else if (node?.children !== undefined) after = removeFields(value, node.children, itemSchema(schema));
    if (after !== value) changed = true;
    if (after !== undefined) kept.push(after ?? {});
  }
  if (!changed) return values;
  return kept.length === 0 ? null : kept;
}
