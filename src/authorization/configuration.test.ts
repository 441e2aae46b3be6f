import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "../codec/configuration-file.ts";
import { readAuthorizationConfiguration } from "./configuration.ts";
import type { AuthorizationAttributes } from "./authorizer.ts";
import { compileMatchConditions, MatchConditionError } from "./webhook/match-conditions.ts";
import { question } from "./test-question.ts";

const HEAD = "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n";
const WEBHOOK = `
    timeout: 3s
    subjectAccessReviewVersion: v1
    matchConditionSubjectAccessReviewVersion: v1
    failurePolicy: Deny
    connectionInfo: {type: KubeConfigFile, kubeConfigFile: /etc/hook}
`;

test("a configuration is read with the defaults of what it leaves out", () => {
  const text = `${HEAD}authorizers:
- {type: Node, name: node}
- type: Webhook
  name: hook
  webhook:${WEBHOOK}    cacheUnauthorizedRequests: false
    matchConditions: [{expression: "request.user != 'x'"}]
- {type: RBAC, name: rbac}
`;
  assert.deepEqual(readAuthorizationConfiguration(text), [
    { type: "Node", name: "node" },
    {
      type: "Webhook",
      name: "hook",
      webhook: {
        kubeConfigFile: "/etc/hook",
        timeout: 3000,
        authorizedTtl: 300_000,
        unauthorizedTtl: 0,
        version: "v1",
        failurePolicy: "Deny",
        matchConditions: ["request.user != 'x'"],
      },
    },
    { type: "RBAC", name: "rbac" },
  ]);
});

test("what is missing, repeated, misspelt or too long is told by its place", () => {
  const cases: [string, RegExp][] = [
    ["authorizers: []", /^authorizers: Required value: at least one authorization mode must be defined$/],
    ["authorizers: [{type: Magic, name: x}]", /authorizers\[0\]\.type: Unsupported value: "Magic"/],
    ["authorizers: [{type: RBAC, name: a}, {type: RBAC, name: b}]", /authorizers\[1\]\.type: Duplicate value: "RBAC"/],
    ["authorizers: [{type: RBAC, name: a}, {type: Node, name: a}]", /authorizers\[1\]\.name: Duplicate value: "a"/],
    ["authorizers: [{type: RBAC}]", /authorizers\[0\]\.name: Required value/],
    ["authorizers: [{type: RBAC, name: a, webhok: {}}]", /unknown field "authorizers\[0\]\.webhok"/],
    ["authorizers: [{type: RBAC, name: a, name: b}]", /key "name" already set in map/],
    ["authorizers: [{type: RBAC, name: 7}]", /authorizers\[0\]\.name: must be a string/],
    ["authorizers: {type: RBAC}", /authorizers: must be a list/],
    ["authorizers: [{type: Webhook, name: a}]", /authorizers\[0\]\.webhook: Required value/],
    [
      `authorizers:\n- type: Webhook\n  name: a\n  webhook:${WEBHOOK.replace("3s", "31s")}`,
      /webhook\.timeout: Invalid value: "31s": must be <= 30s/,
    ],
    [
      `authorizers:\n- type: Webhook\n  name: a\n  webhook:${WEBHOOK.replace("Deny", "Allow")}`,
      /webhook\.failurePolicy: Unsupported value: "Allow"/,
    ],
  ];
  for (const [text, message] of cases)
    assert.throws(
      () => readAuthorizationConfiguration(HEAD + text),
      (error) => error instanceof ConfigurationError && (assert.match(error.message, message), true),
    );
  assert.throws(() => readAuthorizationConfiguration("kind: Other"), /it is no AuthorizationConfiguration/);
});

test("match conditions are expressions over the review: all true, or the webhook is not asked", () => {
  const asked = question({ user: { name: "u", groups: ["system:masters"] }, namespace: "kube-system", resource: "pods" });
  const path: AuthorizationAttributes = { ...asked, isResourceRequest: false, path: "/version", user: { name: "u", groups: ["g"] } };
  const conditions = compileMatchConditions([
    "!('system:masters' in request.groups)",
    "!has(request.nonResourceAttributes) || request.nonResourceAttributes.path != '/version'",
  ]);
  assert.deepEqual(conditions(asked), { matches: false });
  assert.deepEqual(conditions(path), { matches: false });
  assert.deepEqual(conditions({ ...path, path: "/metrics" }), { matches: true });
  const nobody = compileMatchConditions(["request.user + request.uid + string(size(request.groups) + size(request.extra)) == '0'"]);
  assert.deepEqual(nobody({ ...path, user: { name: "", groups: [] } }), { matches: true }, "what is empty is there all the same");
  const failing = compileMatchConditions(["request.resourceAttributes.namespace == 'kube-system'"]);
  assert.deepEqual(failing(asked), { matches: true });
  assert.match(failing(path).error ?? "", /resulted in error: no such key: resourceAttributes/);
  const decided = compileMatchConditions(["request.resourceAttributes.namespace == 'x'", "false"]);
  assert.deepEqual(decided(path), { matches: false }, "a false condition decides whatever failed");
  for (const bad of ["request.nope == 1", "'text'", "1 +"])
    assert.throws(
      () => compileMatchConditions([bad]),
      (error) => error instanceof MatchConditionError,
    );
});
