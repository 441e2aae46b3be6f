import { isObject, type JsonObject, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";

/**
 * autoscaling/v1 knows one metric, the utilization of CPU. What else a stored v2 autoscaler holds travels in these
 * annotations of its v1 form.
 */
const METRICS = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT_METRICS = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
const BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";

/** From and to autoscaling/v1; the stored form is autoscaling/v2. */
export const hpaConversion = { toHub, fromHub };

function toHub(hpa: KubeObject): KubeObject {
  const spec = memberObject(hpa, "spec");
  const status = memberObject(hpa, "status");
  const cpu = spec["targetCPUUtilizationPercentage"];
  delete spec["targetCPUUtilizationPercentage"];
  const metrics = takeAnnotation(hpa, METRICS);
  const others = Array.isArray(metrics) ? metrics.map((metric) => metricFromV1(metric)) : [];
  if (typeof cpu === "number") others.unshift(cpuMetric({ averageUtilization: cpu }));
  if (others.length > 0) spec["metrics"] = others;
  const behavior = takeAnnotation(hpa, BEHAVIOR);
  if (isObject(behavior)) spec["behavior"] = behavior;

  const current = status["currentCPUUtilizationPercentage"];
  delete status["currentCPUUtilizationPercentage"];
  const currentMetrics = takeAnnotation(hpa, CURRENT_METRICS);
  const shown = Array.isArray(currentMetrics) ? [...currentMetrics] : [];
  if (typeof current === "number" && shown.length === 0)
    shown.push({ type: "Resource", resource: { name: "cpu", current: { averageUtilization: current } } });
  if (shown.length > 0) status["currentMetrics"] = shown;
  const conditions = takeAnnotation(hpa, CONDITIONS);
  if (Array.isArray(conditions)) status["conditions"] = conditions;
  return Object.assign(hpa, { apiVersion: "autoscaling/v2" });
}

function fromHub(hpa: KubeObject): KubeObject {
  const spec = memberObject(hpa, "spec");
  const status = memberObject(hpa, "status");
  const metrics = Array.isArray(spec["metrics"]) ? spec["metrics"] : [];
  const first = metrics.find((metric) => cpuUtilization(metric) !== undefined);
  if (first !== undefined) spec["targetCPUUtilizationPercentage"] = cpuUtilization(first) as number;
  const others = metrics.filter((metric) => metric !== first);
  if (others.length > 0)
    putAnnotation(
      hpa,
      METRICS,
      others.map((metric) => metricToV1(metric)),
    );
  delete spec["metrics"];
  if (isObject(spec["behavior"])) putAnnotation(hpa, BEHAVIOR, spec["behavior"]);
  delete spec["behavior"];

  const current = Array.isArray(status["currentMetrics"]) ? status["currentMetrics"] : [];
  for (const metric of current) {
    const resource = isObject(metric) ? metric["resource"] : undefined;
    const value =
      isObject(resource) && resource["name"] === "cpu" && isObject(resource["current"])
        ? resource["current"]["averageUtilization"]
        : undefined;
    if (typeof value === "number") status["currentCPUUtilizationPercentage"] = value;
  }
  if (current.length > 0) putAnnotation(hpa, CURRENT_METRICS, current);
  delete status["currentMetrics"];
  if (Array.isArray(status["conditions"]) && status["conditions"].length > 0) putAnnotation(hpa, CONDITIONS, status["conditions"]);
  delete status["conditions"];
  return Object.assign(hpa, { apiVersion: "autoscaling/v1" });
}

function cpuMetric(target: JsonObject): JsonObject {
  return { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", ...target } } };
}

function cpuUtilization(metric: JsonValue): number | undefined {
  const resource = isObject(metric) && metric["type"] === "Resource" ? metric["resource"] : undefined;
  if (!isObject(resource) || resource["name"] !== "cpu" || !isObject(resource["target"])) return undefined;
  const { averageUtilization } = resource["target"];
  return typeof averageUtilization === "number" ? averageUtilization : undefined;
}

/** v1 keeps the targets of a resource metric beside its name, without naming their type. */
function metricToV1(metric: JsonValue): JsonValue {
  if (!isObject(metric) || !isObject(metric["resource"]) || !isObject(metric["resource"]["target"])) return metric;
  const { name, target } = metric["resource"];
  const { averageUtilization, averageValue } = target as JsonObject;
  return {
    type: "Resource",
    resource: {
      ...(name === undefined ? {} : { name }),
      ...(averageUtilization === undefined ? {} : { targetAverageUtilization: averageUtilization }),
      ...(averageValue === undefined ? {} : { targetAverageValue: averageValue }),
    },
  };
}

function metricFromV1(metric: JsonValue): JsonValue {
  if (!isObject(metric) || !isObject(metric["resource"]) || metric["resource"]["target"] !== undefined) return metric;
  const { name, targetAverageUtilization, targetAverageValue } = metric["resource"];
  const target: JsonObject =
    targetAverageUtilization === undefined
      ? { type: "AverageValue", ...(targetAverageValue === undefined ? {} : { averageValue: targetAverageValue }) }
      : { type: "Utilization", averageUtilization: targetAverageUtilization };
  return { type: "Resource", resource: { ...(name === undefined ? {} : { name }), target } };
}

function memberObject(parent: KubeObject, name: string): JsonObject {
  const member = parent[name];
  if (isObject(member)) return member;
  const made: JsonObject = {};
  parent[name] = made;
  return made;
}

/** Removes an annotation and gives its JSON; what does not parse counts as absent. */
function takeAnnotation(hpa: KubeObject, name: string): JsonValue | undefined {
  const { annotations } = hpa.metadata;
  const text = annotations?.[name];
  if (annotations === undefined || text === undefined) return undefined;
  delete annotations[name];
  if (Object.keys(annotations).length === 0) delete hpa.metadata.annotations;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function putAnnotation(hpa: KubeObject, name: string, value: JsonValue): void {
  hpa.metadata.annotations = { ...hpa.metadata.annotations, [name]: JSON.stringify(value) };
}
