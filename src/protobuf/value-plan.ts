import type { AnySchema, ObjectSchema, ScalarType, Schema } from "../schema/schema.ts";
import { FIXED64, LENGTH, VARINT } from "./wire-reader.ts";

/** What a value is, as a number: readers and writers branch on it at every field. */
export const STRING = 0;
export const BOOLEAN = 1;
export const INT32 = 2;
export const INT64 = 3;
export const DOUBLE = 4;
export const BYTES = 5;
export const TIME = 6;
export const MICRO_TIME = 7;
export const DURATION = 8;
export const QUANTITY = 9;
export const INT_OR_STRING = 10;
export const OBJECT = 11;
export const LIST = 12;
export const ANY = 13;
export const MAP = 14;

const SCALARS: Readonly<Record<ScalarType, number>> = {
  string: STRING,
  boolean: BOOLEAN,
  int32: INT32,
  int64: INT64,
  number: DOUBLE,
  bytes: BYTES,
  time: TIME,
  microTime: MICRO_TIME,
  duration: DURATION,
  quantity: QUANTITY,
  intOrString: INT_OR_STRING,
};

/** A type as readers and writers want it; `Message` is how they lay out a message. */
export interface ValuePlan<Message> {
  readonly operation: number;
  /** How it lies on the wire. */
  readonly wireType: number;
  /** OBJECT: its layout, made on first use since types hold themselves. */
  readonly message: (() => Message) | undefined;
  /** LIST: what its items are. */
  readonly items: ValuePlan<Message> | undefined;
  /** ANY: what may stand there. */
  readonly any: AnySchema | undefined;
}

/** The plan of a type; `messageOf` gives the layout of a message, the same for one type. */
export function valuePlan<Message>(schema: Schema, messageOf: (schema: ObjectSchema) => Message): ValuePlan<Message> {
  let made: Message | undefined;
  return {
    operation: operationOf(schema),
    wireType: wireTypeOf(schema),
    message: schema.type === "object" ? () => (made ??= messageOf(schema)) : undefined,
    items: schema.type === "list" ? valuePlan(schema.items, messageOf) : undefined,
    any: schema.type === "any" ? schema : undefined,
  };
}

function operationOf(schema: Schema): number {
  switch (schema.type) {
    case "object":
      return OBJECT;
    case "list":
      return LIST;
    case "map":
      return MAP;
    case "any":
      return ANY;
    default:
      return SCALARS[schema.type];
  }
}

function wireTypeOf(schema: Schema): number {
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
