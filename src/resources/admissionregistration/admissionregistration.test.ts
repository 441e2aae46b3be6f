import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../object/kube-object.ts";
import { staticNameWarnings } from "./static-names.ts";
import type { JsonObject } from "../../object/json.ts";
import { at, trialOf } from "../kind-trial.test-support.ts";
import { mutatingAdmissionPolicy } from "./mutating-admission-policy.ts";
import { mutatingAdmissionPolicyBinding, validatingAdmissionPolicyBinding } from "./policy-bindings.ts";
import { validatingAdmissionPolicy } from "./validating-admission-policy.ts";
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from "./webhook-configurations.ts";

const GROUP = "admissionregistration.k8s.io/v1";
const policies = trialOf(validatingAdmissionPolicy, GROUP, "ValidatingAdmissionPolicy");
const mutating = trialOf(mutatingAdmissionPolicy, GROUP, "MutatingAdmissionPolicy");
const bindings = trialOf(validatingAdmissionPolicyBinding, GROUP, "ValidatingAdmissionPolicyBinding");
const mutatingBindings = trialOf(mutatingAdmissionPolicyBinding, GROUP, "MutatingAdmissionPolicyBinding");
const webhooks = trialOf(validatingWebhookConfiguration, GROUP, "ValidatingWebhookConfiguration");
const mutatingWebhooks = trialOf(mutatingWebhookConfiguration, GROUP, "MutatingWebhookConfiguration");

const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
const webhook = {
  name: "a.b.c",
  clientConfig: { service: { namespace: "n", name: "s" } },
  rules: [rule],
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
};
const policy = { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: "true" }] };
const mutation = { patchType: "ApplyConfiguration", applyConfiguration: { expression: "Object{}" } };
const mutatingPolicy = { matchConstraints: { resourceRules: [rule] }, mutations: [mutation], reinvocationPolicy: "Never" };

test("a webhook is asked strictly, of equivalent resources, everywhere, for ten seconds", () => {
  const made = at(mutatingWebhooks.created({ webhooks: [webhook] }), "webhooks", 0);
  const { failurePolicy, matchPolicy, namespaceSelector, objectSelector, timeoutSeconds, reinvocationPolicy } = made;
  assert.deepEqual(
    [failurePolicy, matchPolicy, namespaceSelector, objectSelector, timeoutSeconds, reinvocationPolicy],
    ["Fail", "Equivalent", {}, {}, 10, "Never"],
  );
  assert.deepEqual([at(made, "rules", 0)["scope"], at(made, "clientConfig", "service")["port"]], ["*", 443]);
  assert.equal(at(webhooks.created({ webhooks: [webhook] }), "webhooks", 0)["reinvocationPolicy"], undefined);
});

