import type { AdmissionAttributes } from "../admission.ts";

/**
 * What neither webhooks nor policies are asked about: their own configuration, so that whoever breaks it can repair it, and
 * for policies the reviews, which are questions and not objects.
 */
const CONFIGURATIONS: ReadonlySet<string> = new Set([
  "mutatingwebhookconfigurations",
  "validatingwebhookconfigurations",
  "mutatingadmissionpolicies",
  "mutatingadmissionpolicybindings",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
]);

const REVIEWS: ReadonlySet<string> = new Set([
  "authentication.k8s.io/selfsubjectreviews",
  "authentication.k8s.io/tokenreviews",
  "authorization.k8s.io/localsubjectaccessreviews",
  "authorization.k8s.io/selfsubjectaccessreviews",
  "authorization.k8s.io/selfsubjectrulesreviews",
  "authorization.k8s.io/subjectaccessreviews",
]);

/** Whether a write concerns the configuration of webhooks and policies. */
export function isConfiguration({ definition }: AdmissionAttributes): boolean {
  return definition.group === "admissionregistration.k8s.io" && CONFIGURATIONS.has(definition.plural);
}

/** Whether policies leave a request alone. */
export function isExempt(attributes: AdmissionAttributes): boolean {
  return isConfiguration(attributes) || REVIEWS.has(`${attributes.definition.group}/${attributes.definition.plural}`);
}
