import type { Type } from "../types.ts";
import { isOpaque, noSuchOverload } from "../value.ts";
import type { Opaque, Value } from "../value.ts";

/** A value that only functions of its own library look into: a quantity, an address, an authorizer. */
class OpaqueValue<T> implements Opaque {
  readonly kind = "opaque";
  readonly type: Type;
  readonly inside: T;
  readonly size: number;
  readonly #equal: (a: T, b: T) => boolean;

  constructor(type: Type, inside: T, equal: (a: T, b: T) => boolean = Object.is, size = 1) {
    this.type = type;
    this.inside = inside;
    this.size = size;
    this.#equal = equal;
  }

  equals(other: Opaque): boolean {
    return other instanceof OpaqueValue && other.type.name === this.type.name && this.#equal(this.inside, other.inside);
  }
}

/** A kind of opaque value: makes them, and takes them apart again. */
export interface OpaqueKind<T> {
  readonly type: Type;
  readonly wrap: (inside: T) => OpaqueValue<T>;
  /** Throws EvalError for any other value. */
  readonly unwrap: (value: Value | undefined) => T;
}

/** A kind of opaque value under a type's name, which must be its own. */
export function opaqueKind<T>(
  type: Type,
  equal: (a: T, b: T) => boolean = Object.is,
  size: (inside: T) => number = () => 1,
): OpaqueKind<T> {
  return {
    type,
    wrap: (inside) => new OpaqueValue(type, inside, equal, size(inside)),
    unwrap: (value) => {
      // the type's name is the kind's own, so what is inside is what wrap() has put there
      if (value !== undefined && isOpaque(value) && value.type.name === type.name) return (value as OpaqueValue<T>).inside;
      throw noSuchOverload();
    },
  };
}

/** A text as Go prints it in quotes in a message. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
