import type { Double, Uint } from "./value.ts";

/** A literal's value: int is number or bigint, see value.ts. */
export type Literal = null | boolean | number | bigint | string | Uint8Array | Double | Uint;

interface Node {
  /** Unique in one expression; types, references and costs are kept beside the tree under it. */
  readonly id: number;
  /** UTF-16 offset of the token that stands for the node: the operator, the dot, the opening bracket. */
  readonly offset: number;
}

interface ConstExpr extends Node {
  readonly kind: "const";
  readonly value: Literal;
}

/** A name. */
export interface IdentExpr extends Node {
  readonly kind: "ident";
  /** With a leading dot where the source has one: looked up from the root. */
  readonly name: string;
}

/** A field of something, or whether it is there. */
export interface SelectExpr extends Node {
  readonly kind: "select";
  readonly operand: Expr;
  readonly field: string;
  /** has(operand.field) */
  readonly testOnly: boolean;
}

/** A call of a function, an operator too; with a target a member call. */
export interface CallExpr extends Node {
  readonly kind: "call";
  readonly target: Expr | undefined;
  readonly name: string;
  readonly args: readonly Expr[];
}

/** A list literal. */
export interface ListExpr extends Node {
  readonly kind: "list";
  readonly elements: readonly Expr[];
  /** Positions of elements that are there only if their optional has a value. */
  readonly optional: ReadonlySet<number>;
}

/** One entry of a map literal. */
export interface MapEntry extends Node {
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

/** A map literal. */
export interface MapExpr extends Node {
  readonly kind: "map";
  readonly entries: readonly MapEntry[];
}

/** One field of a struct literal. */
export interface StructField extends Node {
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

/** A struct literal. */
export interface StructExpr extends Node {
  readonly kind: "struct";
  readonly name: string;
  readonly fields: readonly StructField[];
}

/** A loop: what every macro over a range becomes. */
export interface ComprehensionExpr extends Node {
  readonly kind: "comprehension";
  readonly range: Expr;
  /** The element of a list, the key of a map; with a second variable, the index or key. */
  readonly variable: string;
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

/** A node of an expression. */
export type Expr = ConstExpr | IdentExpr | SelectExpr | CallExpr | ListExpr | MapExpr | StructExpr | ComprehensionExpr;

/** The names that operators have as functions. */
export const operator = {
  conditional: "_?_:_",
  and: "_&&_",
  or: "_||_",
  not: "!_",
  equals: "_==_",
  notEquals: "_!=_",
  less: "_<_",
  lessEquals: "_<=_",
  greater: "_>_",
  greaterEquals: "_>=_",
  add: "_+_",
  subtract: "_-_",
  multiply: "_*_",
  divide: "_/_",
  modulo: "_%_",
  negate: "-_",
  index: "_[_]",
  optionalSelect: "_?._",
  optionalIndex: "_[?_]",
  in: "@in",
  notStrictlyFalse: "@not_strictly_false",
} as const;

/** `a.b.c` as one name, where the expression is nothing but plain selections from an identifier. */
export function qualifiedName(expr: Expr): string | undefined {
  const parts: string[] = [];
  let node = expr;
  while (node.kind === "select") {
    if (node.testOnly) return undefined;
    parts.push(node.field);
    node = node.operand;
  }
  if (node.kind !== "ident") return undefined;
  if (parts.length === 0) return node.name;
  parts.push(node.name);
  return parts.reverse().join(".");
}
