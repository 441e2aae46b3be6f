import { budgetExceeded, type Activation, type CostBudget, type Program, type Type, type Value } from "../../cel/kubernetes/index.ts";
import type { ExpressionCompiler, ExpressionScope } from "../../resources/admissionregistration/policy-expressions.ts";
import { evaluateWithin } from "./request-activation.ts";

/** One expression of a policy or webhook, compiled; one that does not compile says so when it is asked. */
export interface Expression {
  readonly text: string;
  readonly program: Program | undefined;
  /** What is wrong with it. */
  readonly fault: string;
}

/** Compiles an expression that must have one of these types. */
export function compileExpression(compiler: ExpressionCompiler, text: string, wanted: readonly Type[], scope: ExpressionScope): Expression {
  const compiled = compiler.program(text, wanted, scope);
  return typeof compiled === "string" ? { text, program: undefined, fault: compiled } : { text, program: compiled, fault: "" };
}

/** What came of an expression. `outOfBudget`: nothing more may be evaluated. */
export type Outcome =
  | { readonly value: Value; readonly error?: undefined; readonly outOfBudget?: false }
  | { readonly value?: undefined; readonly error: string; readonly outOfBudget: boolean };

/** Evaluates an expression; faults are texts as clients see them. */
export async function outcomeOf(expression: Expression, activation: Activation, budget: CostBudget): Promise<Outcome> {
  const { text, program, fault } = expression;
  if (program === undefined) return { error: `compilation error: ${fault}`, outOfBudget: false };
  const result = await evaluateWithin(budget, program, activation);
  if (result.error === undefined) return { value: result.value };
  if (result.error.message === budgetExceeded || budget.exhausted) return { error: budgetExceeded, outOfBudget: true };
  return { error: `expression '${text}' resulted in error: ${result.error.message}`, outOfBudget: false };
}
