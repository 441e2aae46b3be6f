import type { Literal } from "./ast.ts";
import type { Macros } from "./macro.ts";
import type { Type } from "./types.ts";
import type { StructValue, Value } from "./value.ts";

/** What a function does. It may throw EvalError; arguments are already of the overload's types. */
export type Implementation = (...args: Value[]) => Value;

/** One signature of a function. */
export interface Overload {
  /** The name that costs go by, such as add_int64. */
  readonly id: string;
  /** Called as first.name(rest). */
  readonly member: boolean;
  readonly args: readonly Type[];
  readonly result: Type;
  /** Absent where the function has one implementation for all overloads. */
  readonly run?: Implementation;
  /** Instead of run: asks for the arguments it needs. Such a call costs nothing but its arguments. */
  readonly lazy?: (...args: (() => Value)[]) => Value;
}

/** A function with all its signatures. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
  /** For all overloads: looks at the values itself and throws noSuchOverload for what it does not take. */
  readonly run?: Implementation;
}

/** How large a value may be, in elements or characters. */
export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

/** How dear something may be, in units of cost. */
export interface CostRange {
  readonly min: number;
  readonly max: number;
}

/** An argument as a cost estimate sees it. */
export interface SizedNode {
  readonly type: Type;
  /** How large it may be: a constant's size, a computed or declared one, 1 for a scalar, else anything. */
  readonly size: SizeRange;
  /** Of an element of a list: what is declared of its size, whatever else is known of it. */
  readonly declared?: SizeRange | undefined;
  /** The value where the argument is a literal. */
  readonly literal: Literal | undefined;
  /** The elements of a list, all as one. */
  readonly element: SizedNode | undefined;
}

/** What a call may cost and how large its result may be, before it runs. */
export interface CallEstimate {
  readonly cost: CostRange;
  readonly resultSize?: SizeRange;
}

/** The cost of one function (by its name) or overload (by its id), when it has run and before. */
export interface FunctionCost {
  /** What a call costs, charged before it runs, so that nothing runs that cannot be paid; undefined: what it costs in the language. */
  readonly actual?: (args: readonly Value[], overload: string) => number | undefined;
  /** Instead of `actual`, where the cost shows only in the result. */
  readonly actualOfResult?: (result: Value) => number;
  /** What a call may cost, without its arguments; the receiver of a member call comes first among them. */
  readonly estimate?: (args: readonly SizedNode[], overload: string) => CallEstimate | undefined;
}

/** A set of functions, macros, names and costs that an environment may be built from. */
export interface Library {
  readonly functions?: readonly FunctionDeclaration[];
  readonly macros?: Macros;
  /** Names with a fixed value, such as the names of types. */
  readonly constants?: ReadonlyMap<string, { readonly type: Type; readonly value: Value }>;
  /** By function name or overload id; the id wins. */
  readonly costs?: ReadonlyMap<string, FunctionCost>;
}

/** Where struct types come from. Names are full names. */
export interface TypeProvider {
  /** The type of that name, if there is one: a struct, or what a well-known message stands for. */
  findType(name: string): Type | undefined;
  /** The type of a field, undefined where the struct has none of that name. */
  findField(struct: string, field: string): Type | undefined;
  /** The names of a struct's fields (for messages and completion); optional. */
  fieldNames?(struct: string): readonly string[];
  /** A named constant, such as an enum's. */
  findConstant?(name: string): { readonly type: Type; readonly value: Value } | undefined;
  /** Makes a struct from its fields, or throws EvalError. Absent: no struct can be made in an expression. */
  create?(name: string, fields: ReadonlyMap<string, Value>): StructValue | Value;
}

/** Writes a function with overloads; member ones take their target as the first argument. */
export function fn(name: string, overloads: readonly Overload[], run?: Implementation): FunctionDeclaration {
  return run === undefined ? { name, overloads } : { name, overloads, run };
}

/** An overload that is called by its name alone. */
export function globalOverload(id: string, args: readonly Type[], result: Type, run?: Implementation): Overload {
  return run === undefined ? { id, member: false, args, result } : { id, member: false, args, result, run };
}

/** An overload that is called on its first argument. */
export function memberOverload(id: string, args: readonly Type[], result: Type, run?: Implementation): Overload {
  return run === undefined ? { id, member: true, args, result } : { id, member: true, args, result, run };
}
