import { equalJson, isObject } from "../object/json.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { asList } from "../object/read.ts";
import type { ListSchema, Schema } from "../schema/schema.ts";
import { FieldSet, leafNode } from "./field-set.ts";
import type { FieldNode } from "./field-set.ts";
import { indexItems } from "./list-items.ts";
import { fieldElement } from "./path-element.ts";
import type { PathElement } from "./path-element.ts";
import { presentFields, presentNode } from "./present-fields.ts";
import { entrySchema, isEmptyContainer, itemSchema, namedField, shapeOf, typedMember } from "./shape.ts";

/** What a write changed. A path is in at most one of the sets. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** The comparison of two objects that are the same. */
export const noDifference: Comparison = { added: FieldSet.empty, modified: FieldSet.empty, removed: FieldSet.empty };

/** Whether a write changed nothing. */
export function isSame(comparison: Comparison): boolean {
  return comparison.added.isEmpty && comparison.modified.isEmpty && comparison.removed.isEmpty;
}

/**
 * Compares two stored objects of one type, field by field and item by item as their owners see them. Parts that both
 * objects share are not walked. Errors: UntrackableError.
 */
export function compareObjects(before: ReadonlyJsonObject, after: ReadonlyJsonObject, schema: Schema): Comparison {
  const difference = compareValues(before, after, schema);
  if (difference === undefined) return noDifference;
  return {
    added: difference.added ?? FieldSet.empty,
    modified: difference.modified ?? FieldSet.empty,
    removed: difference.removed ?? FieldSet.empty,
  };
}

type Change = "added" | "modified" | "removed";
const changes: readonly Change[] = ["added", "modified", "removed"];

/** How one value differs: what happened to it itself, and to what lies below it. */
interface Difference {
  readonly self: Change | undefined;
  readonly added?: FieldSet | undefined;
  readonly modified?: FieldSet | undefined;
  readonly removed?: FieldSet | undefined;
}

const selfModified: Difference = { self: "modified" };

/** Gathers the differences of members or items into those of what holds them. */
class Gathered {
  readonly #nodes: Record<Change, Map<PathElement, FieldNode> | undefined> = { added: undefined, modified: undefined, removed: undefined };

  add(element: PathElement, difference: Difference | undefined): void {
    if (difference === undefined) return;
    for (const change of changes) {
      const member = difference.self === change;
      const children = difference[change];
      if (!member && children === undefined) continue;
      this.put(change, element, children === undefined ? leafNode : { member, children });
    }
  }

  put(change: Change, element: PathElement, node: FieldNode): void {
    (this.#nodes[change] ??= new Map()).set(element, node);
  }

  result(): Difference | undefined {
    const { added, modified, removed } = this.#nodes;
    if (added === undefined && modified === undefined && removed === undefined) return undefined;
    return {
      self: undefined,
      added: added && FieldSet.of(added),
      modified: modified && FieldSet.of(modified),
      removed: removed && FieldSet.of(removed),
    };
  }
}

function compareValues(before: ReadonlyJson | undefined, after: ReadonlyJson | undefined, schema: Schema): Difference | undefined {
  if (before === after) return undefined;
  if (before === undefined) return { self: "added", added: presentFields(after as ReadonlyJson, schema) };
  if (after === undefined) return { self: "removed", removed: presentFields(before, schema) };

  const shapeBefore = shapeOf(schema, before);
  const shapeAfter = shapeOf(schema, after);
  if (shapeBefore !== shapeAfter) {
    return { self: "modified", removed: presentFields(before, schema), added: presentFields(after, schema) };
  }
  // An empty value has nothing below it that could tell a difference: null and [] are different values.
  if (shapeBefore === "leaf" || (isEmptyContainer(before) && isEmptyContainer(after))) {
    return isSameValue(before, after, schema) ? undefined : selfModified;
  }
  if (shapeBefore === "members") return compareMembers(before, after, schema);
  return schema.type === "list" ? compareItems(before, after, schema) : undefined;
}

/** Whether two values of a type say the same. */
export function isSameValue(before: ReadonlyJson, after: ReadonlyJson, schema: Schema): boolean {
  return equalJson(before, after) || equalTyped(before, after, schema);
}

/** The same, though one may leave out what the type always writes or writes never. */
function equalTyped(before: ReadonlyJson | undefined, after: ReadonlyJson | undefined, schema: Schema): boolean {
  if (before === after) return true;
  if (before === undefined || after === undefined) return false;
  if (Array.isArray(before) && Array.isArray(after)) {
    const type = itemSchema(schema);
    return before.length === after.length && before.every((item: ReadonlyJson, i) => equalTyped(item, after[i] as ReadonlyJson, type));
  }
  if (schema.type !== "object" && schema.type !== "map") return equalJson(before, after);
  if (!isObject(before) || !isObject(after)) return false;
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const field = namedField(schema, name);
    if (!equalTyped(typedMember(before, name, field), typedMember(after, name, field), field?.schema ?? entrySchema(schema))) return false;
  }
  return true;
}

const nothing: ReadonlyJsonObject = {};

function compareMembers(before: ReadonlyJson, after: ReadonlyJson, schema: Schema): Difference | undefined {
  const left = isObject(before) ? before : nothing;
  const right = isObject(after) ? after : nothing;
  const gathered = new Gathered();
  for (const name of Object.keys(left)) compareMember(gathered, name, left, right, schema);
  for (const name of Object.keys(right)) if (!Object.hasOwn(left, name)) compareMember(gathered, name, left, right, schema);
  return gathered.result();
}

function compareMember(gathered: Gathered, name: string, left: ReadonlyJsonObject, right: ReadonlyJsonObject, schema: Schema): void {
  const field = namedField(schema, name);
  const before = typedMember(left, name, field);
  const after = typedMember(right, name, field);
  if (before === after) return;
  gathered.add(fieldElement(name), compareValues(before, after, field?.schema ?? entrySchema(schema)));
}

function compareItems(before: ReadonlyJson, after: ReadonlyJson, schema: ListSchema): Difference | undefined {
  const left = indexItems(schema, asList(before));
  const right = indexItems(schema, asList(after));
  const gathered = new Gathered();
  const type = itemSchema(schema);
  for (const [element, item] of left.items) {
    const repeatedBefore = left.repeated.get(element);
    const repeatedAfter = right.repeated.get(element);
    if (repeatedBefore === undefined && repeatedAfter === undefined) {
      gathered.add(element, compareValues(item, right.items.get(element), type));
    } else {
      compareRepeated(gathered, element, repeatedBefore, repeatedAfter, item, right.items.get(element), type);
    }
  }
  for (const [element, item] of right.items) {
    if (left.items.has(element)) continue;
    gathered.put("added", element, right.repeated.has(element) ? leafNode : presentNode(item, type));
  }
  return gathered.result();
}

/** Items that share an identity are compared as one lump; becoming one or ceasing to be one replaces what was owned. */
function compareRepeated(
  gathered: Gathered,
  element: PathElement,
  before: readonly ReadonlyJson[] | undefined,
  after: readonly ReadonlyJson[] | undefined,
  single: ReadonlyJson,
  singleAfter: ReadonlyJson | undefined,
  type: Schema,
): void {
  if (before !== undefined && after !== undefined) {
    if (!equalJson(before, after)) gathered.put("modified", element, leafNode);
  } else if (before !== undefined) {
    if (singleAfter !== undefined) gathered.put("added", element, presentNode(singleAfter, type));
    gathered.put("removed", element, leafNode);
  } else {
    gathered.put("removed", element, presentNode(single, type));
    gathered.put("added", element, leafNode);
  }
}
