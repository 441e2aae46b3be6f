import { operator, qualifiedName } from "./ast.ts";
import type { CallExpr, ComprehensionExpr, Expr, IdentExpr, ListExpr, Literal, MapExpr, SelectExpr, StructExpr } from "./ast.ts";
import { Substitutions, isDynOrError, mostGeneral } from "./assign.ts";
import type { FunctionDeclaration, Overload } from "./declaration.ts";
import type { Environment } from "./environment.ts";
import type { Issue } from "./source.ts";
import * as t from "./types.ts";
import type { Type } from "./types.ts";
import { Uint, type Value } from "./value.ts";

/** What checking found out about each node, by its id. */
export interface Checked {
  readonly expr: Expr;
  readonly types: readonly (Type | undefined)[];
  /** What a name or call refers to. */
  readonly references: ReadonlyMap<number, Reference>;
  readonly nodes: number;
}

/** What a name or call refers to. */
export type Reference =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "constant"; readonly name: string; readonly value: Value }
  | { readonly kind: "struct"; readonly name: string }
  | { readonly kind: "call"; readonly fn: FunctionDeclaration; readonly overloads: readonly Overload[]; readonly global: boolean };

/** Gives every node its type and every name its meaning; what does not fit comes back as issues. */
export function checkExpression(
  expr: Expr,
  environment: Environment,
  nodes: number,
): { readonly checked: Checked; readonly issues: readonly Issue[] } {
  const checker = new Checker(environment, nodes);
  return { checked: checker.run(expr, nodes), issues: checker.issues };
}

class Checker {
  readonly issues: Issue[] = [];
  readonly #environment: Environment;
  readonly #types: (Type | undefined)[];
  readonly #references = new Map<number, Reference>();
  readonly #substitutions = new Substitutions();
  readonly #scopes: { readonly name: string; readonly type: Type }[] = [];

  constructor(environment: Environment, nodes: number) {
    this.#environment = environment;
    this.#types = new Array<Type | undefined>(nodes);
  }

  run(expr: Expr, nodes: number): Checked {
    this.#check(expr);
    const types = this.#types.map((type) => (type === undefined ? undefined : this.#substitutions.apply(type, true)));
    return { expr, types, references: this.#references, nodes };
  }

  #fault(at: { readonly offset: number }, message: string): void {
    this.issues.push({ offset: at.offset, message });
  }

