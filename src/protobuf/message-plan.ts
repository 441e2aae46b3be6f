import type { Field, ObjectSchema, Schema } from "../schema/schema.ts";

/** A member that comes once, or not at all. */
export const ONE = 0;
/** A list: its items are fields of the same number. */
export const MANY = 1;
/** A list in a message of its own: {repeated items = 1}. */
export const WRAPPED = 2;
/** A map: its entries are messages under the same number. */
export const KEYED = 3;
/** A message whose members JSON shows among the object's. */
export const INLINED = 4;

/** What stands under a field number. */
export type PlanEntry =
  | {
      readonly shape: typeof ONE | typeof MANY | typeof WRAPPED | typeof KEYED;
      readonly field: Field;
      /** Of the member, of the items of a list, of the values of a map. */
      readonly value: Schema;
    }
  | { readonly shape: typeof INLINED; readonly entries: ReadonlyMap<number, PlanEntry> };

/** Lists that are a message of their own, as a named type of the original is. */
const WRAPPED_LISTS: ReadonlySet<string> = new Set(["io.k8s.apimachinery.pkg.apis.meta.v1.APIResource.verbs"]);

/** How the types' fields lie on the wire, by number; made on a type's first use. Holds what one server has met. */
export class MessagePlans {
  readonly #plans = new WeakMap<ObjectSchema, ReadonlyMap<number, PlanEntry>>();

  of(schema: ObjectSchema): ReadonlyMap<number, PlanEntry> {
    let plan = this.#plans.get(schema);
    if (plan === undefined) this.#plans.set(schema, (plan = planOf(schema)));
    return plan;
  }
}

function planOf(schema: ObjectSchema): ReadonlyMap<number, PlanEntry> {
  const plan = new Map<number, PlanEntry>();
  for (const field of schema.fields.values()) {
    const { proto } = field;
    if (proto === undefined) continue;
    let entries = plan;
    for (const number of proto.inlined ?? []) {
      const present = entries.get(number);
      const nested = present?.shape === INLINED ? (present.entries as Map<number, PlanEntry>) : new Map<number, PlanEntry>();
      entries.set(number, { shape: INLINED, entries: nested });
      entries = nested;
    }
    entries.set(proto.number, memberOf(field, `${schema.name}.${field.name}`));
  }
  return plan;
}

function memberOf(field: Field, place: string): PlanEntry {
  const { schema } = field;
  if (schema.type === "list") return { shape: WRAPPED_LISTS.has(place) ? WRAPPED : MANY, field, value: schema.items };
  if (schema.type === "map") return { shape: KEYED, field, value: schema.values };
  return { shape: ONE, field, value: schema };
}
