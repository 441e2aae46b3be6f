import { operator } from "./ast.ts";
import type { CallExpr, ComprehensionExpr, Expr, ListExpr, MapExpr } from "./ast.ts";
import { price } from "./cost.ts";
import type { CallEstimate, CostRange, SizeRange, SizedNode } from "./declaration.ts";
import type { CheckedExpression } from "./environment.ts";
import { standardEstimate } from "./estimate-standard.ts";
import { unusedVariable } from "./macro.ts";
import { add, anySize, fixed, multiply, union } from "./range.ts";
import { stringSize } from "./size.ts";
import { dynType, param } from "./types.ts";
import type { Type } from "./types.ts";

/** A step from a variable to a part of it: a field's name, or one of these. */
export type Path = readonly string[];
/** Steps that are no field: the items of a list, the keys and the values of a map. */
export const pathItems = "@items";
export const pathKeys = "@keys";
export const pathValues = "@values";

/** What is declared about the sizes of variables and their parts; undefined where nothing is. */
export type SizeHint = (path: Path) => SizeRange | undefined;

/** What an expression may cost, at least and at most, found without running it. */
export function estimateCost(checked: CheckedExpression, hint: SizeHint = () => undefined): CostRange {
  return new Estimator(checked, hint).cost(checked.expr);
}

/** Sizes of a container's keys or indices and of its values. */
interface EntrySizes {
  readonly key: SizeRange;
  readonly value: SizeRange;
}

interface Local {
  readonly name: string;
  readonly path: Path | undefined;
  readonly size: SizeRange | undefined;
  readonly entries: EntrySizes | undefined;
}

const scalars = new Set(["bool", "double", "duration", "int", "timestamp", "uint"]);

class Estimator {
  readonly #checked: CheckedExpression;
  readonly #hint: SizeHint;
  readonly #paths = new Map<number, Path>();
  readonly #sizes = new Map<number, SizeRange>();
  readonly #entries = new Map<number, EntrySizes>();
  readonly #locals: Local[] = [];

  constructor(checked: CheckedExpression, hint: SizeHint) {
    this.#checked = checked;
    this.#hint = hint;
  }

  cost(expr: Expr): CostRange {
    switch (expr.kind) {
      case "const":
        return fixed(price.constant);
      case "ident":
        return this.#ident(expr.id, expr.name);
      case "select":
        return this.#select(expr);
      case "call":
        return this.#call(expr);
      case "list":
        return this.#list(expr);
      case "map":
        return this.#map(expr);
      case "struct":
        return expr.fields.reduce((sum, field) => add(sum, this.cost(field.value)), fixed(price.struct));
      case "comprehension":
        return isNaming(expr) ? this.#naming(expr) : this.#loop(expr);
    }
  }

