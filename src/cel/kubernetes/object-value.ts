import type { JsonValue, ReadonlyJsonObject } from "../../object/json.ts";
import { equal } from "../equal.ts";
import type { Type } from "../types.ts";
import type { StructValue, Value } from "../value.ts";
import { readJson } from "./json.ts";
import type { Shape } from "./schema-types.ts";

/** A JSON object of a declared shape, read field by field. */
export class ObjectValue implements StructValue {
  readonly kind = "struct";
  readonly object: ReadonlyJsonObject;
  readonly shape: Shape;
  #read: Map<string, Value> | undefined;

  constructor(object: ReadonlyJsonObject, shape: Shape) {
    this.object = object;
    this.shape = shape;
  }

  get type(): Type {
    return this.shape.type;
  }

  get(name: string): Value | undefined {
    const field = this.shape.fields.get(name);
    if (field === undefined) return undefined;
    const { object } = this;
    if (!Object.hasOwn(object, field.name)) return undefined;
    const raw = object[field.name];
    if (typeof raw !== "object") return raw === undefined ? undefined : field.read(raw);
    // A member that is null is one that is not there, nullable or not.
    if (raw === null) return undefined;
    // a list or object is wrapped once, so that what it has learnt of itself is there for the next reader
    const known = this.#read?.get(name);
    if (known !== undefined) return known;
    const value = field.read(raw);
    (this.#read ??= new Map()).set(name, value);
    return value;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Its members, the undeclared ones too. */
  get size(): number {
    return keysOf(this.object).length;
  }

  isZero(): boolean {
    return Object.keys(this.object).length === 0;
  }

  /** Member by member, the undeclared ones as plain JSON. */
  equals(other: StructValue): boolean {
    if (!(other instanceof ObjectValue)) return false;
    if (other.object === this.object) return true;
    const own = keysOf(this.object);
    if (own.length !== keysOf(other.object).length) return false;
    const fields = this.shape.schema.fields;
    for (const key of own) {
      const left = this.object[key];
      const right = Object.hasOwn(other.object, key) ? other.object[key] : undefined;
      if (left === undefined || right === undefined) return false;
      const declared = fields.has(key) ? this.#reader(key) : undefined;
      if (declared === undefined ? !equal(readJson(left), readJson(right)) : !equal(declared(left), declared(right))) return false;
    }
    return true;
  }

  #reader(key: string): ((raw: unknown) => Value) | undefined {
    for (const field of this.shape.fields.values()) if (field.name === key) return (raw) => (raw === null ? null : field.read(raw));
    return undefined;
  }

  toJson(): JsonValue {
    return this.object as JsonValue;
  }
}

function keysOf(object: ReadonlyJsonObject): readonly string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined);
}
