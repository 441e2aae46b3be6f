import { getOwn, isObject } from "../../object/json.ts";
import type { ListSchema } from "../../schema/schema.ts";
import { equal } from "../equal.ts";
import { ObjectMap } from "../map.ts";
import { Double, List } from "../value.ts";
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
  equal: (a, b) => {
    const members = new Members(b.values());
    return a.values().every((item) => members.has(item));
  },
  add: (a, b) => {
    const members = new Members(a.values());
    for (const item of b.values()) if (!members.has(item)) members.add(item);
    return new List(members.values, undefined, setSemantics);
  },
};

/** The members of a set. Texts and numbers, of which there may be many, are found without comparing them one by one. */
class Members {
  readonly values: Value[] = [];
  readonly #plain = new Set<string | number>();
  /** What equals by other rules than being the same: bigints may equal doubles, objects have members. */
  readonly #others: Value[] = [];

  constructor(values: readonly Value[]) {
    for (const value of values) this.add(value);
  }

  add(value: Value): void {
    this.values.push(value);
    const plain = plainOf(value);
    if (plain === undefined) this.#others.push(value);
    else this.#plain.add(plain);
  }

  has(value: Value): boolean {
    const plain = plainOf(value);
    if (plain === undefined) return this.values.some((other) => equal(value, other));
    return this.#plain.has(plain) || this.#others.some((other) => equal(value, other));
  }
}

/** A value that equals only the same among those that are plain too. */
function plainOf(value: Value): string | number | undefined {
  if (typeof value === "string" || typeof value === "number") return value;
  // A double that a number is exactly equals it, and not a number equals nothing.
  return value instanceof Double && Math.abs(value.value) <= Number.MAX_SAFE_INTEGER ? value.value : undefined;
}
