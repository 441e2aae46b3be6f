import { isObject } from "../object/json.ts";
import type { ReadonlyJson } from "../object/json.ts";
import type { ListSchema, Schema } from "../schema/schema.ts";
import { FieldSet, leafNode } from "./field-set.ts";
import type { FieldNode } from "./field-set.ts";
import { indexItems } from "./list-items.ts";
import { fieldElement } from "./path-element.ts";
import type { PathElement } from "./path-element.ts";
import { entrySchema, itemSchema, namedField, shapeOf, typedMember, zerosOf } from "./shape.ts";

/**
 * Everything below a value of a stored object that came or went as a whole: its fields and items, and every struct, map
 * and list on the way to them. Undefined: nothing lies below it. Errors: UntrackableError.
 */
export function presentFields(value: ReadonlyJson, schema: Schema): FieldSet | undefined {
  const shape = shapeOf(schema, value);
  // Most values are leaves: a map for each of them would be most of what this allocates.
  if (shape === "leaf") return undefined;
  const nodes = new Map<PathElement, FieldNode>();
  if (shape === "members") addMembers(nodes, value, schema);
  else if (schema.type === "list" && Array.isArray(value)) addItems(nodes, value, schema);
  return nodes.size === 0 ? undefined : FieldSet.of(nodes);
}

function addMembers(nodes: Map<PathElement, FieldNode>, value: ReadonlyJson, schema: Schema): void {
  if (!isObject(value)) return;
  for (const name of Object.keys(value)) {
    const field = namedField(schema, name);
    const member = typedMember(value, name, field);
    if (member !== undefined) nodes.set(fieldElement(name), presentNode(member, field?.schema ?? entrySchema(schema)));
  }
  for (const field of zerosOf(schema)) {
    if (Object.hasOwn(value, field.name) || field.zero === undefined) continue;
    nodes.set(fieldElement(field.name), presentNode(field.zero, field.schema));
  }
}

function addItems(nodes: Map<PathElement, FieldNode>, values: readonly ReadonlyJson[], schema: ListSchema): void {
  const index = indexItems(schema, values);
  for (const [element, item] of index.items) {
    // Items that share an identity are owned as one lump.
    nodes.set(element, index.repeated.has(element) ? leafNode : presentNode(item, itemSchema(schema)));
  }
}

/** The node of a field that came or went: itself and all that lies below it. */
export function presentNode(value: ReadonlyJson, schema: Schema): FieldNode {
  const children = presentFields(value, schema);
  return children === undefined ? leafNode : { member: true, children };
}
