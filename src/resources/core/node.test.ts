import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../object/kube-object.ts";
import type { JsonObject } from "../../object/json.ts";
import { at, trialContext, trialOf } from "../kind-trial.test-support.ts";
import { node } from "./node.ts";

const trial = trialOf(node, "v1", "Node");
const changed = (from: JsonObject, to: JsonObject, door?: string): string[] =>
  trial.changeFaults(trial.created({ spec: from }), (object) => Object.assign(at(object, "spec"), to), door);

test("taints that lie in the annotation of old keep the rules of taints", () => {
  const name = "scheduler.alpha.kubernetes.io/taints";
  const told = (text: string) => trial.faults({ metadata: { annotations: { [name]: text } } });
  assert.deepEqual(told(""), []);
  assert.deepEqual(told('[{"key":"a","effect":"NoSchedule"}]'), []);
  assert.deepEqual(told('[{"key":"a"}]'), [`metadata.annotations.${name}[0].effect: Required value`]);
  assert.deepEqual(told("{}"), [
    `metadata.annotations: Invalid value: "${name}": json: cannot unmarshal object into Go value of type []core.Taint`,
  ]);
});

test("what is set once stays: each range of pods is told, but a list of another length once", () => {
  const stays = (member: string, named: string) =>
    `spec.${member}: Forbidden: node updates may not change ${named} except from "" to valid`;
  const ranges = ["10.0.0.0/24", "fd00::/64"];
  assert.deepEqual(changed({}, { podCIDRs: ranges, podCIDR: ranges[0] as string, providerID: "a" }), []);
  assert.deepEqual(changed({ podCIDRs: ranges, podCIDR: ranges[0] as string }, { podCIDRs: ["10.0.1.0/24", "fd01::/64"], podCIDR: null }), [
    stays("podCIDRs", "podCIDR"),
    stays("podCIDRs", "podCIDR"),
  ]);
  assert.deepEqual(changed({ podCIDR: "10.0.0.0/24" }, { podCIDR: null, podCIDRs: null }), [stays("podCIDRs", "podCIDR")]);
  assert.deepEqual(changed({ providerID: "a" }, { providerID: null }), [stays("providerID", "providerID")]);
});

test("warns of what has no meaning any more, and of ranges that are ambiguous", () => {
  const warned = (spec: JsonObject) => node.strategy?.warnings?.({ metadata: {}, spec } as unknown as KubeObject, undefined, trialContext);
  assert.deepEqual(warned({ podCIDRs: ["10.0.0.0/24"] }), []);
  assert.deepEqual(warned({ externalID: "x", podCIDRs: ["10.0.0.1/24"] }), [
    "spec.externalID: this field is deprecated, and is unused by Kubernetes",
    'spec.podCIDRs[0]: CIDR value "10.0.0.1/24" is ambiguous in this context (should be "10.0.0.0/24" or "10.0.0.1/32"?)',
  ]);
});

test("what a node declares stands in order, each once", () => {
  const declared = (...declaredFeatures: string[]) =>
    trial.changeFaults(trial.created({}), (object) => (object["status"] = { declaredFeatures }), "status");
  assert.deepEqual(declared("A", "B"), []);
  assert.deepEqual(declared("B", "A", "B"), [
    'status.declaredFeatures: Invalid value: ["B","A","B"]: list must be sorted alphabetically',
    'status.declaredFeatures[2]: Duplicate value: "B"',
  ]);
});
