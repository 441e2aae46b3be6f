import type { Expr } from "./ast.ts";

/** Visits every node, parents before children. The parser has bounded the depth. */
export function walk(expr: Expr, visit: (node: Expr) => void): void {
  visit(expr);
  switch (expr.kind) {
    case "select":
      return walk(expr.operand, visit);
    case "call":
      if (expr.target !== undefined) walk(expr.target, visit);
      for (const arg of expr.args) walk(arg, visit);
      return;
    case "list":
      for (const element of expr.elements) walk(element, visit);
      return;
    case "map":
      for (const entry of expr.entries) {
        walk(entry.key, visit);
        walk(entry.value, visit);
      }
      return;
    case "struct":
      for (const field of expr.fields) walk(field.value, visit);
      return;
    case "comprehension":
      for (const part of [expr.range, expr.init, expr.condition, expr.step, expr.result]) walk(part, visit);
      return;
    default:
  }
}
