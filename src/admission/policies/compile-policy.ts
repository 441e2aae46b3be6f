import { LazyVariables, type Activation, type CostBudget, type Program } from "../../cel/kubernetes/index.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, listIn, objectsIn, stringIn } from "../../object/read.ts";
import { ExpressionCompiler } from "../../resources/admissionregistration/policy-expressions.ts";
import type { Expression } from "./expression.ts";
import { compileConditions } from "./match-conditions.ts";

/** What validating and mutating policies have in common, compiled. */
export interface PolicyFrame {
  readonly ignoresFailure: boolean;
  readonly conditions: readonly Expression[];
  /** By name; those that do not compile are absent. */
  readonly variables: ReadonlyMap<string, Program>;
  readonly compiler: ExpressionCompiler;
  /** Whether the policy takes parameters. */
  readonly params: boolean;
}

/** Compiles a policy's variables and match conditions; the compiler knows the variables afterwards. */
export function compileFrame(spec: ReadonlyJsonObject): PolicyFrame {
  const params = isSet(spec, "paramKind");
  const compiler = new ExpressionCompiler(listIn(spec, "variables").length > 0);
  const variables = new Map<string, Program>();
  for (const variable of objectsIn(spec, "variables")) {
    const name = stringIn(variable, "name");
    const program = compiler.variable(name, stringIn(variable, "expression"), { params, authorizer: true });
    if (typeof program !== "string") variables.set(name, program);
  }
  const ignoresFailure = stringIn(spec, "failurePolicy") === "Ignore";
  return { ignoresFailure, conditions: compileConditions(spec, compiler, params), variables, compiler, params };
}

/** The variables of a request with the policy's own. */
export function withVariables({ variables }: PolicyFrame, activation: Activation, budget: CostBudget): Activation {
  if (variables.size === 0) return activation;
  const lazy = new LazyVariables(variables, activation, budget);
  return { find: (name) => (name === "variables" ? lazy : activation.find(name)) };
}
