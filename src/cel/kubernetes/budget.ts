import { costExceeded } from "../program.ts";
import type { Activation, EvaluateOptions, Evaluation, Program } from "../program.ts";
import { EvalError } from "../value.ts";
import { celLimits } from "./limits.ts";

/** The message of an expression that there is no budget left for. */
export const budgetExceeded = "validation failed due to running out of cost budget, no further validation rules will be run";

/** What the expressions of one object or request may cost together. */
export class CostBudget {
  remaining: number;
  readonly #interrupted: (() => boolean) | undefined;

  constructor(total: number = celLimits.runtimeBudget, interrupted?: () => boolean) {
    this.remaining = total;
    this.#interrupted = interrupted;
  }

  get exhausted(): boolean {
    return this.remaining < 0;
  }

  /** Evaluates within what is left, and within the limit of one call; what it cost is gone, whatever came of it. */
  evaluate(program: Program, activation: Activation, perCall: number = celLimits.perCall): Evaluation {
    if (this.exhausted) return { value: undefined, error: new EvalError(budgetExceeded, true), cost: 0 };
    const options: EvaluateOptions =
      this.#interrupted === undefined ? { costLimit: perCall } : { costLimit: perCall, interrupted: this.#interrupted };
    const result = program.evaluate(activation, options);
    this.remaining -= result.cost;
    if (this.remaining < 0 && result.error?.message !== costExceeded) {
      return { value: undefined, error: new EvalError(budgetExceeded, true), cost: result.cost };
    }
    return result;
  }
}
