import type { CallExpr, ComprehensionExpr, Expr, Literal, MapEntry, MapExpr, StructField } from "./ast.ts";

/** An argument that a macro cannot take; an offset below 0 means the macro itself. */
export class MacroFault {
  readonly offset: number;
  readonly message: string;
  constructor(offset: number, message: string) {
    this.offset = offset;
    this.message = message;
  }
}

/** Rewrites a call; undefined leaves the call as it is. Throws MacroFault for arguments that make no sense. */
export type Macro = (make: PlacedMaker, args: readonly Expr[], target: Expr | undefined) => Expr | undefined;

/** Macros by `name/number of arguments/global or member`. */
export type Macros = ReadonlyMap<string, Macro>;

/** The variable in which a loop gathers its result; no source can name it. */
export const accumulatorName = "@result";

/** Makes nodes with ids that are unique in one expression. */
export class NodeMaker {
  count = 0;

  nextId(): number {
    return this.count++;
  }

  constant(offset: number, value: Literal): Expr {
    return { kind: "const", id: this.nextId(), offset, value };
  }

  ident(offset: number, name: string): Expr {
    return { kind: "ident", id: this.nextId(), offset, name };
  }

  select(offset: number, operand: Expr, field: string, testOnly = false): Expr {
    return { kind: "select", id: this.nextId(), offset, operand, field, testOnly };
  }

  call(offset: number, name: string, args: readonly Expr[], target?: Expr): CallExpr {
    return { kind: "call", id: this.nextId(), offset, target, name, args };
  }

  list(offset: number, elements: readonly Expr[], optional: ReadonlySet<number> = new Set()): Expr {
    return { kind: "list", id: this.nextId(), offset, elements, optional };
  }

  map(offset: number, entries: readonly MapEntry[]): MapExpr {
    return { kind: "map", id: this.nextId(), offset, entries };
  }

  struct(offset: number, name: string, fields: readonly StructField[]): Expr {
    return { kind: "struct", id: this.nextId(), offset, name, fields };
  }

  /** A maker of nodes that all stand at one place: what a macro makes stands where the macro is called. */
  at(offset: number): PlacedMaker {
    return new PlacedMaker(this, offset);
  }
}

type Loop = Omit<ComprehensionExpr, "kind" | "id" | "offset" | "variable2"> & { readonly variable2?: string };

/** A NodeMaker for one place in the source. */
export class PlacedMaker {
  readonly #make: NodeMaker;
  readonly #offset: number;

  constructor(make: NodeMaker, offset: number) {
    this.#make = make;
    this.#offset = offset;
  }

  constant(value: Literal): Expr {
    return this.#make.constant(this.#offset, value);
  }

  ident(name: string): Expr {
    return this.#make.ident(this.#offset, name);
  }

  accumulator(): Expr {
    return this.ident(accumulatorName);
  }

  presence(operand: Expr, field: string): Expr {
    return this.#make.select(this.#offset, operand, field, true);
  }

  call(name: string, ...args: readonly Expr[]): Expr {
    return this.#make.call(this.#offset, name, args);
  }

  member(target: Expr, name: string, ...args: readonly Expr[]): Expr {
    return this.#make.call(this.#offset, name, args, target);
  }

  list(...elements: readonly Expr[]): Expr {
    return this.#make.list(this.#offset, elements);
  }

  map(): Expr {
    return this.#make.map(this.#offset, []);
  }

  loop(loop: Loop): Expr {
    return { kind: "comprehension", id: this.#make.nextId(), offset: this.#offset, variable2: undefined, ...loop };
  }
}

/** The name of a macro's iteration variable. Throws MacroFault where the argument is not a plain name. */
export function variableName(arg: Expr | undefined, message = "argument is not an identifier"): string {
  if (arg === undefined || arg.kind !== "ident" || arg.name.startsWith(".")) throw new MacroFault(arg?.offset ?? -1, message);
  if (arg.name === "__result__" || arg.name === accumulatorName) {
    throw new MacroFault(arg.offset, "iteration variable overwrites accumulator variable");
  }
  return arg.name;
}
