import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { pod } from "../core/pod.ts";
import type { Strategy } from "../definition.ts";
import { at, trialContext, trialOf } from "../kind-trial.test-support.ts";

const trial = trialOf(pod, "v1", "Pod");

function podWith(annotations: JsonObject, spec: JsonObject = {}, securityContext: JsonObject = {}): JsonObject {
  return { metadata: { annotations }, spec: { containers: [{ name: "c", image: "i", securityContext }], ...spec } };
}

const seccomp = "seccomp.security.alpha.kubernetes.io/pod";
const seccompOfC = "container.seccomp.security.alpha.kubernetes.io/c";
const appArmor = "container.apparmor.security.beta.kubernetes.io/c";
const cost = "controller.kubernetes.io/pod-deletion-cost";
const tolerations = "scheduler.alpha.kubernetes.io/tolerations";

test("annotations that mean something to pods are checked, those of seccomp told as if they were members", () => {
  const cases: [annotations: JsonObject, ...faults: string[]][] = [
    [{ [cost]: "-05" }],
    [{ [cost]: "+5" }, `metadata.annotations[${cost}]: Invalid value: "+5": must be a 32bit integer`],
    [{ [cost]: "05" }, `metadata.annotations[${cost}]: Invalid value: "05": must be a 32bit integer`],
    [{ [cost]: "2147483648" }, `metadata.annotations[${cost}]: Invalid value: "2147483648": must be a 32bit integer`],
    [{ [seccomp]: "docker/default", [seccompOfC]: "localhost/a" }],
    [{ [seccomp]: "x" }, `metadata.annotations.${seccomp}: Invalid value: "x": must be a valid seccomp profile`],
    [{ [tolerations]: '[{"key":"a","operator":"Exists"}]' }],
    [
      { [tolerations]: "{}" },
      `metadata.annotations: Invalid value: "${tolerations}": json: cannot unmarshal object into Go value of type []core.Toleration`,
    ],
    [
      { [tolerations]: '[{"key":"a","operator":"In"}]' },
      `metadata.annotations.${tolerations}[0].operator: Unsupported value: "In": supported values: "Equal", "Exists"`,
    ],
  ];
  for (const [annotations, ...faults] of cases) assert.deepEqual(trial.faults(podWith(annotations)), faults);
});

test("a new pod's annotations name the profiles that its fields name", () => {
  const differs = (what: string, member: string): string => `${what} ${member} in annotation and field must match`;
  const place = "spec.containers[0].securityContext";
  const cases: [annotations: JsonObject, securityContext: JsonObject, ...faults: string[]][] = [
    [{ [seccompOfC]: "docker/default" }, { seccompProfile: { type: "RuntimeDefault" } }],
    [
      { [seccompOfC]: "unconfined" },
      { seccompProfile: { type: "RuntimeDefault" } },
      `${place}.seccompProfile.type: Forbidden: ${differs("seccomp", "type")}`,
    ],
    [
      { [seccompOfC]: "localhost/a" },
      { seccompProfile: { type: "Localhost", localhostProfile: "b" } },
      `${place}.seccompProfile.localhostProfile: Forbidden: ${differs("seccomp", "profile")}`,
    ],
    [
      { [appArmor]: "runtime/default" },
      { appArmorProfile: { type: "Unconfined" } },
      `${place}.appArmorProfile.type: Forbidden: ${differs("apparmor", "type")}`,
    ],
    [{ [appArmor]: "localhost/a" }, { appArmorProfile: { type: "Localhost", localhostProfile: "a" } }],
  ];
  for (const [annotations, securityContext, ...faults] of cases) {
    assert.deepEqual(trial.faults(podWith(annotations, {}, securityContext)), faults);
  }
  const ofPod = podWith({ [seccomp]: "unconfined" }, { securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "a" } } });
  assert.deepEqual(trial.faults(ofPod), [`spec.securityContext.seccompProfile.type: Forbidden: ${differs("seccomp", "type")}`]);
});

test("what an annotation says of AppArmor is written into the container's field, with a warning", () => {
  const made = (annotation: string, spec: JsonObject = {}): readonly [profile: unknown, warnings: number] => {
    const object = { ...trial.created({ spec: {} }), ...podWith({ [appArmor]: annotation }, spec) };
    const warnings: string[] = [];
    (pod.strategy as Strategy).prepareForCreate?.(object as never, { ...trialContext, warn: (text) => warnings.push(text) });
    return [at(object, "spec", "containers", 0, "securityContext")["appArmorProfile"], warnings.length];
  };
  const ofPod = { securityContext: { appArmorProfile: { type: "Unconfined" } } };
  assert.deepEqual(made("localhost/a"), [{ type: "Localhost", localhostProfile: "a" }, 1]);
  assert.deepEqual(made("unconfined", ofPod), [undefined, 0]);
  assert.deepEqual(made("runtime/default", ofPod), [{ type: "RuntimeDefault" }, 1]);
  assert.deepEqual(made("localhost/ a"), [undefined, 1]);
  assert.deepEqual(made("unconfined", { os: { name: "windows" } }), [undefined, 0]);
});

test("old annotations of init containers are not kept", () => {
  const { metadata } = trial.created({ metadata: { annotations: { "pod.beta.kubernetes.io/init-containers": "[]", "a": "b" } }, spec: {} });
  assert.deepEqual(metadata.annotations, { a: "b" });
  const nothing = trial.created({ metadata: { annotations: { "pod.alpha.kubernetes.io/init-container-statuses": "" } }, spec: {} });
  assert.equal(nothing.metadata.annotations, undefined);
});

test("annotations are checked once with an update and once as what it changed, and old costs of deletion are forgiven", () => {
  const old = trial.created(podWith({}));
  const change = (object: JsonObject): void => {
    at(object, "metadata")["annotations"] = { [cost]: "x" };
  };
  const fault = `metadata.annotations[${cost}]: Invalid value: "x": must be a 32bit integer`;
  assert.deepEqual(trial.changeFaults(old, change), [fault, fault]);
  assert.deepEqual(trial.changeFaults(old, change, "status"), [fault]);
  assert.deepEqual(trial.changeFaults(trial.created(podWith({ [cost]: "y" })), change), []);
});