  #type(node: { readonly id: number }): Type {
    return this.#types[node.id] ?? t.dynType;
  }

  #set(node: { readonly id: number }, type: Type): void {
    this.#types[node.id] = type;
  }

  #check(expr: Expr): void {
    switch (expr.kind) {
      case "const":
        return this.#set(expr, literalType(expr.value));
      case "ident":
        return this.#ident(expr);
      case "select":
        return this.#select(expr);
      case "call":
        return this.#call(expr);
      case "list":
        return this.#list(expr);
      case "map":
        return this.#map(expr);
      case "struct":
        return this.#struct(expr);
      case "comprehension":
        return this.#comprehension(expr);
    }
  }

  /** What a name means: the variable of a loop around it, then variables, names of types and constants. */
  #lookup(name: string): { readonly type: Type; readonly reference: Reference } | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const scope = this.#scopes[i];
      if (scope?.name === name) return { type: scope.type, reference: { kind: "variable", name } };
    }
    for (const candidate of this.#environment.candidates(name)) {
      const type = this.#environment.findVariable(candidate);
      if (type !== undefined) return { type, reference: { kind: "variable", name: candidate } };
      const constant = this.#environment.findConstant(candidate);
      if (constant !== undefined) {
        return { type: constant.type, reference: { kind: "constant", name: candidate, value: constant.value } };
      }
    }
    return undefined;
  }

  #undeclared(at: { readonly offset: number }, name: string): void {
    this.#fault(at, `undeclared reference to '${name}' (in container '${this.#environment.container}')`);
  }

  #ident(expr: IdentExpr): void {
    const found = this.#lookup(expr.name);
    if (found === undefined) {
      this.#set(expr, t.errorType);
      this.#undeclared(expr, expr.name);
      return;
    }
    this.#set(expr, found.type);
    this.#references.set(expr.id, found.reference);
  }

  #select(expr: SelectExpr): void {
    if (!expr.testOnly) {
      const name = qualifiedName(expr);
      const found = name === undefined ? undefined : this.#lookup(name);
      if (found !== undefined && !this.#shadowed(name ?? "")) {
        this.#set(expr, found.type);
        this.#references.set(expr.id, found.reference);
        return;
      }
    }
    this.#check(expr.operand);
    const type = this.#field(expr, this.#type(expr.operand), expr.field, false);
    this.#set(expr, expr.testOnly ? t.boolType : this.#substitutions.apply(type, false));
  }

  /** a.b.c is a field of a loop's variable a, whatever else it may be the name of. */
  #shadowed(name: string): boolean {
    const first = name.slice(0, Math.max(name.indexOf("."), 0));
    return first !== "" && this.#scopes.some((scope) => scope.name === first);
  }

  #field(at: { readonly offset: number }, operand: Type, field: string, optional: boolean): Type {
    const applied = this.#substitutions.apply(operand, false);
    const wrapped = t.isOptional(applied);
    const target = wrapped ? t.param(applied, 0) : applied;
    let type: Type = t.dynType;
    switch (target.kind) {
      case "dyn":
      case "any":
      case "error":
        break;
      case "map":
        type = t.param(target, 1);
        break;
      case "struct": {
        const provider = this.#environment.types;
        if (provider?.findType(target.name) === undefined) {
          this.#fault(at, `unexpected failed resolution of '${target.name}'`);
          type = t.errorType;
          break;
        }
        const found = provider.findField(target.name, field);
        if (found === undefined) this.#fault(at, `undefined field '${field}'`);
        type = found ?? t.errorType;
        break;
      }
      case "param":
        this.#substitutions.assignable(t.dynType, target);
        break;
      default:
        this.#fault(at, `type '${t.formatType(target)}' does not support field selection`);
    }
    return wrapped || optional ? t.optionalType(type) : type;
  }

  #call(expr: CallExpr): void {
    if (expr.name === operator.optionalSelect) return this.#optionalSelect(expr);
    for (const arg of expr.args) this.#check(arg);
    const { target } = expr;
    if (target === undefined) {
      const fn = this.#function(expr.name);
      if (fn === undefined) {
        this.#set(expr, t.errorType);
        return this.#undeclared(expr, expr.name);
      }
      return this.#resolve(expr, fn, undefined, expr.args, true);
    }
    // a.b.c(x) may be the function c of the namespace a.b
    const prefix = qualifiedName(target);
    if (prefix !== undefined) {
      const fn = this.#function(`${prefix}.${expr.name}`);
      if (fn !== undefined) return this.#resolve(expr, fn, undefined, expr.args, true);
    }
    this.#check(target);
    const fn = this.#function(expr.name);
    if (fn === undefined) {
      this.#set(expr, t.errorType);
      return this.#undeclared(expr, expr.name);
    }
    this.#resolve(expr, fn, target, expr.args, false);
  }

  #function(name: string): FunctionDeclaration | undefined {
    for (const candidate of this.#environment.candidates(name)) {
      const fn = this.#environment.findFunction(candidate);
      if (fn !== undefined) return fn;
    }
    return undefined;
  }

  #optionalSelect(expr: CallExpr): void {
    const [operand, field] = expr.args;
    if (operand === undefined || field?.kind !== "const" || typeof field.value !== "string") {
      this.#set(expr, t.errorType);
      return this.#fault(expr, "unsupported optional field selection");
    }
    this.#check(operand);
    this.#check(field);
    const type = this.#field(expr, this.#type(operand), field.value, true);
    this.#set(expr, this.#substitutions.apply(type, false));
    const fn = this.#environment.findFunction(operator.optionalSelect);
    if (fn === undefined) return this.#undeclared(expr, expr.name);
    this.#references.set(expr.id, { kind: "call", fn, overloads: fn.overloads, global: true });
  }

  #resolve(expr: CallExpr, fn: FunctionDeclaration, target: Expr | undefined, args: readonly Expr[], global: boolean): void {
    const nodes = target === undefined ? args : [target, ...args];
    if (expr.name === operator.and || expr.name === operator.or) {
      let fits = true;
      for (const arg of args) fits = this.#expect(arg, t.boolType) && fits;
      this.#set(expr, fits ? t.boolType : t.errorType);
      this.#references.set(expr.id, { kind: "call", fn, overloads: fn.overloads, global });
      return;
    }
    const types = nodes.map((node) => this.#type(node));
    const matching: Overload[] = [];
    let result: Type | undefined;
    for (const overload of fn.overloads) {
      if (overload.member !== (target !== undefined) || overload.args.length !== types.length) continue;
      if (!this.#environment.mixedNumbers && mixesNumbers(fn.name, overload)) continue;
      const { params, returns } = this.#instantiate(overload);
      if (!this.#substitutions.assignableAll(types, params)) continue;
      matching.push(overload);
      const applied = this.#substitutions.apply(returns, false);
      if (result === undefined) result = applied;
      else if (result.kind !== "dyn" && !t.sameType(applied, result)) result = t.dynType;
    }
    if (result === undefined) {
      const shown = types.map((type) => t.formatType(this.#substitutions.apply(type, true)));
      const receiver = target === undefined ? "" : `${shown.shift() ?? ""}.`;
      this.#fault(expr, `found no matching overload for '${fn.name}' applied to '${receiver}(${shown.join(", ")})'`);
      return this.#set(expr, t.errorType);
    }
    this.#set(expr, result);
    this.#references.set(expr.id, { kind: "call", fn, overloads: matching, global });
  }

  /** An overload's types with fresh variables for its parameters. */
  #instantiate(overload: Overload): { readonly params: readonly Type[]; readonly returns: Type } {
    if (!overload.args.some(hasParam) && !hasParam(overload.result)) return { params: overload.args, returns: overload.result };
    const fresh = new Map<string, Type>();
    const replace = (type: Type): Type => {
      if (type.kind === "param") {
        const known = fresh.get(type.name) ?? this.#substitutions.fresh();
        fresh.set(type.name, known);
        return known;
      }
      return type.params.length === 0 ? type : { ...type, params: type.params.map(replace) };
    };
    return { params: overload.args.map(replace), returns: replace(overload.result) };
  }

  #expect(node: Expr, wanted: Type): boolean {
    const found = this.#type(node);
    if (this.#substitutions.assignable(wanted, found)) return true;
    const shown = [wanted, found].map((type) => t.formatType(this.#substitutions.apply(type, false)));
    this.#fault(node, `expected type '${shown[0]}' but found '${shown[1]}'`);
    return false;
  }

  #list(expr: ListExpr): void {
    let element: Type | undefined;
    expr.elements.forEach((item, i) => {
      this.#check(item);
      element = this.#join(item, element, this.#unwrap(item, expr.optional.has(i)));
    });
    this.#set(expr, t.listType(element ?? this.#substitutions.fresh()));
  }

  #map(expr: MapExpr): void {
    let key: Type | undefined;
    let value: Type | undefined;
    for (const entry of expr.entries) {
      this.#check(entry.key);
      key = this.#join(entry.key, key, this.#type(entry.key));
      this.#check(entry.value);
      value = this.#join(entry.value, value, this.#unwrap(entry.value, entry.optional));
    }
    this.#set(expr, t.mapType(key ?? this.#substitutions.fresh(), value ?? this.#substitutions.fresh()));
  }

  /** The type of an element, inside the optional where it is marked as one. */
  #unwrap(node: Expr, optional: boolean): Type {
    const type = this.#substitutions.apply(this.#type(node), false);
    if (!optional) return type;
    if (t.isOptional(type)) return t.param(type, 0);
    if (!isDynOrError(type)) {
      const wanted = t.formatType(t.optionalType(type));
      this.#fault(node, `expected type '${wanted}' but found '${t.formatType(type)}'`);
    }
    return type;
  }

  #join(node: Expr, previous: Type | undefined, current: Type): Type {
    if (previous === undefined) return current;
    if (this.#substitutions.assignable(previous, current)) return mostGeneral(previous, current);
    if (!this.#environment.homogeneousLiterals) return t.dynType;
    const shown = [previous, current].map((type) => t.formatType(this.#substitutions.apply(type, false)));
    this.#fault(node, `expected type '${shown[0]}' but found '${shown[1]}'`);
    return previous;
  }

  #struct(expr: StructExpr): void {
    let type: Type = t.errorType;
    const provider = this.#environment.types;
    const name = this.#environment.candidates(expr.name).find((candidate) => provider?.findType(candidate) !== undefined);
    const found = name === undefined ? undefined : provider?.findType(name);
    if (name === undefined || found === undefined) {
      const other = this.#lookup(expr.name);
      if (other === undefined) this.#undeclared(expr, expr.name);
      else if (other.type.kind !== "type") this.#fault(expr, `'${t.formatType(other.type)}' is not a type`);
      else this.#fault(expr, `'${t.formatType(t.param(other.type, 0))}' is not a message type`);
    } else {
      type = found;
      this.#references.set(expr.id, { kind: "struct", name });
    }
    this.#set(expr, type);
    if (name === undefined) return;
    for (const field of expr.fields) {
      this.#check(field.value);
      const wanted = provider?.findField(name, field.name);
      if (wanted === undefined) {
        this.#fault(field, `undefined field '${field.name}'`);
        continue;
      }
      const given = this.#unwrap(field.value, field.optional);
      if (!this.#substitutions.assignable(wanted, given)) {
        const shown = [wanted, given].map((each) => t.formatType(this.#substitutions.apply(each, true)));
        this.#fault(field, `expected type of field '${field.name}' is '${shown[0]}' but provided type is '${shown[1]}'`);
      }
    }
  }

  #comprehension(expr: ComprehensionExpr): void {
    this.#check(expr.range);
    this.#check(expr.init);
    const range = this.#substitutions.apply(this.#type(expr.range), false);
    let first: Type = t.dynType;
    let second: Type = t.dynType;
    switch (range.kind) {
      case "list":
        first = expr.variable2 === undefined ? t.param(range, 0) : t.intType;
        second = t.param(range, 0);
        break;
      case "map":
        first = t.param(range, 0);
        second = t.param(range, 1);
        break;
      case "dyn":
      case "error":
      case "any":
      case "param":
        this.#substitutions.assignable(t.dynType, range);
        break;
      default:
        first = second = t.errorType;
        this.#fault(
          expr.range,
          `expression of type '${t.formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
    }
    this.#scopes.push({ name: expr.accumulator, type: this.#type(expr.init) });
    this.#scopes.push({ name: expr.variable, type: first });
    if (expr.variable2 !== undefined) this.#scopes.push({ name: expr.variable2, type: second });
    this.#check(expr.condition);
    this.#expect(expr.condition, t.boolType);
    this.#check(expr.step);
    this.#expect(expr.step, this.#type(expr.init));
    if (expr.variable2 !== undefined) this.#scopes.pop();
    this.#scopes.pop();
    this.#check(expr.result);
    this.#scopes.pop();
    this.#set(expr, this.#substitutions.apply(this.#type(expr.result), false));
  }
}

function hasParam(type: Type): boolean {
  return type.kind === "param" || type.params.some(hasParam);
}

const ordering = new Set<string>([operator.less, operator.lessEquals, operator.greater, operator.greaterEquals]);
const numbers = new Set(["int", "uint", "double"]);

function mixesNumbers(name: string, overload: Overload): boolean {
  const [a, b] = overload.args;
  return ordering.has(name) && a !== undefined && b !== undefined && numbers.has(a.kind) && a.kind !== b.kind;
}

function literalType(value: Literal): Type {
  switch (typeof value) {
    case "boolean":
      return t.boolType;
    case "number":
    case "bigint":
      return t.intType;
    case "string":
      return t.stringType;
    default:
      if (value === null) return t.nullType;
      if (value instanceof Uint8Array) return t.bytesType;
      return value instanceof Uint ? t.uintType : t.doubleType;
  }
}
