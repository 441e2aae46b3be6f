import { getOwn, isObject } from "../../object/json.ts";
import type { ListSchema } from "../../schema/schema.ts";
import { equal } from "../equal.ts";
import { ObjectMap } from "../map.ts";
import { List } from "../value.ts";
import type { ListSemantics, Value } from "../value.ts";
import { ObjectValue } from "./object-value.ts";

/**
 * How lists of a declared kind compare and add up: a set is equal in any order and adds what it has not; an associative
 * list is equal in any order, and adding one overwrites the items with the same keys. Ordinary lists have none.
 */
export function listSemantics(schema: ListSchema): ListSemantics | undefined {
  if (schema.listType === "set") return setSemantics;
  if (schema.listType !== "map") return undefined;
  const { keys } = schema;
  const keyOf = (item: unknown): string => {
    // a list that an expression has made holds values, any other raw JSON
    const object = item instanceof ObjectValue || item instanceof ObjectMap ? item.object : item;
    return JSON.stringify(keys.map((key) => (isObject(object) ? String(getOwn(object, key) ?? "") : "")));
  };
  const byKey = (list: List): Map<string, Value> => new Map(list.items.map((item, i) => [keyOf(item), list.get(i)]));
  const semantics: ListSemantics = {
    equal: (a, b) => {
      const right = byKey(b);
      return a.items.every((item, i) => {
        const other = right.get(keyOf(item));
        return other !== undefined && equal(a.get(i), other);
      });
    },
    add: (a, b) => {
      const merged = byKey(a);
      for (const [key, item] of byKey(b)) merged.set(key, item);
      return new List([...merged.values()], undefined, semantics);
    },
  };
  return semantics;
}

const setSemantics: ListSemantics = {
  equal: (a, b) => a.values().every((item) => b.values().some((other) => equal(item, other))),
  add: (a, b) => {
    const items = [...a.values()];
    for (const item of b.values()) if (!items.some((other) => equal(item, other))) items.push(item);
    return new List(items, undefined, setSemantics);
  },
};
