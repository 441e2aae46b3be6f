import type { Field, ObjectSchema } from "../schema/schema.ts";

/** What stands under a field number: a member of the object, or a message whose members JSON shows among the object's. */
export type PlanEntry =
  | { readonly type: "member"; readonly field: Field; readonly wrapped: boolean }
  | { readonly type: "inlined"; readonly entries: ReadonlyMap<number, PlanEntry> };

/** Lists that are a message of their own, as a named type of the original is: {repeated items = 1}. */
const WRAPPED: ReadonlySet<string> = new Set(["io.k8s.apimachinery.pkg.apis.meta.v1.APIResource.verbs"]);

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
      const nested = present?.type === "inlined" ? (present.entries as Map<number, PlanEntry>) : new Map<number, PlanEntry>();
      entries.set(number, { type: "inlined", entries: nested });
      entries = nested;
    }
    entries.set(proto.number, { type: "member", field, wrapped: WRAPPED.has(`${schema.name}.${field.name}`) });
  }
  return plan;
}
