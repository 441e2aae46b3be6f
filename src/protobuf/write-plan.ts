import type { Field, ObjectSchema, Schema } from "../schema/schema.ts";
import { MessagePlans, type PlanEntry } from "./message-plan.ts";
import { FIXED64, LENGTH, VARINT } from "./wire-reader.ts";

/** One field of a message as it is written. */
export type WriteEntry = MemberEntry | { readonly type: "inlined"; readonly tag: number; readonly entries: readonly WriteEntry[] };

/** A member that is a field of its own. */
export interface MemberEntry {
  readonly type: "member";
  readonly tag: number;
  readonly name: string;
  /** Of the field, or of the items of a list. */
  readonly schema: Schema;
  readonly shape: "one" | "list" | "wrapped" | "map";
  /** Written when absent too, as a zero: it is no pointer in the original. */
  readonly always: boolean;
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

/** In which order and how the types' fields are written; made on a type's first use. Holds what one server has met. */
export class WritePlans {
  readonly #messages = new MessagePlans();
  readonly #plans = new WeakMap<ObjectSchema, readonly WriteEntry[]>();

  /** The highest number first, since messages are written from their end. */
  of(schema: ObjectSchema): readonly WriteEntry[] {
    let plan = this.#plans.get(schema);
    if (plan === undefined) this.#plans.set(schema, (plan = entriesOf(this.#messages.of(schema), schema.name ?? "")));
    return plan;
  }
}

function entriesOf(fields: ReadonlyMap<number, PlanEntry>, owner: string): WriteEntry[] {
  return [...fields]
    .sort(([a], [b]) => b - a)
    .map(([number, entry]) =>
      entry.type === "inlined"
        ? { type: "inlined", tag: number * 8 + LENGTH, entries: entriesOf(entry.entries, owner) }
        : memberOf(number, entry, `${owner}.${entry.field.name}`),
    );
}

function memberOf(number: number, { field, wrapped }: Extract<PlanEntry, { type: "member" }>, place: string): MemberEntry {
  const { name, schema } = field;
  if (schema.type === "list") {
    const shape = wrapped ? "wrapped" : "list";
    const tag = number * 8 + (wrapped ? LENGTH : wireTypeOf(schema.items));
    return { type: "member", tag, name, schema: schema.items, shape, always: false };
  }
  if (schema.type === "map") return { type: "member", tag: number * 8 + LENGTH, name, schema: schema.values, shape: "map", always: false };
  return { type: "member", tag: number * 8 + wireTypeOf(schema), name, schema, shape: "one", always: isAlwaysWritten(field, place) };
}

/** Pointers and byte slices are left out where they are nil; all else is written, zero or not (gogo-proto, proto2). */
function isAlwaysWritten({ schema, zero, dropZero }: Field, place: string): boolean {
  if (schema.type === "bytes") return false;
  if (dropZero || VALUES.has(place)) return true;
  // Null is the zero of a pointer, and of those structs that write it for their own zero.
  if (zero === null) return schema.type === "time" || schema.type === "microTime" || schema.type === "any";
  return zero !== undefined;
}

/** How a value of a type lies on the wire. */
export function wireTypeOf(schema: Schema): number {
  switch (schema.type) {
    case "boolean":
    case "int32":
    case "int64":
      return VARINT;
    case "number":
      return FIXED64;
    default:
      return LENGTH;
  }
}
