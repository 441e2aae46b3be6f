import assert from "node:assert/strict";
import { test } from "node:test";
import { objectIn, objectsIn } from "../object/read.ts";
import { testRegistry } from "../registry/test-registry.ts";
import { pretendCluster } from "./pretend-cluster.test-support.ts";
import { validatingAdmissionPolicyStatus } from "./validating-admission-policy-status.ts";

const { registry } = testRegistry();
const loop = validatingAdmissionPolicyStatus(registry.definitions);
const rules = (resources: string[], groups = ["apps"]) => ({
  resourceRules: [{ apiGroups: groups, apiVersions: ["v1"], operations: ["CREATE"], resources }],
});

test("a policy is told where its expressions do not fit the kinds that it matches, once a generation", async () => {
  const spec = {
    matchConstraints: rules(["deployments", "replicasets", "deployments/scale"]),
    variables: [{ name: "spec", expression: "object.spec" }],
    validations: [
      { expression: "object.replicas > 1" },
      { expression: "variables.spec.strategy.type == 'Recreate'", messageExpression: "'is ' + object.spec.paused" },
      { expression: "object.spec.replicas > 1 && object.metadata.name != ''" },
    ],
  };
  const here = pretendCluster({ "validatingadmissionpolicies//p": { metadata: { generation: 1 }, spec } });
  await loop.reconcile("p", here.client);
  const status = () => objectIn(here.object("validatingadmissionpolicies//p") ?? {}, "status");
  assert.equal(status()["observedGeneration"], 1);
  const warnings = objectsIn(objectIn(status(), "typeChecking"), "expressionWarnings");
  assert.deepEqual(
    warnings.map(({ fieldRef }) => fieldRef),
    ["spec.validations[0].expression", "spec.validations[1].expression", "spec.validations[1].messageExpression"],
  );
  assert.equal(
    warnings[0]?.["warning"],
    [
      "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n",
      "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n",
    ].join("\n"),
  );
  assert.match(String(warnings[1]?.["warning"]), /^apps\/v1, Kind=ReplicaSet: ERROR: .* undefined field 'strategy'/);
  await loop.reconcile("p", here.client);
  assert.equal(here.writes(), 1);
});

test("parameters of a kind that there is not are no name", async () => {
  const spec = (kind: string) => ({
    paramKind: { apiVersion: "v1", kind },
    matchConstraints: rules(["deployments"]),
    validations: [{ expression: "params.data['k'] == 'v'" }],
  });
  const warnings = async (kind: string) => {
    const here = pretendCluster({ "validatingadmissionpolicies//p": { metadata: { generation: 1 }, spec: spec(kind) } });
    await loop.reconcile("p", here.client);
    const status = objectIn(here.object("validatingadmissionpolicies//p") ?? {}, "status");
    return objectsIn(objectIn(status, "typeChecking"), "expressionWarnings");
  };
  assert.deepEqual(await warnings("ConfigMap"), []);
  assert.match(String((await warnings("Nope"))[0]?.["warning"]), /undeclared reference to 'params'/);
});

test("a policy that leaves open what it matches, or fits, has nothing to be told", async () => {
  for (const groups of [["*"], ["apps"]]) {
    const spec = {
      matchConstraints: rules(["deployments"], groups),
      validations: [{ expression: groups[0] === "*" ? "object.nope" : "object.spec.replicas > 1" }],
    };
    const here = pretendCluster({ "validatingadmissionpolicies//p": { metadata: { generation: 3 }, spec } });
    await loop.reconcile("p", here.client);
    assert.deepEqual(objectIn(here.object("validatingadmissionpolicies//p") ?? {}, "status"), { observedGeneration: 3, typeChecking: {} });
  }
});
