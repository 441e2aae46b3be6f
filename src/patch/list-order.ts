import { isObject, type JsonValue, type ReadonlyJson } from "../object/json.ts";

/** The place of the item of a list that has the same merge key, or is the same scalar; undefined for none. */
export type Places = (item: ReadonlyJson) => number | undefined;

/** Makes a list's items findable, by their merge key or, without one, by themselves; of equals the first is found. */
export function ofSameKey(list: readonly ReadonlyJson[], mergeKey: string): Places {
  const places = new Map<unknown, number>();
  const keyOf = (item: ReadonlyJson): unknown => {
    if (mergeKey === "") return item;
    return isObject(item) && Object.hasOwn(item, mergeKey) ? item[mergeKey] : undefined;
  };
  list.forEach((item, i) => {
    const key = keyOf(item);
    if (key !== undefined && !places.has(key)) places.set(key, i);
  });
  return (item) => places.get(keyOf(item));
}

/** Items in the order of the places that they have; those without one keep to the front. */
export function sortByOrder(items: readonly JsonValue[], place: Places): JsonValue[] {
  return items
    .map((item) => ({ item, at: place(item) ?? -1 }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/**
 * Weaves two lists together, each in its own order: an item of the left goes before the next one of the right if both
 * had places and it stood before it.
 */
export function mergeInOrder(left: readonly JsonValue[], right: readonly JsonValue[], place: Places): JsonValue[] {
  const woven: JsonValue[] = [];
  let i = 0;
  for (const item of right) {
    const limit = place(item);
    while (i < left.length && limit !== undefined) {
      const next = left[i] as JsonValue;
      const at = place(next);
      if (at === undefined || at >= limit) break;
      woven.push(next);
      i++;
    }
    woven.push(item);
  }
  return [...woven, ...left.slice(i)];
}
