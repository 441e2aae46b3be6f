import type { Field, ObjectSchema } from "../schema/schema.ts";
import { INLINED, MessagePlans, ONE, WRAPPED, type KEYED, type MANY, type PlanEntry } from "./message-plan.ts";
import { valuePlan, type ValuePlan } from "./value-plan.ts";

/** One field of a message as it is read. */
export interface ReadEntry {
  /** A list in a message of its own is read as one value. */
  readonly shape: typeof ONE | typeof MANY | typeof KEYED | typeof INLINED;
  readonly name: string;
  /** Of the member, of the items of a list, of the values of a map. */
  readonly value: ValuePlan<ReadPlan> | undefined;
  /** A zero is as good as nothing. */
  readonly dropZero: boolean;
  /** INLINED: the members that lie in the message. */
  readonly entries: readonly (ReadEntry | undefined)[];
}

/** A message as it is read. */
export interface ReadPlan {
  /** By field number. */
  readonly entries: readonly (ReadEntry | undefined)[];
  /** Members that JSON has where protobuf has nothing. */
  readonly zeros: readonly Field[];
}

const NO_ENTRIES: readonly undefined[] = [];

/** How the types' messages are read; made on a type's first use. Holds what one server has met. */
export class ReadPlans {
  readonly #messages = new MessagePlans();
  readonly #plans = new WeakMap<ObjectSchema, ReadPlan>();

  of(schema: ObjectSchema): ReadPlan {
    let plan = this.#plans.get(schema);
    if (plan === undefined) {
      const zeros = (schema.zeros ?? []).filter(({ zero }) => zero !== undefined);
      plan = { entries: this.#entries(this.#messages.of(schema)), zeros };
      this.#plans.set(schema, plan);
    }
    return plan;
  }

  #entries(fields: ReadonlyMap<number, PlanEntry>): readonly (ReadEntry | undefined)[] {
    const entries = Array.from<ReadEntry | undefined>({ length: Math.max(...fields.keys(), 0) + 1 });
    for (const [number, entry] of fields) entries[number] = this.#entry(entry);
    return entries;
  }

  #entry(entry: PlanEntry): ReadEntry {
    if (entry.shape === INLINED)
      return { shape: INLINED, name: "", value: undefined, dropZero: false, entries: this.#entries(entry.entries) };
    const { name, schema, dropZero } = entry.field;
    const [shape, type] = entry.shape === WRAPPED ? ([ONE, schema] as const) : ([entry.shape, entry.value] as const);
    return { shape, name, value: valuePlan(type, (message) => this.of(message)), dropZero, entries: NO_ENTRIES };
  }
}
