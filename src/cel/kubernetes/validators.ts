import type { Expr } from "../ast.ts";
import type { CheckedExpression, Validator } from "../environment.ts";
import type { Issue } from "../source.ts";
import { compilePattern } from "../regex.ts";
import { parseDuration, parseTimestamp } from "../time.ts";
import { walk } from "../walk.ts";
import { EvalError } from "../value.ts";

/** A literal handed to a function that can never take it is a fault when the expression is written, not when it runs. */
export const literalValidator: Validator = ({ expr, references }) => {
  const issues: Issue[] = [];
  walk(expr, (node) => {
    if (node.kind !== "call") return;
    const reference = references.get(node.id);
    if (reference?.kind !== "call") return;
    const check = checks.get(reference.fn.name);
    if (check === undefined) return;
    const literal = check.arg(node.args);
    if (literal?.kind !== "const" || typeof literal.value !== "string" || check.fits(literal.value)) return;
    issues.push({ offset: literal.offset, message: `invalid ${check.name} argument` });
  });
  return issues;
};

/** What is wrong with a literal pattern of find or findAll, which is told only when the expression is made ready to run. */
export function patternFault({ expr, references }: CheckedExpression): string | undefined {
  let fault: string | undefined;
  walk(expr, (node) => {
    if (fault !== undefined || node.kind !== "call") return;
    const reference = references.get(node.id);
    if (reference?.kind !== "call" || !["find", "findAll"].includes(reference.fn.name)) return;
    const pattern = node.args[0];
    if (pattern?.kind === "const" && typeof pattern.value === "string") fault = faultOfPattern(pattern.value);
  });
  return fault;
}

interface Check {
  readonly name: string;
  readonly arg: (args: readonly Expr[]) => Expr | undefined;
  readonly fits: (text: string) => boolean;
}

function faultOfPattern(text: string): string | undefined {
  try {
    compilePattern(text);
    return undefined;
  } catch (fault) {
    if (fault instanceof EvalError) return fault.message;
    throw fault;
  }
}

const isPattern = (text: string): boolean => faultOfPattern(text) === undefined;

const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["duration", { name: "duration", arg: (args) => args[0], fits: (text) => parseDuration(text) !== undefined }],
  ["timestamp", { name: "timestamp", arg: (args) => args[0], fits: (text) => parseTimestamp(text) !== undefined }],
  ["matches", { name: "matches", arg: (args) => args.at(-1), fits: isPattern }],
]);
