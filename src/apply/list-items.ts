import { getOwn, isObject } from "../object/json.ts";
import type { ReadonlyJson } from "../object/json.ts";
import { compareTexts } from "../object/text-order.ts";
import type { ListSchema } from "../schema/schema.ts";
import { keyElement, valueElement } from "./path-element.ts";
import type { PathElement } from "./path-element.ts";
import { keyDefault } from "./shape.ts";
import { UntrackableError } from "./untrackable.ts";

/**
 * The element that tells an item of a list of type set or map from the others; keys that it leaves out have their
 * defaults. Errors, as text: the item has no identity.
 */
export function itemElement(list: ListSchema, item: ReadonlyJson): { readonly element: PathElement } | { readonly error: string } {
  return list.listType === "map" && list.keys.length > 0 ? keyedElement(list, item) : setElement(item);
}

function keyedElement(list: ListSchema, item: ReadonlyJson): { readonly element: PathElement } | { readonly error: string } {
  if (item === null) return { error: "associative list with keys may not have a null element" };
  if (!isObject(item)) return { error: "associative list with keys may not have non-map elements" };
  if (list.keys.length === 1) {
    const [key] = list.keys as [string];
    const value = getOwn(item, key);
    if (value !== undefined) return { element: keyElement(list.keys, [value]) };
  }
  const names: string[] = [];
  const values: ReadonlyJson[] = [];
  for (const key of sortedKeys(list)) {
    const own = getOwn(item, key);
    const value = own === undefined ? keyDefault(list, key) : own;
    if (value === undefined) continue;
    names.push(key);
    values.push(value);
  }
  if (names.length > 0) return { element: keyElement(names, values) };
  const keys = list.keys.map((key) => `"${key}"`).join(" ");
  return {
    error: `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`,
  };
}

function sortedKeys(list: ListSchema): readonly string[] {
  const { keys } = list;
  const isSorted = keys.every((key, i) => i === 0 || compareTexts(keys[i - 1] as string, key) < 0);
  return isSorted ? keys : keys.toSorted(compareTexts);
}

function setElement(item: ReadonlyJson): { readonly element: PathElement } | { readonly error: string } {
  if (item === null) return { error: "associative list without keys has an element that's an explicit null" };
  if (Array.isArray(item)) return { error: "not supported: associative list with lists as elements" };
  if (typeof item === "object") return { error: "associative list without keys has an element that's a map type" };
  return { element: valueElement(item) };
}

/** The items of a list by their elements, in list order. */
export interface ItemIndex {
  /** One element an item, repeats included. */
  readonly elements: readonly PathElement[];
  /** Items by element; of repeated ones the first. */
  readonly items: ReadonlyMap<PathElement, ReadonlyJson>;
  /** All items of the elements that occur more than once. */
  readonly repeated: ReadonlyMap<PathElement, readonly ReadonlyJson[]>;
}

const noRepeats: ReadonlyMap<PathElement, readonly ReadonlyJson[]> = new Map();

/** Indexes a list of type set or map. Errors: UntrackableError for an item without identity. */
export function indexItems(list: ListSchema, values: readonly ReadonlyJson[]): ItemIndex {
  const elements: PathElement[] = [];
  const items = new Map<PathElement, ReadonlyJson>();
  let repeated: Map<PathElement, ReadonlyJson[]> | undefined;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as ReadonlyJson;
    const found = itemElement(list, value);
    if ("error" in found) throw new UntrackableError(`element ${i}: ${found.error}`);
    const element = found.element;
    elements.push(element);
    const first = items.get(element);
    if (first === undefined) {
      items.set(element, value);
    } else {
      repeated ??= new Map();
      const all = repeated.get(element);
      if (all === undefined) repeated.set(element, [first, value]);
      else all.push(value);
    }
  }
  return { elements, items, repeated: repeated ?? noRepeats };
}
