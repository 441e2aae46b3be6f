import type { Expr } from "../ast.ts";
import type { CheckedExpression, Validator } from "../environment.ts";
import { compilePattern } from "../regex.ts";
import { parseDuration, parseTimestamp } from "../time.ts";
import { walk } from "../walk.ts";
import { EvalError } from "../value.ts";

/** Where a function takes a text that not every text is, and what is wrong with one. */
interface Demand {
  readonly arg: (args: readonly Expr[]) => Expr | undefined;
  readonly fault: (text: string) => string | undefined;
}

const first = (args: readonly Expr[]): Expr | undefined => args[0];

/** What is told when an expression is compiled, by the function's name. */
const whenCompiled: ReadonlyMap<string, Demand> = new Map<string, Demand>([
  ["duration", { arg: first, fault: (text) => (parseDuration(text) === undefined ? "no duration" : undefined) }],
  ["timestamp", { arg: first, fault: (text) => (parseTimestamp(text) === undefined ? "no timestamp" : undefined) }],
  ["matches", { arg: (args) => args.at(-1), fault: faultOfPattern }],
]);

/** What is told only when it is made ready to run. */
const whenMadeReady: ReadonlyMap<string, Demand> = new Map<string, Demand>([
  ["find", { arg: first, fault: faultOfPattern }],
  ["findAll", { arg: first, fault: faultOfPattern }],
]);

/** A literal handed to a function that can never take it is a fault when the expression is written, not when it runs. */
export const literalValidator: Validator = (checked) =>
  literalFaults(checked, whenCompiled).map(({ offset, name }) => ({ offset, message: `invalid ${name} argument` }));

/** What is wrong with a literal pattern of find or findAll, which is told only when the expression is made ready to run. */
export function patternFault(checked: CheckedExpression): string | undefined {
  return literalFaults(checked, whenMadeReady)[0]?.fault;
}

interface LiteralFault {
  readonly offset: number;
  /** The function's name. */
  readonly name: string;
  readonly fault: string;
}

function literalFaults({ expr, references }: CheckedExpression, demands: ReadonlyMap<string, Demand>): readonly LiteralFault[] {
  const faults: LiteralFault[] = [];
  walk(expr, (node) => {
    const reference = node.kind === "call" ? references.get(node.id) : undefined;
    if (node.kind !== "call" || reference?.kind !== "call") return;
    const { name } = reference.fn;
    const demand = demands.get(name);
    const literal = demand?.arg(node.args);
    if (demand === undefined || literal?.kind !== "const" || typeof literal.value !== "string") return;
    const fault = demand.fault(literal.value);
    if (fault !== undefined) faults.push({ offset: literal.offset, name, fault });
  });
  return faults;
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
