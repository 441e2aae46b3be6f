import { CostBudget, celLimits, type Activation } from "../../cel/kubernetes/index.ts";
import { aggregateText } from "../../object/field-error-message.ts";
import { objectsIn, stringIn } from "../../object/read.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { resultTypes, type ExpressionCompiler } from "../../resources/admissionregistration/policy-expressions.ts";
import { compileExpression, outcomeOf, type Expression } from "./expression.ts";

/** Compiles the matchConditions of a webhook or policy. */
export function compileConditions(from: ReadonlyJsonObject, compiler: ExpressionCompiler, params: boolean): readonly Expression[] {
  return objectsIn(from, "matchConditions").map((one) =>
    compileExpression(compiler, stringIn(one, "expression"), resultTypes.condition, { params, authorizer: true }),
  );
}

/**
 * Judges match conditions: true where all hold, false where one does not, whatever became of the others; else the text of
 * what went wrong (reference/access-authn-authz/extensible-admission-controllers, matchConditions).
 */
export async function meetsConditions(
  conditions: readonly Expression[],
  activationFor: (budget: CostBudget) => Activation,
): Promise<boolean | { readonly error: string }> {
  const budget = new CostBudget(celLimits.matchConditionsBudget);
  const activation = activationFor(budget);
  const errors: string[] = [];
  for (const condition of conditions) {
    const outcome = await outcomeOf(condition, activation, budget);
    if (outcome.error === undefined) {
      if (outcome.value !== true) return false;
      continue;
    }
    if (outcome.outOfBudget) return { error: outcome.error };
    errors.push(outcome.error);
  }
  return errors.length === 0 ? true : { error: aggregateText(errors) };
}
