import type { AdmissionAttributes, AdmissionPlugin } from "../src/admission/admission.ts";
import { validatingAdmissionPolicy } from "../src/admission/policies/validating-admission-policy.ts";
import type { WebhookParts } from "../src/admission/webhooks/calls.ts";
import { validatingWebhook } from "../src/admission/webhooks/validating-webhook.ts";
import { NO_OPINION } from "../src/authorization/authorizer.ts";
import type { JsonObject } from "../src/object/json.ts";
import type { KubeObject } from "../src/object/kube-object.ts";
import { systemClient } from "../src/registry/system-client.ts";
import { testRegistry, type TestRegistry } from "../src/registry/test-registry.ts";
import { cpuSince } from "./cpu.ts";
import { created } from "./created.ts";
import { median, type Result } from "./result.ts";

const TURNS = 20_000;
/** Of what takes next to nothing, so many that a round is longer than what the compiler does beside it. */
const MANY_TURNS = 400_000;
const ROUNDS = 9;
const API = "/apis/admissionregistration.k8s.io/v1";

const OBJECT: KubeObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "a", labels: { app: "web" } },
  data: { color: "green", mode: "fast" },
};

const POLICY: JsonObject = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicy",
  metadata: { name: "p" },
  spec: {
    matchConstraints: {
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"] }],
    },
    validations: [{ expression: "object.metadata.?labels['app'].orValue('') != '' && size(object.data) < 100" }],
  },
};

const BINDING: JsonObject = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicyBinding",
  metadata: { name: "b" },
  spec: { policyName: "p", validationActions: ["Deny"] },
};

/** What CEL policies cost a write, and that where there are no policies and no webhooks they cost nothing. */
export async function benchPolicies(): Promise<readonly Result[]> {
  const made = testRegistry();
  const client = systemClient(made.registry);
  const parts: WebhookParts = {
    view: client,
    registry: () => made.registry,
    authorize: () => NO_OPINION,
    resolveService: () => Promise.reject(new Error("no webhook is called here")),
  };
  const policies = validatingAdmissionPolicy(parts);
  const webhooks = validatingWebhook(parts);
  await created(made.call("POST", "/api/v1/namespaces", { metadata: { name: "a" } }));
  const attributes = attributesOf(made);
  const none = await microseconds([policies, webhooks], attributes, MANY_TURNS);
  await created(made.call("POST", `${API}/validatingadmissionpolicies`, POLICY));
  await created(made.call("POST", `${API}/validatingadmissionpolicybindings`, BINDING));
  const one = await microseconds([policies], attributes);
  const other = await microseconds([policies], { ...attributes, operation: "DELETE", object: undefined, oldObject: OBJECT });
  return [
    { what: "a write without policies and webhooks", measured: none, unit: "us", aim: { atMost: 0.2 } },
    { what: "one CEL policy that judges a write", measured: one, unit: "us", aim: { atMost: 10 } },
    { what: "one CEL policy that does not match", measured: other, unit: "us" },
  ];
}

function attributesOf({ registry }: TestRegistry): AdmissionAttributes {
  const definition = registry.definitions.ofResource("", "configmaps");
  if (definition === undefined) throw new TypeError("no config maps");
  return {
    operation: "CREATE",
    definition,
    served: definition.hub,
    subresource: "",
    ref: { group: "", plural: "configmaps" },
    namespace: "a",
    name: "settings",
    object: OBJECT,
    oldObject: undefined,
    user: { name: "admin", groups: ["system:masters"] },
    options: {},
    dryRun: false,
    warn: () => {},
    annotate: () => {},
  };
}

/** Microseconds of CPU that plugins take of one write. */
async function microseconds(plugins: readonly AdmissionPlugin[], attributes: AdmissionAttributes, turns = TURNS): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    for (let i = 0; i < turns; i++) for (const plugin of plugins) if (plugin.handles(attributes)) await plugin.validate?.(attributes);
    const used = cpuSince(start);
    // The first rounds are for the compiler, and for tables that are filled on first use.
    if (round >= 3) times.push(used / turns);
  }
  return median(times);
}