test("faults of webhooks", () => {
  const https = "; desired format: https://host[/path]";
  const url = (text: string): JsonObject => ({ clientConfig: { url: text } });
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ name: "a.b" }, ['name: Invalid value: "a.b": should be a domain with at least three segments separated by dots']],
    [{ sideEffects: "Some" }, ['sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"']],
    [{ timeoutSeconds: 31 }, ["timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds"]],
    [
      { admissionReviewVersions: ["v2", "v2"] },
      [
        'admissionReviewVersions[1]: Invalid value: "v2": duplicate version',
        'admissionReviewVersions: Invalid value: ["v2","v2"]: must include at least one of v1, v1beta1',
      ],
    ],
    [{ clientConfig: {} }, ["clientConfig: Required value: exactly one of url or service is required"]],
    [{ clientConfig: { service: { namespace: "n" } } }, ["clientConfig.service.namespace: Required value"]],
    [
      { clientConfig: { service: { namespace: "n", name: "s", path: "/a//B/" } } },
      [
        'clientConfig.service.path: Invalid value: "/a//B/": segment[1] may not be empty',
        `clientConfig.service.path: Invalid value: "/a//B/": segment[2]: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      ],
    ],
    [url("http://a.b"), [`clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme${https}`]],
    [url("https:///x"), [`clientConfig.url: Invalid value: "": host must be specified${https}`]],
    [
      url("https://u:p@a.b/x?q=1#f"),
      [
        'clientConfig.url: Invalid value: "u:p": user information is not permitted in the URL',
        'clientConfig.url: Invalid value: "f": fragments are not permitted in the URL',
        'clientConfig.url: Invalid value: "q=1": query parameters are not permitted in the URL',
      ],
    ],
    [
      { rules: [{ ...rule, resources: ["pods/*", "pods/log", "*/scale", "x/scale"] }] },
      [
        `rules[0].resources[1]: Invalid value: "pods/log": if 'pods/*' is present, must not specify pods/log`,
        `rules[0].resources[3]: Invalid value: "x/scale": if '*/scale' is present, must not specify x/scale`,
      ],
    ],
    [
      { rules: [{ ...rule, resources: ["*/*", "pods"], operations: ["*", "CREATE"] }] },
      [
        `rules[0].operations: Invalid value: ["*","CREATE"]: if '*' is present, must not specify other operations`,
        `rules[0].resources: Invalid value: ["*/*","pods"]: if '*/*' is present, must not specify other resources`,
      ],
    ],
    [
      {
        matchConditions: [
          { name: "x", expression: "1" },
          { name: "x", expression: "true" },
        ],
      },
      [
        'matchConditions[0].expression: Invalid value: "1": must evaluate to bool but got int',
        'matchConditions[1].name: Duplicate value: "x"',
      ],
    ],
  ];
  for (const [changed, wanted] of rows) {
    const found = webhooks.faults({ webhooks: [{ ...webhook, ...changed }] });
    assert.deepEqual(
      found,
      wanted.map((text) => `webhooks[0].${text}`),
      JSON.stringify(changed),
    );
  }
  assert.deepEqual(webhooks.faults({ webhooks: [webhook, webhook] }), ['webhooks[1].name: Duplicate value: "a.b.c"']);
});

test("faults of validating policies", () => {
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ paramKind: { apiVersion: "v1", kind: "ConfigMap" }, validations: [{ expression: "params.data.a == object.a" }] }, []],
    [
      { validations: [{ expression: "params.x" }] },
      [
        `spec.validations[0].expression: Invalid value: "params.x": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.x\n | ^`,
      ],
    ],
    [
      { validations: [{ expression: "true", messageExpression: "string(authorizer == null)" }] },
      [
        `spec.validations[0].messageExpression: Invalid value: "string(authorizer == null)": compilation failed: ERROR: <input>:1:8: undeclared reference to 'authorizer' (in container '')\n | string(authorizer == null)\n | .......^`,
      ],
    ],
    [
      {
        variables: [
          { name: "a", expression: "1" },
          { name: "b", expression: "variables.a + 1" },
        ],
        validations: [{ expression: "variables.b > 1" }],
      },
      [],
    ],
    [
      { auditAnnotations: [{ key: "k", valueExpression: "1" }] },
      ['spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int'],
    ],
    [
      { validations: [{ expression: "true", message: "a\nb", reason: "Bogus" }] },
      [
        'spec.validations[0].message: Invalid value: "a\\nb": must not contain line breaks',
        'spec.validations[0].reason: Unsupported value: "Bogus": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
      ],
    ],
    [
      { paramKind: { apiVersion: "a/b/c", kind: "K" } },
      ['spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
    ],
  ];
  for (const [changed, wanted] of rows)
    assert.deepEqual(policies.faults({ spec: { ...policy, ...changed } }), wanted, JSON.stringify(changed));
});

test("the status of a policy tells warnings with their places", () => {
  const old = policies.created({ spec: policy });
  const faults = policies.changeFaults(
    old,
    (object) => (object["status"] = { typeChecking: { expressionWarnings: [{ fieldRef: " ", warning: "" }] } }),
    "status",
  );
  assert.deepEqual(faults, [
    "status.typeChecking.expressionWarnings[0].warning: Required value",
    "status.typeChecking.expressionWarnings[0].fieldRef: Required value",
  ]);
});

test("faults of mutating policies", () => {
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/a"}]' } }] }, []],
    [
      { mutations: [{ ...mutation, jsonPatch: { expression: "[]" } }] },
      ['spec.mutations[0].jsonPatch: Invalid value: "{jsonPatch}": must not be specified when patchType is ApplyConfiguration'],
    ],
    [
      { mutations: [{ ...mutation, applyConfiguration: { expression: " variables.a " }, jsonPatch: { expression: "[]" } }] },
      [
        "spec.mutations[0].applyConfiguration.expression: Invalid value: \"variables.a\": compilation failed: ERROR: <input>:1:10: undefined field 'a'\n | variables.a\n | .........^",
        'spec.mutations[0].jsonPatch: Invalid value: "{jsonPatch}": must not be specified when patchType is ApplyConfiguration',
      ],
    ],
    [
      { mutations: [{ patchType: "JSONPatch" }] },
      ["spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch"],
    ],
    [
      { matchConstraints: { resourceRules: [{ ...rule, operations: ["DELETE"] }] } },
      ['spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"'],
    ],
  ];
  for (const [changed, wanted] of rows) {
    assert.deepEqual(mutating.faults({ spec: { ...mutatingPolicy, ...changed } }), wanted, JSON.stringify(changed));
  }
});

test("a binding of a mutating policy is for operations that carry an object", () => {
  const bindings = trialOf(mutatingAdmissionPolicyBinding, "admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding");
  const resourceRules = [{ ...rule, operations: ["DELETE", "CREATE"] }];
  assert.deepEqual(bindings.faults({ spec: { policyName: "p", matchResources: { resourceRules } } }), [
    'spec.matchResources.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
  ]);
});

test("faults of bindings", () => {
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [
      { validationActions: ["Deny", "Warn"] },
      [
        'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
    ],
    [
      { paramRef: { name: "x", selector: {}, parameterNotFoundAction: "Allow" } },
      [
        "spec.paramRef.name: Forbidden: name and selector are mutually exclusive",
        "spec.paramRef.selector: Forbidden: name and selector are mutually exclusive",
      ],
    ],
  ];
  for (const [changed, wanted] of rows) {
    assert.deepEqual(
      bindings.faults({ spec: { policyName: "p", validationActions: ["Deny"], ...changed } }),
      wanted,
      JSON.stringify(changed),
    );
  }
  assert.deepEqual(mutatingBindings.faults({ spec: { policyName: "p", paramRef: {} } }), [
    "spec.paramRef: Required value: one of name or selector must be specified",
    "spec.paramRef.parameterNotFoundAction: Required value",
  ]);
});

test("cells of policies and bindings say what is unset", () => {
  const cells = validatingAdmissionPolicy.cells ?? {};
  const made = policies.created({ spec: policy });
  assert.deepEqual([cells["Validations"]?.(made, 0), cells["ParamKind"]?.(made, 0)], [1, "<unset>"]);
  const ref = validatingAdmissionPolicyBinding.cells?.["ParamRef"];
  assert.equal(ref?.(bindings.created({ spec: { paramRef: { namespace: "n", name: "x" } } }), 0), "n/x");
  assert.equal(ref?.(bindings.created({ spec: {} }), 0), "<unset>");
});

test("names that will be those of configurations from files are warned of once", () => {
  const named = (name: string): KubeObject => ({ apiVersion: "v1", kind: "X", metadata: { name } });
  assert.equal(staticNameWarnings(named("a.static.k8s.io"), undefined).length, 1);
  assert.deepEqual(staticNameWarnings(named("a.k8s.io"), undefined), []);
  assert.deepEqual(staticNameWarnings(named("a.static.k8s.io"), named("a.static.k8s.io")), []);
});
