import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../object/kube-object.ts";
import { approvalCondition } from "./approval-condition.ts";

const crd = (group: string, annotation?: string): KubeObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { annotations: annotation === undefined ? {} : { "api-approved.kubernetes.io": annotation } },
  spec: { group },
});
const told = (group: string, annotation?: string): readonly unknown[] | undefined => {
  const condition = approvalCondition(crd(group, annotation), "2020-01-01T00:00:00Z");
  return condition && [condition.type, condition.status, condition.reason, condition.message];
};

test("definitions in the community's groups tell whether they are approved", () => {
  const type = "KubernetesAPIApprovalPolicyConformant";
  const needed = 'protected groups must have approval annotation "api-approved.kubernetes.io"';
  const help = "see https://github.com/kubernetes/enhancements/pull/1111";
  const url = "https://github.com/kubernetes-sigs/gateway-api/pull/3328";
  assert.deepEqual(told("gateway.networking.k8s.io", url), [type, "True", "ApprovedAnnotation", `approved in ${url}`]);
  assert.deepEqual(told("k8s.io", "unapproved, a trial"), [type, "False", "UnapprovedAnnotation", 'not approved: "unapproved, a trial"']);
  assert.deepEqual(told("kubernetes.io"), [type, "False", "MissingAnnotation", `${needed}, ${help}`]);
  assert.deepEqual(told("a.kubernetes.io", "x"), [
    type,
    "False",
    "InvalidAnnotation",
    `${needed} with either a URL or a reason starting with "unapproved", ${help}`,
  ]);
});

test("others need no approval", () => {
  assert.equal(told("x-k8s.io"), undefined);
});
