import { isObject } from "../object/json.ts";
import type { JsonObject, ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { sortFew } from "../object/sort-few.ts";
import { compareTexts } from "../object/text-order.ts";
import type { ListSchema, Schema } from "../schema/schema.ts";
import { isSameValue } from "./compare.ts";
import type { FieldSet } from "./field-set.ts";
import { indexItems } from "./list-items.ts";
import { compareElements, fieldElement } from "./path-element.ts";
import { entrySchema, isEmptyContainer, itemSchema, namedField, shapeOf, typedMember, typedValue, zerosOf } from "./shape.ts";
import { neverOwned } from "./stripped-fields.ts";

/**
 * What the writer of a new object owns, as a FieldsV1 tree: everything in it but what its type has anyway, without what
 * the door resets. Undefined: nothing. The same as comparing with nothing would give, but without the sets that only
 * writes of objects with several owners need. Errors: UntrackableError.
 */
export function createdFields(object: ReadonlyJsonObject, schema: Schema, reset: FieldSet): JsonObject | undefined {
  const tree: JsonObject = {};
  return addMembers(tree, object, schema, nothing, { reset, unowned: neverOwned }) ? tree : undefined;
}

/** What is left out at a place and below it. */
interface Hidden {
  /** With all that lies below. */
  readonly reset: FieldSet | undefined;
  /** By itself. */
  readonly unowned: FieldSet | undefined;
}

const nothing: ReadonlyJsonObject = {};

/** What is owned without anything below it. One for all: most of a tree are such nodes. */
const leaf: JsonObject = Object.freeze({});

/**
 * The tree of a value; `zero` is what its type has in its place when it is absent, `owned` whether the place itself may
 * be owned. Undefined: neither it nor anything below it is owned.
 */
function nodeOf(
  value: ReadonlyJson,
  schema: Schema,
  zero: ReadonlyJson | undefined,
  hidden: Hidden | undefined,
  owned: boolean,
): JsonObject | undefined {
  const shape = shapeOf(schema, value);
  let below: ReadonlyJson | undefined;
  let member = owned;
  if (zero !== undefined && shapeOf(schema, zero) === shape) {
    if (zero === value) return undefined;
    const isLeaf = shape === "leaf" || (isEmptyContainer(zero) && isEmptyContainer(value));
    if (isLeaf) return isSameValue(zero, value, schema) || !owned ? undefined : leaf;
    member = false;
    below = zero;
  }
  if (shape === "leaf") return member ? leaf : undefined;
  const tree: JsonObject = member ? { ".": leaf } : {};
  const found =
    shape === "members"
      ? addMembers(tree, value, schema, isObject(below) ? below : undefined, hidden)
      : schema.type === "list" && Array.isArray(value) && addItems(tree, value, schema, hidden);
  if (found) return tree;
  return member ? leaf : undefined;
}

/** Puts the members that are owned into a tree, in canonical order. False: there are none. `zero`: as for `nodeOf`. */
function addMembers(
  tree: JsonObject,
  value: ReadonlyJson,
  schema: Schema,
  zero: ReadonlyJsonObject | undefined,
  hidden: Hidden | undefined,
): boolean {
  if (!isObject(value)) return false;
  const names = Object.keys(value);
  // Beside a zero these are the same; what is new as a whole is written with them.
  if (zero === undefined) for (const { name } of zerosOf(schema)) if (!Object.hasOwn(value, name)) names.push(name);
  let found = false;
  for (const name of sortFew(names, compareTexts)) {
    const field = namedField(schema, name);
    // Either its own or named by the type, so nothing of a prototype's.
    const member = typedValue(value[name], field);
    if (member === undefined) continue;
    const before = zero && typedMember(zero, name, field);
    if (add(tree, field?.element ?? fieldElement(name), member, field?.schema ?? entrySchema(schema), before, hidden)) found = true;
  }
  return found;
}

function addItems(tree: JsonObject, values: readonly ReadonlyJson[], schema: ListSchema, hidden: Hidden | undefined): boolean {
  const { items, repeated } = indexItems(schema, values);
  const type = itemSchema(schema);
  let found = false;
  for (const element of sortFew([...items.keys()], compareElements)) {
    // Items that share an identity are owned as one lump.
    if (repeated.has(element)) tree[element] = leaf;
    else if (!add(tree, element, items.get(element) as ReadonlyJson, type, undefined, hidden)) continue;
    found = true;
  }
  return found;
}

/** Adds what is owned at one step down, unless all of it is hidden. */
function add(
  tree: JsonObject,
  element: string,
  value: ReadonlyJson,
  schema: Schema,
  zero: ReadonlyJson | undefined,
  hidden: Hidden | undefined,
): boolean {
  const reset = hidden?.reset?.nodes.get(element);
  const unowned = hidden?.unowned?.nodes.get(element);
  const below = reset === undefined && unowned === undefined ? undefined : { reset: reset?.children, unowned: unowned?.children };
  const node = nodeOf(value, schema, zero, below, unowned?.member !== true);
  // Looked at all the same: an object that cannot be told apart there has no owners either.
  if (node === undefined || reset?.member === true) return false;
  tree[element] = node;
  return true;
}
