import assert from "node:assert/strict";
import { test } from "node:test";
import { requestInfo } from "../request/info.ts";
import { ruleFor } from "./policy.ts";
import { readPolicy } from "./read-policy.ts";

const HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";
const ALICE = { name: "alice", groups: ["devs", "system:authenticated"] };

/** Whether a rule is for a request. */
function matches(rule: string, method: string, target: string, user: typeof ALICE | undefined = ALICE): boolean {
  const info = requestInfo(method, target);
  assert.ok(info);
  return ruleFor(readPolicy(`${HEAD}rules: [{level: Metadata, ${rule}}]`), info, user) !== undefined;
}

const POD = "/api/v1/namespaces/ns/pods/p";
const cases: readonly (readonly [string, string, string, boolean])[] = [
  ["users: [alice]", "GET", POD, true],
  ["users: [bob]", "GET", POD, false],
  ["userGroups: [ops, devs]", "GET", POD, true],
  ["userGroups: [ops]", "GET", POD, false],
  ["verbs: [get]", "GET", POD, true],
  ["verbs: [list]", "GET", POD, false],
  ["resources: [{group: ''}]", "GET", POD, true],
  ["resources: [{group: ''}]", "GET", "/healthz", false],
  ["resources: [{group: apps}]", "GET", POD, false],
  ["resources: [{group: '*', resources: [pods]}]", "GET", POD, true],
  ["resources: [{group: '', resources: [pods]}]", "GET", `${POD}/log`, false],
  ["resources: [{group: '', resources: [pods/log]}]", "GET", `${POD}/log`, true],
  ["resources: [{group: '', resources: ['*/log']}]", "GET", `${POD}/log`, true],
  ["resources: [{group: '', resources: ['*/log']}]", "GET", POD, false],
  ["resources: [{group: '', resources: ['pods/*']}]", "GET", `${POD}/log`, true],
  ["resources: [{group: '', resources: ['*']}]", "GET", `${POD}/log`, true],
  ["resources: [{group: '', resources: [pods], resourceNames: [p]}]", "GET", POD, true],
  ["resources: [{group: '', resources: [pods], resourceNames: [q]}]", "GET", POD, false],
  ["namespaces: [ns]", "GET", POD, true],
  ["namespaces: ['']", "GET", "/api/v1/nodes", true],
  ["namespaces: ['']", "GET", POD, false],
  ["namespaces: [ns]", "GET", "/version", false],
  ["nonResourceURLs: ['/healthz*']", "GET", "/healthz/etcd", true],
  ["nonResourceURLs: ['/healthz*']", "GET", "/livez", false],
  ["nonResourceURLs: ['*']", "GET", "/livez", true],
  ["nonResourceURLs: ['*']", "GET", POD, false],
];
for (const [rule, method, target, expected] of cases) {
  test(`a rule with ${rule} is ${expected ? "" : "not "}for ${method} ${target}`, () => {
    assert.equal(matches(rule, method, target), expected);
  });
}

test("a rule that names users or groups is not for a request without a user", () => {
  const info = requestInfo("GET", POD);
  assert.ok(info);
  for (const rule of ["users: [alice]", "userGroups: [devs]"])
    assert.equal(ruleFor(readPolicy(`${HEAD}rules: [{level: Metadata, ${rule}}]`), info, undefined), undefined);
});

test("the first rule that is for a request decides, with the policy's stages and its own", () => {
  const policy = readPolicy(
    `${HEAD}omitStages: [RequestReceived]\nomitManagedFields: true\nrules:\n- {level: None, verbs: [list]}\n- {level: Request, omitStages: [Panic]}\n- {level: Request, omitManagedFields: false}\n`,
  );
  const info = requestInfo("GET", POD);
  assert.ok(info);
  const rule = ruleFor(policy, info, ALICE);
  assert.deepEqual([rule?.level, [...(rule?.omitStages ?? [])], rule?.omitManagedFields], ["Request", ["RequestReceived", "Panic"], true]);
  assert.equal(policy.rules[2]?.omitManagedFields, false);
});

const faults: readonly (readonly [string, RegExp])[] = [
  ["kind: Policy", /it is no Policy of audit.k8s.io\/v1/],
  [HEAD, /no rules/],
  [`${HEAD}rules: [{level: Everything}]`, /rules\[0\]\.level: "Everything" is not one of None, Metadata, Request, RequestResponse/],
  [`${HEAD}rules: [{verbs: [get]}]`, /rules\[0\]\.level: is required/],
  [`${HEAD}rules: [{level: None, user: [x]}]`, /unknown field "rules\[0\]\.user"/],
  [`${HEAD}rules: [{level: None, omitStages: [Begin]}]`, /omitStages: "Begin" is not one of RequestReceived/],
  [`${HEAD}rules: [{level: None, nonResourceURLs: [healthz]}]`, /must begin with a '\/'/],
  [`${HEAD}rules: [{level: None, nonResourceURLs: ['/a*b']}]`, /only as its last character/],
  [`${HEAD}rules: [{level: None, nonResourceURLs: ['/a'], namespaces: [x]}]`, /both regular resources and non-resource URLs/],
  [`${HEAD}rules: [{level: None, resources: [{group: apps/v1}]}]`, /"apps\/v1" is not the name of a group/],
  [`${HEAD}rules: [{level: None, resources: [{group: '', resourceNames: [x]}]}]`, /using resourceNames requires at least one resource/],
  [`${HEAD}rules: [{level: None, users: alice}]`, /rules\[0\]\.users: must be a list/],
  [`${HEAD}rules: [7]`, /rules\[0\] must be an object/],
  [`${HEAD}rules: [{level: None, level: Metadata}]`, /already set|level/],
  ["a: [", /yaml/],
];
for (const [text, message] of faults) {
  test(`a policy is refused: ${message.source}`, () => {
    assert.throws(() => readPolicy(text), message);
  });
}
