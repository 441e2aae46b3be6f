import { CostBudget, celLimits, type Activation } from "../../cel/kubernetes/index.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { objectsIn, stringIn } from "../../object/read.ts";
import { resultTypes } from "../../resources/admissionregistration/policy-expressions.ts";
import { compileFrame, withVariables, type PolicyFrame } from "./compile-policy.ts";
import { compileExpression, outcomeOf, type Expression, type Outcome } from "./expression.ts";
import { meetsConditions } from "./match-conditions.ts";
import { RequestActivation, type RequestFacts } from "./request-activation.ts";

interface Validation {
  readonly expression: Expression;
  readonly message: string;
  readonly messageExpression: Expression | undefined;
  readonly reason: string;
}

/** A ValidatingAdmissionPolicy's spec, compiled. */
export interface ValidatingPolicy extends PolicyFrame {
  readonly validations: readonly Validation[];
  readonly auditAnnotations: readonly { readonly key: string; readonly expression: Expression }[];
}

/** A refusal, and which validation it comes from. */
interface Denial {
  readonly index: number;
  readonly message: string;
  readonly reason: string;
}

/** What a policy says of a request with one set of parameters. */
export interface Judgement {
  readonly denials: readonly Denial[];
  readonly annotations: readonly { readonly key: string; readonly value: string }[];
  /** Faults of audit annotations that refuse the request, whatever the binding's actions are. */
  readonly faults: readonly string[];
}

const NOTHING: Judgement = { denials: [], annotations: [], faults: [] };

/** Compiles a ValidatingAdmissionPolicy. */
export function compileValidatingPolicy(spec: ReadonlyJsonObject): ValidatingPolicy {
  const frame = compileFrame(spec);
  const { compiler, params } = frame;
  return {
    ...frame,
    validations: objectsIn(spec, "validations").map((one) => {
      const messageExpression = stringIn(one, "messageExpression");
      return {
        expression: compileExpression(compiler, stringIn(one, "expression"), resultTypes.condition, { params, authorizer: true }),
        message: stringIn(one, "message").trim(),
        messageExpression:
          messageExpression === ""
            ? undefined
            : compileExpression(compiler, messageExpression, resultTypes.message, { params, authorizer: false }),
        reason: stringIn(one, "reason") || "Invalid",
      };
    }),
    auditAnnotations: objectsIn(spec, "auditAnnotations").map((one) => ({
      key: stringIn(one, "key"),
      expression: compileExpression(compiler, stringIn(one, "valueExpression"), resultTypes.auditAnnotation, { params, authorizer: true }),
    })),
  };
}

/** Judges a request that the policy matches. */
export async function judge(policy: ValidatingPolicy, facts: RequestFacts): Promise<Judgement> {
  if (policy.conditions.length > 0) {
    // The original's match conditions know no namespace.
    const without = new RequestActivation({ ...facts, namespace: undefined });
    const met = await meetsConditions(policy.conditions, (budget) => withVariables(policy, without, budget));
    if (met === false) return NOTHING;
    if (met !== true) return failed(policy, met.error);
  }
  const { denials, failure } = await validate(policy, new RequestActivation(facts));
  if (failure !== undefined) return failed(policy, failure);
  return policy.auditAnnotations.length === 0 ? { ...NOTHING, denials } : annotate(policy, facts, denials);
}

/** A failure before or between validations decides for all of them. */
function failed(policy: ValidatingPolicy, message: string): Judgement {
  return policy.ignoresFailure ? NOTHING : { ...NOTHING, denials: [{ index: 0, message, reason: "" }] };
}

/** `failure`: the budget was used up, so that nothing is known of the validations that were left. */
async function validate(policy: ValidatingPolicy, facts: Activation): Promise<{ denials: readonly Denial[]; failure?: string }> {
  const budget = new CostBudget();
  const activation = withVariables(policy, facts, budget);
  const denials: Denial[] = [];
  for (const [index, validation] of policy.validations.entries()) {
    const outcome = await outcomeOf(validation.expression, activation, budget);
    if (outcome.error !== undefined) {
      if (outcome.outOfBudget) return { denials, failure: outcome.error };
      if (!policy.ignoresFailure) denials.push({ index, message: outcome.error, reason: "" });
    } else if (outcome.value !== true) {
      denials.push({ index, message: await messageOf(validation, activation, budget), reason: validation.reason });
    }
  }
  return { denials };
}

/** The message of a validation that failed: computed, given, or the expression itself. */
async function messageOf(validation: Validation, activation: Activation, budget: CostBudget): Promise<string> {
  if (validation.messageExpression !== undefined) {
    const computed = messageText(await outcomeOf(validation.messageExpression, activation, budget));
    if (computed !== "") return computed;
  }
  return validation.message || `failed expression: ${validation.expression.text.trim()}`;
}

/** "" for what can be no message: too long, of several lines, empty, or a fault. */
function messageText({ value }: Outcome): string {
  if (typeof value !== "string") return "";
  const text = value.trim();
  return Buffer.byteLength(text) > celLimits.messageBytes || text.includes("\n") ? "" : text;
}

/** Audit annotations are computed from the same variables, with a budget of their own and without the authorizer. */
async function annotate(policy: ValidatingPolicy, facts: RequestFacts, denials: readonly Denial[]): Promise<Judgement> {
  const budget = new CostBudget();
  const activation = withVariables(policy, new RequestActivation({ ...facts, authorize: undefined }), budget);
  const annotations: { key: string; value: string }[] = [];
  const faults: string[] = [];
  for (const { key, expression } of policy.auditAnnotations) {
    const outcome = await outcomeOf(expression, activation, budget);
    if (outcome.error !== undefined) {
      if (outcome.outOfBudget) return failed(policy, outcome.error);
      if (!policy.ignoresFailure) faults.push(outcome.error);
    } else if (typeof outcome.value === "string" && outcome.value.trim() !== "") {
      annotations.push({ key, value: outcome.value.trim() });
    }
  }
  return { denials, annotations, faults };
}
