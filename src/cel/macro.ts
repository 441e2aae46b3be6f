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

/** The variable of a loop that never turns; no source can name it. */
export const unusedVariable = "#unused";

/** The tree is deeper than it may be. */
export class DepthFault {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** Makes nodes with ids that are unique in one expression, up to a depth of the tree. */
export class NodeMaker {
  readonly #maxDepth: number;
  /** How deep the tree below each node is, by id. What a macro adds does not count. */
  readonly #heights: number[] = [];
  #levels = 1;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** One more than the highest id. */
  get count(): number {
    return this.#heights.length;
  }

  /** An id for a node over these. Throws DepthFault where the tree gets too deep. */
  id(...below: readonly { readonly id: number }[]): number {
    let height = 0;
    for (const node of below) height = Math.max(height, this.#heights[node.id] ?? 0);
    height += this.#levels;
    if (height > this.#maxDepth) throw new DepthFault("max recursion depth exceeded");
    return this.#heights.push(height) - 1;
  }

  constant(offset: number, value: Literal): Expr {
    return { kind: "const", id: this.id(), offset, value };
  }

  ident(offset: number, name: string): Expr {
    return { kind: "ident", id: this.id(), offset, name };
  }

  select(offset: number, operand: Expr, field: string, testOnly = false): Expr {
    return { kind: "select", id: this.id(operand), offset, operand, field, testOnly };
  }

  call(offset: number, name: string, args: readonly Expr[], target?: Expr): CallExpr {
    const id = target === undefined ? this.id(...args) : this.id(target, ...args);
    return { kind: "call", id, offset, target, name, args };
  }

  list(offset: number, elements: readonly Expr[], optional: ReadonlySet<number> = noneOptional): Expr {
    return { kind: "list", id: this.id(...elements), offset, elements, optional };
  }

  map(offset: number, entries: readonly MapEntry[]): MapExpr {
    return { kind: "map", id: this.id(...entries), offset, entries };
  }

  struct(offset: number, name: string, fields: readonly StructField[]): Expr {
    return { kind: "struct", id: this.id(...fields), offset, name, fields };
  }

  loop(offset: number, loop: Omit<ComprehensionExpr, "kind" | "id" | "offset">): Expr {
    const id = this.id(loop.range, loop.init, loop.condition, loop.step, loop.result);
    return { kind: "comprehension", id, offset, ...loop };
  }

  /** Lets a macro make nodes that all stand at one place: where it is called. */
  expand<T>(offset: number, macro: (make: PlacedMaker) => T): T {
    this.#levels = 0;
    try {
      return macro(new PlacedMaker(this, offset));
    } finally {
      this.#levels = 1;
    }
  }
}

const noneOptional: ReadonlySet<number> = new Set();

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
    return this.#make.loop(this.#offset, { variable2: undefined, ...loop });
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
