import { CostBudget, type Authorize } from "../../cel/kubernetes/index.ts";
import { equalJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { internalError, statusError, type StatusError } from "../../object/status.ts";
import { resultTypes } from "../../resources/admissionregistration/policy-expressions.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { refuse } from "../attributes.ts";
import { isExempt } from "../matching/exempt.ts";
import { Subject } from "../matching/subject.ts";
import { readChanged, readStrictly, sentType, takeChanged } from "../matching/write-back.ts";
import { Reinvocation, type ReinvocationOf } from "../reinvocation.ts";
import { authorizeFor } from "./authorize-question.ts";
import { compileFrame, withVariables, type PolicyFrame } from "./compile-policy.ts";
import { compileExpression } from "./expression.ts";
import { invocationsFor, type Invocation } from "./invocations.ts";
import { meetsConditions } from "./match-conditions.ts";
import { mutated, MutationError, type Mutation } from "./mutation.ts";
import type { PolicyParts } from "./policy-parts.ts";
import { PolicyTable, type BoundPolicy } from "./policy-table.ts";
import { RequestActivation, type RequestFacts } from "./request-activation.ts";

const NAME = "MutatingAdmissionPolicy";
const GROUP = "admissionregistration.k8s.io";
const RESOURCES = {
  policies: { group: GROUP, plural: "mutatingadmissionpolicies" },
  bindings: { group: GROUP, plural: "mutatingadmissionpolicybindings" },
};

/** A MutatingAdmissionPolicy's spec, compiled. */
interface MutatingPolicy extends PolicyFrame {
  readonly reinvoked: boolean;
  readonly mutations: readonly Mutation[];
}

interface Refusal {
  readonly text: string;
  readonly reason: string;
}

/** CEL policies that change what is written (reference/access-authn-authz/mutating-admission-policy, KEP-3962). */
export function mutatingAdmissionPolicy(parts: PolicyParts): AdmissionPlugin {
  const table = new PolicyTable<MutatingPolicy>(RESOURCES, compileMutatingPolicy);
  return {
    name: NAME,
    handles: (attributes) => table.mayApply && !isExempt(attributes),
    async mutate(attributes, reinvocation = new Reinvocation()) {
      await table.start(parts.registry());
      if (!table.mayApply) return;
      const own = reinvocation.of(NAME);
      own.begin(attributes.object);
      await new Mutating(attributes, parts, own).run(table.bound);
      own.end(attributes.object);
    },
  };
}

function compileMutatingPolicy(spec: ReadonlyJsonObject): MutatingPolicy {
  const frame = compileFrame(spec);
  const { compiler, params } = frame;
  const scope = { params, authorizer: true, patches: true };
  return {
    ...frame,
    reinvoked: stringIn(spec, "reinvocationPolicy") === "IfNeeded",
    mutations: objectsIn(spec, "mutations").map((one) => {
      const type = stringIn(one, "patchType") === "JSONPatch" ? "JSONPatch" : "ApplyConfiguration";
      const member = type === "JSONPatch" ? "jsonPatch" : "applyConfiguration";
      return { type, expression: compileExpression(compiler, stringIn(objectIn(one, member), "expression"), resultTypes[member], scope) };
    }),
  };
}

/** One request before all policies, one after another: each sees what those before it made of the object. */
class Mutating {
  readonly #attributes: AdmissionAttributes;
  readonly #parts: PolicyParts;
  readonly #subject: Subject;
  readonly #reinvocation: ReinvocationOf;
  readonly #authorize: Authorize;
  readonly #refusals: Refusal[] = [];

  constructor(attributes: AdmissionAttributes, parts: PolicyParts, reinvocation: ReinvocationOf) {
    this.#attributes = attributes;
    this.#parts = parts;
    this.#subject = new Subject(attributes, parts.view);
    this.#reinvocation = reinvocation;
    this.#authorize = authorizeFor(attributes.user, parts.authorize);
  }

  /** Errors: StatusError with all refusals. */
  async run(policies: readonly BoundPolicy<MutatingPolicy>[]): Promise<void> {
    for (const step of await invocationsFor(policies, this.#subject, this.#parts.registry())) {
      if ("version" in step) await this.#invoke(step);
      else this.#refuse(step.policy.name, step.binding?.name, step.message, "Forbidden");
    }
    if (this.#refusals.length > 0) throw refusalOf(this.#attributes, this.#refusals);
  }

  #refuse(policy: string, binding: string | undefined, message: string, reason: string): void {
    const by = binding === undefined ? `policy "${policy}"` : `policy '${policy}' with binding '${binding}'`;
    this.#refusals.push({ text: `${by} denied request: ${message}`, reason });
  }

  async #invoke({ policy, binding, version, params }: Invocation<MutatingPolicy>): Promise<void> {
    const compiled = policy.compiled();
    await this.#subject.prepare(version);
    const facts: RequestFacts = { subject: this.#subject, version, params, authorize: this.#authorize };
    const fail = (message: string): void => {
      if (!compiled.ignoresFailure) this.#refuse(policy.name, binding.name, message, "Invalid");
    };
    if (compiled.conditions.length > 0) {
      const activation = new RequestActivation(facts);
      const met = await meetsConditions(compiled.conditions, (budget) => withVariables(compiled, activation, budget));
      if (met === false) return;
      if (met !== true) return fail(met.error);
    }
    const key = [policy.name, binding.name, params?.metadata.namespace, params?.metadata.name].join("/");
    if (!this.#reinvocation.calls(key)) return;
    const type = sentType(this.#attributes, version, this.#parts.registry());
    const before = this.#subject.object(version);
    if (before !== undefined && type !== undefined) {
      let object: KubeObject = before;
      for (const mutation of compiled.mutations) {
        try {
          object = await this.#mutate(compiled, mutation, object, type, facts);
        } catch (error) {
          if (!(error instanceof MutationError)) throw error;
          fail(error.message);
        }
      }
      if (!equalJson(before, object)) {
        await takeChanged(this.#attributes, object, version);
        this.#subject.changed();
        this.#reinvocation.changed();
      }
    }
    if (compiled.reinvoked) this.#reinvocation.called(key);
  }

  async #mutate(
    policy: MutatingPolicy,
    mutation: Mutation,
    object: KubeObject,
    type: NonNullable<ReturnType<typeof sentType>>,
    facts: RequestFacts,
  ): Promise<KubeObject> {
    const budget = new CostBudget();
    const namespace = await this.#subject.namespaceObject();
    const activation = withVariables(policy, new RequestActivation({ ...facts, namespace, object }), budget);
    const value = await mutated(mutation, object, type.schema, activation, budget);
    if (value === object) return object;
    // The original reads what a JSON patch made as if it were its own: a fault is told whatever the policy says of failures.
    if (mutation.type === "JSONPatch") return readStrictly(value, type, internalError);
    return readChanged(value, type, (message) => new MutationError(message));
  }
}

/** The first refusal is the message; all are causes. */
function refusalOf(attributes: AdmissionAttributes, refusals: readonly Refusal[]): StatusError {
  const { status } = refuse(attributes, "");
  const [first] = refusals as readonly [Refusal, ...Refusal[]];
  return statusError(403, first.reason, first.text, { ...status.details, causes: refusals.map(({ text }) => ({ message: text })) });
}
