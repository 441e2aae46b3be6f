import type { Type } from "./types.ts";

/**
 * What an expression computes with. An int is a number where it is a safe integer and a bigint beyond, never the other
 * way round, so that most arithmetic and every comparison runs on plain numbers; a double is therefore boxed, as the
 * rarer of the two.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Double
  | Uint
  | Timestamp
  | Duration
  | List
  | MapValue
  | StructValue
  | TypeValue
  | Optional
  | Opaque;

/** A double. */
export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** An unsigned integer. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A point in time; seconds may be negative, nanos never is. */
export class Timestamp {
  readonly seconds: number;
  readonly nanos: number;
  constructor(seconds: number, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }
}

/** A length of time in nanoseconds, within int64. */
export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A type as a value. */
export class TypeValue {
  readonly type: Type;
  constructor(type: Type) {
    this.type = type;
  }
}

/** A value that may be absent. */
export class Optional {
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** optional.none() */
export const none = new Optional(undefined);

/** How a raw item, such as one of a JSON array, is read as a value. */
export type Reader = (raw: unknown) => Value;

/** How a list that stands for a set or an associative list compares and adds up; absent for ordinary lists. */
export interface ListSemantics {
  readonly equal: (a: List, b: List) => boolean;
  readonly add: (a: List, b: List) => List;
}

const indexAfter = 4;

/** A list of values, or of raw items read one by one as they are asked for. */
export class List {
  readonly items: readonly unknown[];
  readonly read: Reader | undefined;
  readonly semantics: ListSemantics | undefined;
  #grown: unknown[] | undefined;
  #lookups = 0;
  #index: ReadonlySet<unknown> | undefined;

  constructor(items: readonly unknown[], read?: Reader, semantics?: ListSemantics) {
    this.items = items;
    this.read = read;
    this.semantics = semantics;
  }

  /** An empty list that only its maker may append to, before anybody else sees it. */
  static growing(): List {
    const items: unknown[] = [];
    const list = new List(items);
    list.#grown = items;
    return list;
  }

  get size(): number {
    return this.items.length;
  }

  /** The element at an index that the caller has checked. */
  get(index: number): Value {
    const item = this.items[index];
    return this.read === undefined ? (item as Value) : this.read(item);
  }

  /** Every element, read. */
  values(): readonly Value[] {
    const read = this.read;
    return read === undefined ? (this.items as readonly Value[]) : this.items.map((item) => read(item));
  }

  /**
   * The elements by a key, once this has been asked for often enough to pay for making it: `x in list` inside a loop
   * over a long list would else take its square.
   */
  indexed(keyOf: (value: Value) => unknown): ReadonlySet<unknown> | undefined {
    if (this.#index === undefined && ++this.#lookups > indexAfter && this.#grown === undefined) {
      this.#index = new Set(this.values().map(keyOf));
    }
    return this.#index;
  }

  /** This list with one element more; in place where it was made by growing(). */
  append(value: Value): List {
    if (this.#grown === undefined) return new List([...this.values(), value]);
    this.#grown.push(value);
    return this;
  }
}

/** A map from bool, int, uint or string. Lookup is by numeric value, whatever the key's type. */
export interface MapValue {
  readonly kind: "map";
  readonly size: number;
  /** The value of a key, undefined where there is none. */
  find(key: Value): Value | undefined;
  /** The keys, in a stable order. */
  keys(): readonly Value[];
}

/** A struct: named fields of declared types. Which fields are set is not the same as which may be read. */
export interface StructValue {
  readonly kind: "struct";
  readonly type: Type;
  /** The value of a field, its default where unset; undefined where the type has no such field. */
  get(field: string): Value | undefined;
  /** Whether a field is set; undefined where the type has no such field. */
  has(field: string): boolean | undefined;
  equals(other: StructValue): boolean;
  /** Whether no field is set. */
  isZero(): boolean;
  /** What the cost of traversing it is measured by; 1 where it does not say. */
  readonly size?: number;
}

/** A value of a type that only its own functions look into. */
export interface Opaque {
  readonly kind: "opaque";
  readonly type: Type;
  equals(other: Opaque): boolean;
  /** What the cost of traversing it is measured by; 1 where it does not say. */
  readonly size?: number;
}

/** A fault while evaluating. Thrown inside the evaluator, where && and || may absorb it; a value at its door. */
export class EvalError {
  readonly message: string;
  /** Not absorbed by && and ||: the cost limit, an interruption. */
  readonly final: boolean;
  constructor(message: string, final = false) {
    this.message = message;
    this.final = final;
  }
}

/** A function was given values that none of its overloads takes. */
export function noSuchOverload(): EvalError {
  return new EvalError("no such overload");
}

/** The elements of what must be a list. Throws noSuchOverload for anything else. */
export function listItems(value: Value | undefined): readonly Value[] {
  if (!(value instanceof List)) throw noSuchOverload();
  return value.values();
}

/** The bounds of int64 and of uint64. */
export const maxInt = 9223372036854775807n;
export const minInt = -9223372036854775808n;
export const maxUint = 18446744073709551615n;

/** An int from a bigint in range: as a number where it fits. */
export function int(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** An int from a bigint, or an overflow. */
export function checkedInt(value: bigint): number | bigint {
  if (value > maxInt || value < minInt) throw new EvalError("integer overflow");
  return int(value);
}

/** Whether a value is an int. */
export function isInt(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Whether a value is a map, whoever made it. */
export function isMap(value: Value): value is MapValue {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "map";
}

/** Whether a value is a struct. */
export function isStruct(value: Value): value is StructValue {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "struct";
}

/** Whether a value is one of an opaque type. */
export function isOpaque(value: Value): value is Opaque {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "opaque";
}
