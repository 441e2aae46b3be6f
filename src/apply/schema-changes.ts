import type { Schema } from "../schema/schema.ts";
import { FieldSet, leafNode } from "./field-set.ts";
import type { FieldNode } from "./field-set.ts";
import { elementField } from "./path-element.ts";
import type { PathElement } from "./path-element.ts";
import { deduced } from "./shape.ts";

/**
 * An owner's set as today's type sees it: what is owned whole now, and was owned by its parts when the set was written,
 * is owned whole. Parts of what was owned whole are not guessed. Unknown paths stay as they are.
 */
export function reconcileWithSchema(set: FieldSet, schema: Schema): FieldSet {
  return mapNodes(set, schema, (node, type) => {
    if (!isAtomic(type) || node.children === undefined) return undefined;
    return leafNode;
  });
}

/**
 * The set with every declared field on the way to its paths, which sets usually leave out: with `.spec.replicas`, also
 * `.spec`. Entries of maps and items of lists are not added.
 */
export function withNamedFields(set: FieldSet, schema: Schema): FieldSet {
  return mapNodes(set, schema, (node, type, named) => {
    if (node.children === undefined) return node;
    const children = withNamedFields(node.children, type);
    const member = node.member || named;
    return member === node.member && children === node.children ? node : { member, children };
  });
}

/** Rebuilds a set node by node along its type; undefined from `change` walks on into the node. */
function mapNodes(
  set: FieldSet,
  schema: Schema,
  change: (node: FieldNode, type: Schema, named: boolean) => FieldNode | undefined,
): FieldSet {
  let nodes: Map<PathElement, FieldNode> | undefined;
  for (const [element, node] of set.nodes) {
    if (node.children === undefined) continue;
    const below = typeBelow(schema, element);
    if (below === undefined) continue;
    const changed = change(node, below.type, below.named) ?? { member: node.member, children: mapNodes(node.children, below.type, change) };
    if (changed === node || (changed.member === node.member && changed.children === node.children)) continue;
    (nodes ??= new Map(set.nodes)).set(element, changed);
  }
  return nodes === undefined ? set : FieldSet.of(nodes);
}

function typeBelow(schema: Schema, element: PathElement): { readonly type: Schema; readonly named: boolean } | undefined {
  const name = elementField(element);
  if (name === undefined) return schema.type === "list" ? { type: schema.items, named: false } : undefined;
  switch (schema.type) {
    case "object": {
      const field = schema.fields.get(name);
      if (field !== undefined) return { type: field.schema, named: true };
      return schema.preserveUnknown === true ? { type: deduced, named: false } : undefined;
    }
    case "map":
      return { type: schema.values, named: false };
    default:
      return undefined;
  }
}

function isAtomic(schema: Schema): boolean {
  switch (schema.type) {
    case "object":
    case "map":
      return schema.atomic === true;
    case "list":
      return schema.listType === "atomic";
    default:
      return false;
  }
}
