import type { Condition } from "../object/conditions.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { approvalOf, type Approval } from "../resources/apiextensions/approval.ts";

const REASONS: Readonly<Record<Approval["state"], string>> = {
  approved: "ApprovedAnnotation",
  bypassed: "UnapprovedAnnotation",
  invalid: "InvalidAnnotation",
  missing: "MissingAnnotation",
};

/** The condition that tells whether a definition in the community's groups is approved; undefined in others. */
export function approvalCondition(crd: KubeObject, lastTransitionTime: string): Condition | undefined {
  const approval = approvalOf(crd);
  if (approval === undefined) return undefined;
  return {
    type: "KubernetesAPIApprovalPolicyConformant",
    status: approval.state === "approved" ? "True" : "False",
    lastTransitionTime,
    reason: REASONS[approval.state],
    message: approval.reason,
  };
}
