import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../object/kube-object.ts";
import type { JsonObject, JsonValue } from "../../object/json.ts";
import type { AuthorizationAttributes, Decision } from "../authorizer.ts";
import { RbacIndex } from "./rbac-index.ts";
import { rbacMode } from "./rbac.ts";
import { question } from "../test-question.ts";

const VIEWER = { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] };

test("a rule lets through its verbs, groups, resources and names, and nothing else", () => {
  const cases: [JsonObject, Partial<AuthorizationAttributes>, boolean][] = [
    [VIEWER, { verb: "get", resource: "pods" }, true],
    [VIEWER, { verb: "delete", resource: "pods" }, false],
    [VIEWER, { verb: "get", resource: "Pods" }, false],
    [VIEWER, { verb: "get", resource: "pods", apiGroup: "apps" }, false],
    [VIEWER, { verb: "get", resource: "pods", subresource: "log" }, false],
    [{ ...VIEWER, resources: ["pods/log"] }, { verb: "get", resource: "pods", subresource: "log" }, true],
    [{ ...VIEWER, resources: ["pods/log"] }, { verb: "get", resource: "pods" }, false],
    [{ ...VIEWER, resources: ["*/log"] }, { verb: "get", resource: "pods", subresource: "log" }, true],
    [{ ...VIEWER, resources: ["*/log"] }, { verb: "get", resource: "pods", subresource: "xlog" }, false],
    [{ ...VIEWER, resources: ["pods/*"] }, { verb: "get", resource: "pods", subresource: "log" }, false],
    [{ ...VIEWER, resources: ["*"] }, { verb: "get", resource: "pods", subresource: "log" }, true],
    [{ ...VIEWER, resourceNames: ["a"] }, { verb: "get", resource: "pods", name: "a" }, true],
    [{ ...VIEWER, resourceNames: ["a"] }, { verb: "get", resource: "pods", name: "b" }, false],
    [{ ...VIEWER, resourceNames: ["a"] }, { verb: "list", resource: "pods" }, false],
    [{ ...VIEWER, apiGroups: ["*"], verbs: ["*"] }, { verb: "", resource: "pods", apiGroup: "x" }, true],
    [{ nonResourceURLs: ["/metrics", "/debug/*"], verbs: ["get"] }, { isResourceRequest: false, verb: "get", path: "/debug/x" }, true],
    [{ nonResourceURLs: ["/metrics", "/debug/*"], verbs: ["get"] }, { isResourceRequest: false, verb: "get", path: "/debug" }, false],
    [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }, { isResourceRequest: false, verb: "post", path: "/metrics" }, false],
    [{ nonResourceURLs: ["*"], verbs: ["*"] }, { verb: "get", resource: "pods" }, false],
    [{ ...VIEWER, resources: ["*"] }, { isResourceRequest: false, verb: "get", path: "/pods" }, false],
  ];
  for (const [rule, asked, allowed] of cases) {
    const index = new RbacIndex();
    index.change("ClusterRole", role("r", undefined, rule), undefined);
    index.change("ClusterRoleBinding", binding("b", undefined, "ClusterRole", "r", { kind: "User", name: "u" }), undefined);
    assert.equal(decide(index, asked).decision, allowed ? "allow" : "noOpinion", JSON.stringify([rule, asked]));
  }
});

test("the reason names the binding, the role and the subject", () => {
  const index = new RbacIndex();
  index.change("Role", role("r", "ns", VIEWER), undefined);
  index.change(
    "RoleBinding",
    binding("b", "ns", "Role", "r", { kind: "Group", name: "g" }, { kind: "ServiceAccount", name: "s" }),
    undefined,
  );
  const asked = { verb: "get", resource: "pods", namespace: "ns" };
  assert.equal(
    decide(index, { ...asked, user: { name: "x", groups: ["g"] } }).reason,
    'RBAC: allowed by RoleBinding "b/ns" of Role "r" to Group "g"',
  );
  assert.equal(
    decide(index, { ...asked, user: { name: "system:serviceaccount:ns:s", groups: [] } }).reason,
    'RBAC: allowed by RoleBinding "b/ns" of Role "r" to ServiceAccount "s/ns"',
  );
  assert.equal(decide(index, { ...asked, user: { name: "g", groups: [] } }).decision, "noOpinion", "a group's name is no user");
});

test("a RoleBinding counts in its namespace only, whatever it binds", () => {
  const index = new RbacIndex();
  index.change("ClusterRole", role("c", undefined, { ...VIEWER, nonResourceURLs: ["/x"] }), undefined);
  index.change("RoleBinding", binding("b", "ns", "ClusterRole", "c", { kind: "User", name: "u" }), undefined);
  assert.equal(decide(index, { verb: "get", resource: "pods", namespace: "ns" }).decision, "allow");
  assert.equal(decide(index, { verb: "get", resource: "pods", namespace: "other" }).decision, "noOpinion");
  assert.equal(decide(index, { verb: "get", resource: "pods" }).decision, "noOpinion");
  assert.equal(decide(index, { isResourceRequest: false, verb: "get", path: "/x", namespace: "ns" }).decision, "noOpinion");
});

test("a binding stops counting when it is removed or changed, and a role when its rules change", () => {
  const index = new RbacIndex();
  const asked = { verb: "get", resource: "pods", namespace: "ns" };
  const [first, empty] = [role("r", "ns", VIEWER), role("r", "ns")];
  const [bound, other] = [
    { kind: "User", name: "u" },
    { kind: "User", name: "v" },
  ].map((one) => binding("b", "ns", "Role", "r", one));
  index.change("Role", first, undefined);
  index.change("RoleBinding", bound, undefined);
  assert.equal(decide(index, asked).decision, "allow");
  index.change("RoleBinding", other, bound);
  assert.equal(decide(index, asked).decision, "noOpinion");
  index.change("RoleBinding", bound, other);
  index.change("Role", empty, first);
  assert.equal(decide(index, asked).decision, "noOpinion");
  index.change("Role", first, empty);
  assert.equal(decide(index, asked).decision, "allow");
  index.change("RoleBinding", undefined, bound);
  assert.deepEqual(decide(index, asked), { decision: "noOpinion", reason: "" });
});

test("a bound role that does not exist is told in the reason", () => {
  const index = new RbacIndex();
  index.change("RoleBinding", binding("b", "ns", "Role", "none", { kind: "User", name: "u" }), undefined);
  const asked = { verb: "get", resource: "pods", namespace: "ns" };
  assert.equal(decide(index, asked).reason, 'RBAC: role.rbac.authorization.k8s.io "none" not found');
  index.change("ClusterRoleBinding", binding("b", undefined, "ClusterRole", "gone", { kind: "User", name: "u" }), undefined);
  assert.equal(
    decide(index, asked).reason,
    'RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "none" not found]',
  );
});

function decide(index: RbacIndex, asked: Partial<AuthorizationAttributes>): Decision {
  return rbacMode(index).authorize(question(asked)) as Decision;
}

function role(name: string, namespace: string | undefined, ...rules: JsonValue[]): KubeObject {
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: meta(name, namespace), rules };
}

function binding(name: string, namespace: string | undefined, kind: string, of: string, ...subjects: JsonObject[]): KubeObject {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: meta(name, namespace),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: of },
    subjects,
  };
}

function meta(name: string, namespace: string | undefined) {
  return namespace === undefined ? { name } : { name, namespace };
}
