import { dynType, errorType, param, sameType } from "./types.ts";
import type { Type } from "./types.ts";

/**
 * What type variables stand for, found while checking. A failed attempt is taken back by rewinding to a mark, so that
 * trying an overload costs nothing.
 */
export class Substitutions {
  readonly #bound = new Map<string, Type>();
  readonly #trail: { readonly name: string; readonly previous: Type | undefined }[] = [];
  #fresh = 0;

  /** A type variable that stands for nothing yet. */
  fresh(): Type {
    return { kind: "param", name: `_var${this.#fresh++}`, params: [] };
  }

  find(type: Type): Type | undefined {
    return this.#bound.get(type.name);
  }

  bind(variable: Type, type: Type): void {
    this.#trail.push({ name: variable.name, previous: this.#bound.get(variable.name) });
    this.#bound.set(variable.name, type);
  }

  mark(): number {
    return this.#trail.length;
  }

  rewind(mark: number): void {
    while (this.#trail.length > mark) {
      const last = this.#trail.pop();
      if (last === undefined) return;
      if (last.previous === undefined) this.#bound.delete(last.name);
      else this.#bound.set(last.name, last.previous);
    }
  }

  /** A type with its variables replaced by what they stand for; free ones by dyn if asked. */
  apply(type: Type, freeToDyn: boolean): Type {
    if (type.kind === "param") {
      const bound = this.#bound.get(type.name);
      if (bound !== undefined) return this.apply(bound, freeToDyn);
      return freeToDyn ? dynType : type;
    }
    if (type.params.length === 0) return type;
    if (type.kind === "type" && param(type, 0).kind === "param" && freeToDyn && this.find(param(type, 0)) === undefined) {
      return { ...type, params: [dynType] };
    }
    let changed = false;
    const params = type.params.map((p) => {
      const applied = this.apply(p, freeToDyn);
      changed ||= applied !== p;
      return applied;
    });
    return changed ? { ...type, params } : type;
  }

  /** Whether a value of type `from` may stand where `to` is wanted; binds variables on the way if so. */
  assignable(from: Type, to: Type): boolean {
    const mark = this.mark();
    if (this.#fits(from, to)) return true;
    this.rewind(mark);
    return false;
  }

  assignableAll(from: readonly Type[], to: readonly Type[]): boolean {
    if (from.length !== to.length) return false;
    const mark = this.mark();
    if (from.every((type, i) => this.#fits(type, to[i] ?? errorType))) return true;
    this.rewind(mark);
    return false;
  }

  #fits(a: Type, b: Type): boolean {
    if (b.kind === "param") {
      const { valid, bound } = this.#substitutes(a, b);
      if (valid) return true;
      if (bound) return false;
    }
    if (a.kind === "param") return this.#substitutes(b, a).valid;
    if (isDynOrError(a) || isDynOrError(b)) return true;
    if (a.kind === "null") return acceptsNull(b);
    if (b.kind === "null") return acceptsNull(a);
    if (a.kind === "any" || b.kind === "any") return true;
    if (a.kind === "wrapper" || b.kind === "wrapper") return sameType(unwrap(a), unwrap(b));
    if (a.kind !== b.kind) return false;
    switch (a.kind) {
      case "type":
        return true;
      case "opaque":
      case "list":
      case "map":
        if (a.name !== b.name || a.params.length !== b.params.length) return false;
        return a.params.every((p, i) => this.#fits(p, param(b, i)));
      default:
        return a.name === b.name;
    }
  }

  #substitutes(type: Type, variable: Type): { readonly valid: boolean; readonly bound: boolean } {
    if (type.kind === "param" && type.name === variable.name) return { valid: true, bound: true };
    const bound = this.find(variable);
    if (bound !== undefined) {
      if (sameType(type, bound)) return { valid: true, bound: true };
      if (!this.#fits(type, bound)) return { valid: false, bound: true };
      const general = mostGeneral(type, bound);
      if (!this.#mentions(variable, general)) this.bind(variable, general);
      return { valid: true, bound: true };
    }
    if (this.#mentions(variable, type)) return { valid: false, bound: false };
    this.bind(variable, type);
    return { valid: true, bound: false };
  }

  /** Whether a variable occurs in a type, so that binding it would make the type infinite. */
  #mentions(variable: Type, type: Type): boolean {
    if (type.kind === "param") {
      if (type.name === variable.name) return true;
      const bound = this.find(type);
      return bound !== undefined && this.#mentions(variable, bound);
    }
    return type.params.some((p) => this.#mentions(variable, p));
  }
}

/** Whether a type says nothing: anything fits it. */
export function isDynOrError(type: Type): boolean {
  return type.kind === "dyn" || type.kind === "error";
}

function unwrap(type: Type): Type {
  return type.kind === "wrapper" ? param(type, 0) : type;
}

function acceptsNull(type: Type): boolean {
  switch (type.kind) {
    case "null":
    case "struct":
    case "any":
    case "opaque":
    case "duration":
    case "timestamp":
    case "wrapper":
      return true;
    default:
      return false;
  }
}

/** Of two types that fit each other, the one that says less. */
export function mostGeneral(a: Type, b: Type): Type {
  return saysNoMore(a, b) ? a : b;
}

function saysNoMore(a: Type, b: Type): boolean {
  if (a.kind === "dyn" || a.kind === "param") return true;
  if (b.kind === "dyn" || b.kind === "param") return false;
  // a wrapper takes null besides, so it is the wider of the two
  if (b.kind === "null") return true;
  if (a.kind === "wrapper" && b.kind !== "wrapper") return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === "type") return true;
  if (a.kind === "opaque" || a.kind === "list" || a.kind === "map") {
    return a.name === b.name && a.params.length === b.params.length && a.params.every((p, i) => saysNoMore(p, param(b, i)));
  }
  return sameType(a, b);
}
