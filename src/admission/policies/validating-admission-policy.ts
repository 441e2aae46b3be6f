import type { Authorizer } from "../../authorization/authorizer.ts";
import type { Authorize } from "../../cel/kubernetes/index.ts";
import { SelectorError } from "../../object/label-selector.ts";
import { StatusError, statusError } from "../../object/status.ts";
import { stringsIn } from "../../object/read.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import type { Registry } from "../../registry/registry.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { refuse } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";
import { isSelected, matchingVersion } from "../matching/criteria.ts";
import { isExempt } from "../matching/exempt.ts";
import { Subject } from "../matching/subject.ts";
import type { RequestVersion } from "../matching/versions.ts";
import { authorizeFor } from "./authorize-question.ts";
import { collectParams, ConfigurationError, paramResource } from "./params.ts";
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

export interface PolicyParts {
  readonly view: ClusterView;
  readonly registry: () => Registry;
  readonly authorize: Authorizer;
}

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
    for (const policy of policies) {
      const version = matchingVersion(policy.criteria, this.#subject);
      if (version !== undefined) await this.#apply(policy, version);
    }
    const [first] = this.#refusals;
    if (first !== undefined) throw refusalOf(this.#attributes, first);
  }

  async #apply(policy: BoundPolicy<ValidatingPolicy>, version: RequestVersion): Promise<void> {
    const annotations = new Map<string, Set<string>>();
    await this.#configured(policy, undefined, async () => {
      if (!(await isSelected(policy.criteria, this.#subject))) return;
      const resource = paramResource(this.#parts.registry(), policy.spec);
      for (const binding of policy.bindings) {
        await this.#configured(policy, binding.name, async () => {
          const { criteria } = binding;
          if (
            criteria !== undefined &&
            (matchingVersion(criteria, this.#subject) === undefined || !(await isSelected(criteria, this.#subject)))
          )
            return;
          const all = await collectParams(this.#parts.registry(), resource, binding.spec, this.#subject.namespace);
          for (const params of all) await this.#judge(policy, binding, version, params, annotations);
        });
      }
    });
    for (const [key, values] of annotations) this.#attributes.annotate(`${policy.name}/${key}`, [...values].join(", "));
  }

  /** Runs a step; a configuration that does not work refuses the request, unless the policy says to ignore failures. */
  async #configured(policy: BoundPolicy<ValidatingPolicy>, binding: string | undefined, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const known = error instanceof ConfigurationError || error instanceof SelectorError || error instanceof StatusError;
      if (!known) throw error;
      if (policy.spec["failurePolicy"] === "Ignore") return;
      const what = binding === undefined ? "policy" : "binding";
      this.#refusals.push({ policy: policy.name, binding, message: `failed to configure ${what}: ${error.message}`, reason: "" });
    }
  }

  async #judge(
    policy: BoundPolicy<ValidatingPolicy>,
    binding: Binding,
    version: RequestVersion,
    params: KubeObject | undefined,
    annotations: Map<string, Set<string>>,
  ): Promise<void> {
    const namespace = await this.#subject.namespaceObject();
    const judgement = await judge(policy.compiled(), { subject: this.#subject, version, params, namespace, authorize: this.#authorize });
    this.#take(policy, binding, judgement);
    for (const { key, value } of judgement.annotations) {
      const values = annotations.get(key) ?? new Set();
      annotations.set(key, values.add(value.slice(0, MAX_ANNOTATION)));
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
