import { SelectorError } from "../../object/label-selector.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { StatusError } from "../../object/status.ts";
import type { Registry } from "../../registry/registry.ts";
import { isSelected, matchingVersion } from "../matching/criteria.ts";
import type { Subject } from "../matching/subject.ts";
import type { RequestVersion } from "../matching/versions.ts";
import { collectParams, PolicyConfigurationError, paramResource } from "./params.ts";
import type { Binding, BoundPolicy } from "./policy-table.ts";

/** A policy that is to be applied to a request, by one binding and with one set of parameters. */
export interface Invocation<Compiled> {
  readonly policy: BoundPolicy<Compiled>;
  readonly binding: Binding;
  /** The version in which the policy sees the request. */
  readonly version: RequestVersion;
  readonly params: KubeObject | undefined;
}

/** A policy, or a binding of it, that cannot be applied as it is configured. */
interface Misconfiguration<Compiled> {
  readonly policy: BoundPolicy<Compiled>;
  readonly binding: Binding | undefined;
  readonly message: string;
}

/** One thing to do for a request. */
export type Step<Compiled> = Invocation<Compiled> | Misconfiguration<Compiled>;

/**
 * What the policies in force mean for a request, in order. A wrong configuration counts where the policy fails on
 * failures, else it is left out.
 */
export async function invocationsFor<Compiled>(
  policies: readonly BoundPolicy<Compiled>[],
  subject: Subject,
  registry: Registry,
): Promise<readonly Step<Compiled>[]> {
  const steps: Step<Compiled>[] = [];
  for (const policy of policies) {
    const version = matchingVersion(policy.criteria, subject);
    if (version === undefined) continue;
    const attempt = async (binding: Binding | undefined, work: () => Promise<void>): Promise<void> => {
      const message = await configurationFault(work);
      if (message === undefined || policy.spec["failurePolicy"] === "Ignore") return;
      steps.push({ policy, binding, message: `failed to configure ${binding === undefined ? "policy" : "binding"}: ${message}` });
    };
    await attempt(undefined, async () => {
      if (!(await isSelected(policy.criteria, subject))) return;
      const resource = paramResource(registry, policy.spec);
      for (const binding of policy.bindings) {
        await attempt(binding, async () => {
          const { criteria } = binding;
          if (criteria !== undefined && !(matchingVersion(criteria, subject) !== undefined && (await isSelected(criteria, subject))))
            return;
          const all = await collectParams(registry, resource, binding.spec, subject.namespace);
          for (const params of all) steps.push({ policy, binding, version, params });
        });
      }
    });
  }
  return steps;
}

/** What is wrong with a configuration by which some work cannot be done; undefined where it was done. */
async function configurationFault(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof PolicyConfigurationError || error instanceof SelectorError || error instanceof StatusError) return error.message;
    throw error;
  }
}
