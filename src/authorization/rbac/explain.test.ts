import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../object/kube-object.ts";
import type { AuthorizationAttributes } from "../authorizer.ts";
import { explainAccess } from "./explain.ts";
import { RbacIndex } from "./rbac-index.ts";
import { question } from "../test-question.ts";

const API = "rbac.authorization.k8s.io/v1";
const index = new RbacIndex();
const rules = [
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
  { nonResourceURLs: ["/debug/*"], verbs: ["get"] },
];
index.change("ClusterRole", { apiVersion: API, kind: "ClusterRole", metadata: { name: "r" }, rules }, undefined);
const binding: KubeObject = {
  apiVersion: API,
  kind: "RoleBinding",
  metadata: { name: "b", namespace: "ns" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "r" },
  subjects: [{ kind: "User", name: "u" }],
};
index.change("RoleBinding", binding, undefined);
const RULE = '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}';
const GRANT = 'RoleBinding "b/ns" of ClusterRole "r" to User "u"';

test("what is allowed is explained by its binding and rule, what is not by the rules that lack least", () => {
  const cases: [Partial<AuthorizationAttributes>, string][] = [
    [{}, `allowed by ${GRANT}, by its rule ${RULE}`],
    [{ verb: "delete" }, `${GRANT} has the rule ${RULE}, which lacks the verb "delete"`],
    [{ namespace: "other" }, `${GRANT} has the rule ${RULE}, which lacks the namespace "other"`],
    [{ namespace: "" }, `${GRANT} has the rule ${RULE}, which lacks a ClusterRoleBinding`],
    [{ subresource: "log", verb: "create" }, `${GRANT} has the rule ${RULE}, which lacks the verb "create" and the resource "pods/log"`],
    [{ user: { name: "v", groups: ["g"] } }, 'no role that is bound to "v" or to one of ["g"] comes near'],
    [{ apiGroup: "apps", resource: "deployments", verb: "delete" }, 'no role that is bound to "u" or to one of [] comes near'],
    [
      { isResourceRequest: false, path: "/debug/x", namespace: "" },
      `${GRANT} has the rule {NonResourceURLs:["/debug/*"], Verbs:["get"]}, which lacks a ClusterRoleBinding, since paths are in no namespace`,
    ],
  ];
  for (const [asked, line] of cases) {
    const explanation = explainAccess(index, { ...ASKED, ...asked });
    assert.equal(explanation.lines[0], line);
    assert.equal(explanation.allowed, line.startsWith("allowed"));
  }
});

const ASKED = question({ namespace: "ns", resource: "pods" });
