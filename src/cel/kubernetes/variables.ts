import type { TypeProvider } from "../declaration.ts";
import type { Activation, Program } from "../program.ts";
import { structType } from "../types.ts";
import type { Type } from "../types.ts";
import { EvalError } from "../value.ts";
import type { StructValue, Value } from "../value.ts";
import type { CostBudget } from "./budget.ts";
import { celLimits } from "./limits.ts";
import { quoted } from "./opaque.ts";

/** The type of `variables` in a policy. */
export const variablesType = structType("kubernetes.variables");

/** The types of a policy's variables, declared one after the other: each may use those before it. */
export class VariableTypes implements TypeProvider {
  readonly #types = new Map<string, Type>();

  declare(name: string, type: Type): void {
    this.#types.set(name, type);
  }

  findType(name: string): Type | undefined {
    return name === variablesType.name ? variablesType : undefined;
  }

  findField(_: string, field: string): Type | undefined {
    return this.#types.get(field);
  }
}

/** The values of a policy's variables: each computed when it is first read, out of the same budget. */
export class LazyVariables implements StructValue {
  readonly kind = "struct";
  readonly type = variablesType;
  readonly #programs: ReadonlyMap<string, Program>;
  readonly #activation: Activation;
  readonly #budget: CostBudget;
  readonly #known = new Map<string, Value | EvalError>();

  /** `activation` gives the other variables; `variables` itself is added to it. */
  constructor(programs: ReadonlyMap<string, Program>, activation: Activation, budget: CostBudget) {
    this.#programs = programs;
    this.#activation = { find: (name) => (name === "variables" ? this : activation.find(name)) };
    this.#budget = budget;
  }

  get(name: string): Value | undefined {
    const known = this.#known.get(name) ?? this.#evaluate(name);
    if (known instanceof EvalError) throw known;
    return known;
  }

  #evaluate(name: string): Value | EvalError | undefined {
    const program = this.#programs.get(name);
    if (program === undefined) return undefined;
    const result = this.#budget.evaluate(program, this.#activation, celLimits.perCall);
    let value: Value | EvalError;
    if (result.error === undefined) value = result.value;
    // what ends the whole evaluation, or suspends it, is passed on as it is
    else if (result.error.final) return result.error;
    else value = new EvalError(`composited variable ${quoted(name)} fails to evaluate: ${result.error.message}`);
    this.#known.set(name, value);
    return value;
  }

  has(name: string): boolean | undefined {
    return this.#programs.has(name) ? true : undefined;
  }

  isZero(): boolean {
    return this.#programs.size === 0;
  }

  equals(other: StructValue): boolean {
    return other === this;
  }
}
