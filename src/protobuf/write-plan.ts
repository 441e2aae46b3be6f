import type { Field, ObjectSchema } from "../schema/schema.ts";
import { INLINED, MANY, MessagePlans, ONE, type PlanEntry } from "./message-plan.ts";
import { valuePlan, type ValuePlan } from "./value-plan.ts";
import { LENGTH } from "./wire-reader.ts";

/** One field of a message as it is written. */
export interface WriteEntry {
  readonly shape: PlanEntry["shape"];
  readonly tag: number;
  /** "" for a message whose members lie in the object (INLINED). */
  readonly name: string;
  /** Of the member, of the items of a list, of the values of a map. */
  readonly value: ValuePlan<readonly WriteEntry[]> | undefined;
  /** Written when absent too, as a zero: it is no pointer in the original. */
  readonly always: boolean;
  /** INLINED: the members that lie in the message. */
  readonly entries: readonly WriteEntry[];
  /** What is written where it is absent, once it was needed. */
  nothing: Buffer | undefined;
}

/** Members that are no pointers although JSON leaves their zeros out (omitzero, or a marshaller of its own). */
const VALUES: ReadonlySet<string> = new Set([
  "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta.creationTimestamp",
  "io.k8s.api.admission.v1.AdmissionRequest.object",
  "io.k8s.api.admission.v1.AdmissionRequest.oldObject",
  "io.k8s.api.admission.v1.AdmissionRequest.options",
  "io.k8s.api.admission.v1beta1.AdmissionRequest.object",
  "io.k8s.api.admission.v1beta1.AdmissionRequest.oldObject",
  "io.k8s.api.admission.v1beta1.AdmissionRequest.options",
]);

const NO_ENTRIES: readonly WriteEntry[] = [];

/** In which order and how the types' fields are written; made on a type's first use. Holds what one server has met. */
export class WritePlans {
  readonly #messages = new MessagePlans();
  readonly #plans = new WeakMap<ObjectSchema, readonly WriteEntry[]>();

  /** The highest number first, since messages are written from their end. */
  of(schema: ObjectSchema): readonly WriteEntry[] {
    let plan = this.#plans.get(schema);
    if (plan === undefined) this.#plans.set(schema, (plan = this.#entries(this.#messages.of(schema), schema.name ?? "")));
    return plan;
  }

  #entries(fields: ReadonlyMap<number, PlanEntry>, owner: string): WriteEntry[] {
    return [...fields].sort(([a], [b]) => b - a).map(([number, entry]) => this.#entry(number, entry, owner));
  }

  #entry(number: number, entry: PlanEntry, owner: string): WriteEntry {
    const tag = number * 8;
    if (entry.shape === INLINED) {
      const entries = this.#entries(entry.entries, owner);
      return { shape: INLINED, tag: tag + LENGTH, name: "", value: undefined, always: true, entries, nothing: undefined };
    }
    const { shape, field } = entry;
    const { name } = field;
    const value = valuePlan(entry.value, (message) => this.of(message));
    return {
      shape,
      tag: tag + (shape === ONE || shape === MANY ? value.wireType : LENGTH),
      name,
      value,
      always: shape === ONE && isAlwaysWritten(field, `${owner}.${name}`),
      entries: NO_ENTRIES,
      nothing: undefined,
    };
  }
}

/** Pointers and byte slices are left out where they are nil; all else is written, zero or not (gogo-proto, proto2). */
function isAlwaysWritten({ schema, zero, dropZero }: Field, place: string): boolean {
  if (schema.type === "bytes") return false;
  if (dropZero || VALUES.has(place)) return true;
  // Null is the zero of a pointer, and of those structs that write it for their own zero.
  if (zero === null) return schema.type === "time" || schema.type === "microTime" || schema.type === "any";
  return zero !== undefined;
}
