import { qualifiedName } from "./ast.ts";
import type { Expr } from "./ast.ts";
import type { Reference } from "./checker.ts";
import type { Environment } from "./environment.ts";

/**
 * What the names of an unchecked expression mean, as far as that can be told without types: every overload of a function
 * that takes as many arguments is left to be chosen when it runs.
 */
export function resolveUnchecked(root: Expr, environment: Environment): ReadonlyMap<number, Reference> {
  const references = new Map<number, Reference>();
  const name = (expr: Expr, scope: ReadonlySet<string>): boolean => {
    const full = qualifiedName(expr);
    if (full === undefined || scope.has(full.split(".")[0] ?? "")) return false;
    for (const candidate of environment.candidates(full)) {
      if (environment.findVariable(candidate) !== undefined) {
        references.set(expr.id, { kind: "variable", name: candidate });
        return true;
      }
      const constant = environment.findConstant(candidate);
      if (constant !== undefined) {
        references.set(expr.id, { kind: "constant", name: candidate, value: constant.value });
        return true;
      }
    }
    return false;
  };
  const call = (expr: Expr & { kind: "call" }, full: string, global: boolean): boolean => {
    const member = !global && expr.target !== undefined;
    const count = expr.args.length + (member ? 1 : 0);
    for (const candidate of environment.candidates(full)) {
      const fn = environment.findFunction(candidate);
      if (fn === undefined) continue;
      const overloads = fn.overloads.filter((o) => o.member === member && o.args.length === count);
      references.set(expr.id, { kind: "call", fn, overloads, global });
      return true;
    }
    return false;
  };
  const walk = (expr: Expr, scope: ReadonlySet<string>): void => {
    switch (expr.kind) {
      case "const":
        return;
      case "ident":
        name(expr, scope);
        return;
      case "select":
        if (!expr.testOnly && name(expr, scope)) return;
        return walk(expr.operand, scope);
      case "call": {
        for (const arg of expr.args) walk(arg, scope);
        const { target } = expr;
        const prefix = target === undefined ? undefined : qualifiedName(target);
        if (prefix !== undefined && !scope.has(prefix) && call(expr, `${prefix}.${expr.name}`, true)) return;
        if (target !== undefined) walk(target, scope);
        call(expr, expr.name, target === undefined);
        return;
      }
      case "list":
        for (const element of expr.elements) walk(element, scope);
        return;
      case "map":
        for (const entry of expr.entries) {
          walk(entry.key, scope);
          walk(entry.value, scope);
        }
        return;
      case "struct": {
        const full = environment.candidates(expr.name).find((candidate) => environment.types?.findType(candidate) !== undefined);
        if (full !== undefined) references.set(expr.id, { kind: "struct", name: full });
        for (const field of expr.fields) walk(field.value, scope);
        return;
      }
      case "comprehension": {
        walk(expr.range, scope);
        walk(expr.init, scope);
        const inner = new Set([...scope, expr.accumulator]);
        walk(expr.result, inner);
        inner.add(expr.variable);
        if (expr.variable2 !== undefined) inner.add(expr.variable2);
        walk(expr.condition, inner);
        walk(expr.step, inner);
      }
    }
  };
  walk(root, new Set());
  return references;
}
