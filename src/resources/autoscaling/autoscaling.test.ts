import assert from "node:assert/strict";
import { test } from "node:test";
import { copyJson, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { at, trialOf } from "../kind-trial.test-support.ts";
import { podDisruptionBudget } from "../policy/pod-disruption-budget.ts";
import { horizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";
import { autoscalerCells } from "./hpa-cells.ts";
import { hpaConversion } from "./hpa-conversion.ts";

const spec = { maxReplicas: 3, scaleTargetRef: { kind: "Deployment", name: "d", apiVersion: "apps/v1" } };
const autoscalers = trialOf(horizontalPodAutoscaler, "autoscaling/v2", "HorizontalPodAutoscaler");
const budgets = trialOf(podDisruptionBudget, "policy/v1", "PodDisruptionBudget");
const faults = (change: JsonObject): string[] => autoscalers.faults({ spec: { ...spec, ...change } });

test("an autoscaler that names no metric aims at 80 % of CPU, in both forms", () => {
  const made = autoscalers.created({ spec });
  const older = trialOf(horizontalPodAutoscaler, "autoscaling/v1", "HorizontalPodAutoscaler").created({ spec });
  assert.equal(at(older, "spec")["targetCPUUtilizationPercentage"], 80);
  assert.deepEqual(at(hpaConversion.toHub(older), "spec", "metrics"), at(made, "spec", "metrics"));
});

test("faults of autoscalers", () => {
  assert.deepEqual(faults({}), []);
  assert.deepEqual(faults({ minReplicas: 0 }), [
    "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
    "spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas",
  ]);
  assert.deepEqual(
    faults({ metrics: [{ type: "Pods", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 1 } } }] }),
    ["spec.metrics[0].pods: Required value: must populate information for the given metric source"],
  );
  assert.deepEqual(faults({ scaleTargetRef: { kind: "Deployment", name: "a/b", apiVersion: "v1" } }), [
    "spec.scaleTargetRef.name: Invalid value: \"a/b\": may not contain '/'",
    'spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group',
  ]);
  assert.deepEqual(faults({ behavior: { scaleUp: { policies: [] } } }), [
    "spec.behavior.scaleUp.policies: Required value: must specify at least one Policy",
  ]);
});

test("an autoscaler keeps references that nobody checked when it was made", () => {
  const target = (apiVersion: string, kind: string, maxReplicas = 3) => ({ maxReplicas, scaleTargetRef: { kind, name: "d", apiVersion } });
  const old = autoscalers.created({ spec: target("a/b/c", "Thing") });
  const changed = (to: JsonObject) => autoscalers.changeFaults(old, (object) => Object.assign(at(object, "spec"), to));
  assert.deepEqual(changed(target("a/b/c", "Thing", 4)), []);
  assert.deepEqual(changed(target("a/b/c", "Other")), [
    'spec.scaleTargetRef.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
  ]);
  const metric = (apiVersion: string) => ({
    type: "Object",
    object: { describedObject: { kind: "K", name: "n", apiVersion }, metric: { name: "m" }, target: { type: "Value", value: "1" } },
  });
  const odd = autoscalers.created({ spec: { ...spec, metrics: [metric("a/b/c")] } });
  assert.equal(autoscalers.faults({ spec: { ...spec, metrics: [metric("a/b/c")] } }).length, 1);
  assert.deepEqual(
    autoscalers.changeFaults(odd, (object) => (at(object, "spec")["metrics"] = [metric("c/d/e")])),
    [],
  );
});

test("annotations of the older form say nothing in the newer one, and nothing where they are empty", () => {
  const annotations = { "autoscaling.alpha.kubernetes.io/behavior": "{}", "a": "b" };
  assert.deepEqual(autoscalers.created({ spec, metadata: { annotations } }).metadata.annotations, { a: "b" });
  const older = trialOf(horizontalPodAutoscaler, "autoscaling/v1", "HorizontalPodAutoscaler").created({ spec, metadata: { annotations } });
  assert.equal(at(hpaConversion.toHub(older), "spec")["behavior"], undefined);
});

test("whatever an autoscaler holds comes back from its older form", () => {
  const metrics = [
    { type: "External", external: { metric: { name: "m" }, target: { type: "Value", value: "5" } } },
    {
      type: "Pods",
      pods: { metric: { name: "p", selector: { matchLabels: { a: "b" } } }, target: { type: "AverageValue", averageValue: "1k" } },
    },
    {
      type: "Object",
      object: { describedObject: { kind: "Service", name: "s" }, target: { type: "Value", value: "10" }, metric: { name: "o" } },
    },
    { type: "ContainerResource", containerResource: { name: "cpu", container: "c", target: { type: "AverageValue", averageValue: "1" } } },
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
  ];
  const made = autoscalers.created({ spec: { ...spec, metrics, behavior: { scaleDown: { stabilizationWindowSeconds: 5 } } } });
  at(made)["status"] = { desiredReplicas: 0, currentMetrics: null };
  const older = hpaConversion.fromHub(copyJson(made) as KubeObject);
  assert.equal(at(older, "spec")["targetCPUUtilizationPercentage"], 50);
  assert.match(
    older.metadata.annotations?.["autoscaling.alpha.kubernetes.io/behavior"] ?? "",
    /^\{"ScaleUp":\{"StabilizationWindowSeconds":0,/,
  );
  assert.deepEqual(hpaConversion.toHub(older), made);
});

test("more than two metrics are counted", () => {
  const metric = (averageUtilization: number) => ({
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
  });
  const made = autoscalers.created({ spec: { ...spec, metrics: [metric(1), metric(2), metric(3)] } });
  assert.equal(autoscalerCells["Targets"]?.(made), "cpu: <unknown>/1%, cpu: <unknown>/2% + 1 more...");
});

test("the key of an empty selector of old stands in no other selector", () => {
  const key = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";
  const selected = (selector: JsonObject) => at(budgets.created({ spec: { selector } }), "spec")["selector"];
  const nothing = { matchExpressions: [{ key, operator: "Exists" }] };
  assert.deepEqual(selected(nothing), nothing);
  assert.deepEqual(selected({ matchExpressions: [{ key, operator: "DoesNotExist" }] }), {});
  const other = { key: "z", operator: "Exists" };
  assert.deepEqual(selected({ matchLabels: { a: "b" }, matchExpressions: [{ key, operator: "Exists" }, other] }), {
    matchLabels: { a: "b" },
    matchExpressions: [other],
  });
});

test("faults of disruption budgets", () => {
  assert.deepEqual(budgets.faults({ spec: { minAvailable: "101%", maxUnavailable: -1 } }), [
    'spec: Invalid value: {"MinAvailable":"101%","Selector":null,"MaxUnavailable":-1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
    'spec.minAvailable: Invalid value: "101%": must not be greater than 100%',
    "spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0",
  ]);
  const old = budgets.created({ spec: { minAvailable: 1 } });
  assert.deepEqual(
    budgets.changeFaults(old, (object) => (object["status"] = { conditions: [{ type: "x", status: "True" }] }), "status"),
    ["status.conditions[0].lastTransitionTime: Required value", "status.conditions[0].reason: Required value"],
  );
});
