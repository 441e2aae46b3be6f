import { isObject, structIn, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { annotatedMetrics, dropAnnotations } from "./hpa-conversion.ts";

/** The utilization that is aimed at where the writer named no metric. */
const cpuPercent = 80;

const policy = (type: string, value: number): JsonObject => ({ type, value, periodSeconds: 15 });

/** Fills in what the writer left out, in either form; the older one has its one metric, others are in annotations. */
export function defaultAutoscaler(object: KubeObject, apiVersion: string): void {
  const spec = structIn(object, "spec");
  structIn(spec, "scaleTargetRef");
  spec["minReplicas"] ??= 1;
  if (apiVersion === "autoscaling/v1") {
    if (annotatedMetrics(object) === undefined) spec["targetCPUUtilizationPercentage"] ??= cpuPercent;
    return;
  }
  dropAnnotations(object);
  if (!Array.isArray(spec["metrics"]) || spec["metrics"].length === 0) {
    spec["metrics"] = [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuPercent } } }];
  }
  const behavior = spec["behavior"];
  if (!isObject(behavior)) return;
  const up = structIn(behavior, "scaleUp");
  up["stabilizationWindowSeconds"] ??= 0;
  defaultRules(up, [policy("Pods", 4), policy("Percent", 100)]);
  defaultRules(structIn(behavior, "scaleDown"), [policy("Percent", 100)]);
}

function defaultRules(rules: JsonObject, policies: JsonObject[]): void {
  rules["selectPolicy"] ??= "Max";
  rules["policies"] ??= policies;
}
