import type { Authorize } from "../../cel/kubernetes/index.ts";
import { statusError, type StatusError } from "../../object/status.ts";
import { stringsIn } from "../../object/read.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { refuse } from "../attributes.ts";
import { isExempt } from "../matching/exempt.ts";
import { Subject } from "../matching/subject.ts";
import { authorizeFor } from "./authorize-question.ts";
import { invocationsFor, type Invocation } from "./invocations.ts";
import type { PolicyParts } from "./policy-parts.ts";
import { PolicyTable, type Binding, type BoundPolicy } from "./policy-table.ts";
import { compileValidatingPolicy, judge, type Judgement, type ValidatingPolicy } from "./validating-policy.ts";

const GROUP = "admissionregistration.k8s.io";
const RESOURCES = {
  policies: { group: GROUP, plural: "validatingadmissionpolicies" },
  bindings: { group: GROUP, plural: "validatingadmissionpolicybindings" },
};
/** Audit annotations are cut at this length. */
const MAX_ANNOTATION = 10 * 1024;

const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 };

interface Refusal {
  readonly policy: string;
  /** Undefined where the policy itself is at fault. */
  readonly binding: string | undefined;
  readonly message: string;
  readonly reason: string;
}

/** CEL policies that judge writes (reference/access-authn-authz/validating-admission-policy, KEP-3488). */
export function validatingAdmissionPolicy(parts: PolicyParts): AdmissionPlugin {
  const table = new PolicyTable<ValidatingPolicy>(RESOURCES, compileValidatingPolicy);
  return {
    name: "ValidatingAdmissionPolicy",
    handles: (attributes) => table.mayApply && !isExempt(attributes),
    async validate(attributes) {
      await table.start(parts.registry());
      if (table.mayApply) await new Judging(attributes, parts).run(table.bound);
    },
  };
}

/** One request before all policies. */
class Judging {
  readonly #attributes: AdmissionAttributes;
  readonly #parts: PolicyParts;
  readonly #subject: Subject;
  readonly #authorize: Authorize;
  readonly #refusals: Refusal[] = [];
  #audited = false;

  constructor(attributes: AdmissionAttributes, parts: PolicyParts) {
    this.#attributes = attributes;
    this.#parts = parts;
    this.#subject = new Subject(attributes, parts.view);
    this.#authorize = authorizeFor(attributes.user, parts.authorize);
  }

  /** Errors: StatusError with the first refusal. */
  async run(policies: readonly BoundPolicy<ValidatingPolicy>[]): Promise<void> {
    const annotations = new Map<string, Set<string>>();
    for (const step of await invocationsFor(policies, this.#subject, this.#parts.registry())) {
      if ("version" in step) await this.#judge(step, annotations);
      else this.#refusals.push({ policy: step.policy.name, binding: step.binding?.name, message: step.message, reason: "" });
    }
    for (const [key, values] of annotations) this.#attributes.annotate(key, [...values].join(", "));
    const [first] = this.#refusals;
    if (first !== undefined) throw refusalOf(this.#attributes, first);
  }

  async #judge(step: Invocation<ValidatingPolicy>, annotations: Map<string, Set<string>>): Promise<void> {
    const { policy, binding, version, params } = step;
    const namespace = await this.#subject.namespaceObject();
    await this.#subject.prepare(version);
    const judgement = await judge(policy.compiled(), { subject: this.#subject, version, params, namespace, authorize: this.#authorize });
    this.#take(policy, binding, judgement);
    for (const { key, value } of judgement.annotations) {
      const whole = `${policy.name}/${key}`;
      const values = annotations.get(whole) ?? new Set();
      annotations.set(whole, values.add(value.slice(0, MAX_ANNOTATION)));
    }
  }

  #take(policy: BoundPolicy<ValidatingPolicy>, binding: Binding, { denials, faults }: Judgement): void {
    const actions = stringsIn(binding.spec, "validationActions");
    const names = { policy: policy.name, binding: binding.name };
    for (const { index, message, reason } of denials) {
      for (const action of actions) {
        if (action === "Deny") this.#refusals.push({ ...names, message, reason });
        else if (action === "Warn")
          this.#attributes.warn(
            `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}': ${message}`,
          );
        else if (action === "Audit") this.#audit(policy, binding, index, message);
      }
    }
    for (const message of faults) this.#refusals.push({ ...names, message, reason: "" });
  }

  /** The audit event tells of the first failure of a request: an annotation, once written, stays. */
  #audit(policy: BoundPolicy<ValidatingPolicy>, binding: Binding, index: number, message: string): void {
    if (this.#audited) return;
    this.#audited = true;
    const failure = {
      message,
      policy: policy.name,
      binding: binding.name,
      expressionIndex: index,
      validationActions: stringsIn(binding.spec, "validationActions"),
    };
    this.#attributes.annotate("validation.policy.admission.k8s.io/validation_failure", JSON.stringify([failure]));
  }
}

function refusalOf(attributes: AdmissionAttributes, { policy, binding, message, reason }: Refusal): StatusError {
  const by = binding === undefined ? "" : ` with binding '${binding}'`;
  const text = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
  const { status } = refuse(attributes, text);
  const named = reason || "Invalid";
  return statusError(CODES[named] ?? 422, named, status.message ?? "", { ...status.details, causes: [{ message: text }] });
}