  #type(expr: Expr): Type {
    return this.#checked.types[expr.id] ?? dynType;
  }

  #ident(id: number, name: string): CostRange {
    const local = this.#locals.findLast((each) => each.name === name);
    if (local === undefined) this.#paths.set(id, [name]);
    else {
      if (local.path !== undefined) this.#paths.set(id, local.path);
      if (local.size !== undefined) this.#sizes.set(id, local.size);
      if (local.entries !== undefined) this.#entries.set(id, local.entries);
    }
    return fixed(price.select);
  }

  #select(expr: Expr & { kind: "select" }): CostRange {
    const reference = this.#checked.references.get(expr.id);
    if (reference !== undefined) {
      // a name with dots in it
      return reference.kind === "variable" ? this.#ident(expr.id, reference.name) : fixed(price.constant);
    }
    const operand = this.cost(expr.operand);
    if (expr.testOnly) return add(operand, fixed(this.#checked.environment.presenceTestCost ? price.select : 0));
    const path = this.#paths.get(expr.operand.id);
    if (path !== undefined) this.#paths.set(expr.id, [...path, expr.field]);
    const { kind } = this.#type(expr.operand);
    return kind === "map" || kind === "struct" || kind === "param" ? add(operand, fixed(price.select)) : operand;
  }

  #list(expr: ListExpr): CostRange {
    let cost: CostRange = fixed(price.list);
    let size: SizeRange | undefined;
    for (const element of expr.elements) {
      cost = add(cost, this.cost(element));
      const own = this.#sizeOf(element) ?? this.#fallback(element);
      size = size === undefined ? own : union(size, own);
    }
    this.#entries.set(expr.id, { key: fixed(1), value: size ?? fixed(0) });
    return cost;
  }

  #map(expr: MapExpr): CostRange {
    let cost: CostRange = fixed(price.map);
    let entries: EntrySizes | undefined;
    for (const entry of expr.entries) {
      cost = add(cost, add(this.cost(entry.key), this.cost(entry.value)));
      const key = this.#sizeOf(entry.key) ?? this.#fallback(entry.key);
      const value = this.#sizeOf(entry.value) ?? this.#fallback(entry.value);
      entries = entries === undefined ? { key, value } : { key: union(entries.key, key), value: union(entries.value, value) };
    }
    this.#entries.set(expr.id, entries ?? { key: fixed(0), value: fixed(0) });
    return cost;
  }

  #fallback(expr: Expr): SizeRange {
    return scalars.has(this.#type(expr).kind) ? fixed(1) : anySize;
  }

  /** A size that is known: computed, written down, or declared. */
  #sizeOf(expr: Expr): SizeRange | undefined {
    const computed = this.#sizes.get(expr.id);
    if (computed !== undefined) return computed;
    const written = literalSize(expr);
    if (written !== undefined) return fixed(written);
    const path = this.#paths.get(expr.id);
    return path === undefined ? undefined : this.#hint(path);
  }

  #node(expr: Expr): SizedNode {
    const type = this.#type(expr);
    const path = this.#paths.get(expr.id);
    return {
      type,
      size: this.#sizeOf(expr) ?? this.#fallback(expr),
      literal: expr.kind === "const" ? expr.value : undefined,
      element: type.kind === "list" ? this.#elementNode(param(type, 0), path, this.#entries.get(expr.id)?.value) : undefined,
    };
  }

  #elementNode(type: Type, path: Path | undefined, known: SizeRange | undefined): SizedNode {
    const inner = path === undefined ? undefined : [...path, pathItems];
    const declared = inner === undefined ? undefined : this.#hint(inner);
    const size = known ?? declared ?? (scalars.has(type.kind) ? fixed(1) : anySize);
    const element = type.kind === "list" ? this.#elementNode(param(type, 0), inner, undefined) : undefined;
    return { type, size, declared, literal: undefined, element };
  }

  #call(expr: CallExpr): CostRange {
    const reference = this.#checked.references.get(expr.id);
    const global = reference?.kind === "call" && reference.global;
    const nodes = expr.target === undefined || global ? expr.args : [expr.target, ...expr.args];
    const costs = nodes.map((node) => this.cost(node));
    if (reference?.kind !== "call") return fixed(0);
    const args = nodes.map((node) => this.#node(node));
    const ids =
      expr.name === operator.equals || expr.name === operator.notEquals
        ? [reference.overloads[0]?.id ?? ""]
        : reference.overloads.map((overload) => overload.id);
    let cost: CostRange | undefined;
    let size: SizeRange | undefined;
    for (const id of ids) {
      const estimate = this.#overload(reference.fn.name, id, args, costs);
      cost = cost === undefined ? estimate.cost : union(cost, estimate.cost);
      if (estimate.resultSize !== undefined) size = size === undefined ? estimate.resultSize : union(size, estimate.resultSize);
      this.#trackIndex(expr, id);
    }
    if (size !== undefined) this.#sizes.set(expr.id, size);
    if (ids.includes("add_list")) this.#joinEntries(expr);
    return cost ?? fixed(0);
  }

  #overload(name: string, id: string, args: readonly SizedNode[], costs: readonly CostRange[]): CallEstimate {
    const { environment } = this.#checked;
    const own = environment.findCost(id)?.estimate?.(args, id) ?? environment.findCost(name)?.estimate?.(args, id);
    const [first = fixed(0), second = fixed(0), third = fixed(0)] = costs;
    if (own === undefined && (id === "logical_and" || id === "logical_or")) {
      return { cost: { min: first.min, max: add(first, second).max } };
    }
    if (own === undefined && id === "conditional") {
      const resultSize = union(args[1]?.size ?? anySize, args[2]?.size ?? anySize);
      return { cost: add(first, union(second, third)), resultSize };
    }
    const estimate = own ?? standardEstimate(id, args);
    return { ...estimate, cost: costs.reduce<CostRange>(add, estimate.cost) };
  }

  /** The path and size of an element of something. */
  #trackIndex(expr: CallExpr, id: string): void {
    const part = id === "index_list" ? pathItems : id === "index_map" ? pathValues : undefined;
    const container = expr.args[0];
    if (part === undefined || container === undefined) return;
    const path = this.#paths.get(container.id);
    if (path !== undefined) this.#paths.set(expr.id, [...path, part]);
    const entries = this.#entries.get(container.id);
    if (entries !== undefined) this.#sizes.set(expr.id, entries.value);
  }

  #joinEntries(expr: CallExpr): void {
    const [left, right] = expr.args.map((arg) => this.#entries.get(arg.id));
    if (left === undefined && right === undefined) return;
    const empty = expr.args.map((arg) => this.#sizes.get(arg.id)?.max === 0 || (arg.kind === "list" && arg.elements.length === 0));
    const value =
      empty[0] === true || left === undefined ? right?.value : right === undefined ? left.value : union(left.value, right.value);
    if (value !== undefined) this.#entries.set(expr.id, { key: fixed(1), value });
  }

  #local(name: string, expr: Expr): Local {
    const written = literalSize(expr);
    const size = this.#sizes.get(expr.id) ?? (written === undefined ? undefined : fixed(written));
    return { name, path: this.#paths.get(expr.id), size, entries: this.#entries.get(expr.id) };
  }

  /** A loop that only names a value. */
  #naming(expr: ComprehensionExpr): CostRange {
    const cost = add(fixed(price.select), this.cost(expr.init));
    this.#locals.push(this.#local(expr.accumulator, expr.init));
    const sum = add(cost, this.cost(expr.result));
    this.#locals.pop();
    const size = this.#sizes.get(expr.result.id);
    if (size !== undefined) this.#sizes.set(expr.id, size);
    const entries = this.#entries.get(expr.result.id);
    if (entries !== undefined) this.#entries.set(expr.id, entries);
    return sum;
  }

  #loop(expr: ComprehensionExpr): CostRange {
    const before = add(this.cost(expr.range), this.cost(expr.init));
    this.#locals.push({ name: expr.accumulator, path: undefined, size: undefined, entries: undefined });
    const depth = this.#locals.length;
    for (const local of this.#iteration(expr)) this.#locals.push(local);
    const turn = add(this.cost(expr.condition), this.cost(expr.step));
    this.#locals.length = depth;
    const result = this.cost(expr.result);
    this.#locals.pop();
    const turns = this.#sizeOf(expr.range) ?? anySize;
    if (expr.init.kind === "const") this.#sizes.set(expr.id, fixed(1));
    if (expr.init.kind === "list" || expr.init.kind === "map") {
      this.#sizes.set(expr.id, turns);
      const entries = this.#entries.get(expr.step.id);
      if (entries !== undefined) this.#entries.set(expr.id, entries);
    }
    return add(add(before, result), multiply(turns, turn));
  }

  /** What is known of the variables of a loop. */
  #iteration(expr: ComprehensionExpr): Local[] {
    const overMap = this.#type(expr.range).kind === "map";
    const path = this.#paths.get(expr.range.id);
    const entries = this.#entries.get(expr.range.id);
    const part = (name: string, step: string, size: SizeRange | undefined): Local => ({
      name,
      path: path === undefined ? undefined : [...path, step],
      size: path === undefined ? size : undefined,
      entries: undefined,
    });
    const keys = part(expr.variable, pathKeys, entries?.key);
    const values = (name: string): Local => part(name, overMap ? pathValues : pathItems, entries?.value);
    if (expr.variable2 === undefined) return [overMap ? keys : values(expr.variable)];
    const index: Local = { name: expr.variable, path: undefined, size: fixed(1), entries: undefined };
    return [overMap ? keys : index, values(expr.variable2)];
  }
}

function literalSize(expr: Expr): number | undefined {
  switch (expr.kind) {
    case "const":
      if (typeof expr.value === "string") return stringSize(expr.value);
      if (expr.value instanceof Uint8Array) return expr.value.length;
      return expr.value === null ? undefined : 1;
    case "list":
      return expr.elements.length;
    case "map":
      return expr.entries.length;
    default:
      return undefined;
  }
}

function isNaming(expr: ComprehensionExpr): boolean {
  return (
    expr.variable === unusedVariable &&
    expr.range.kind === "list" &&
    expr.range.elements.length === 0 &&
    expr.condition.kind === "const" &&
    expr.condition.value === false &&
    expr.step.kind === "ident" &&
    expr.step.name === expr.accumulator
  );
}
