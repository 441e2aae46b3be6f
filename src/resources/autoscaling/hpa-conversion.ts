import { isObject, structIn, type JsonObject, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects } from "../../object/parts.ts";
import { shownAs, type ShownMembers } from "../pod-spec/shown.ts";
import { flatMetric, flatReading, nestedMetric, nestedReading } from "./hpa-v1-metrics.ts";

/**
 * autoscaling/v1 knows one metric, the utilization of CPU. What else a stored v2 autoscaler holds travels in these
 * annotations of its v1 form.
 */
const prefix = "autoscaling.alpha.kubernetes.io/";
const annotationOf = {
  metrics: `${prefix}metrics`,
  currentMetrics: `${prefix}current-metrics`,
  conditions: `${prefix}conditions`,
  behavior: `${prefix}behavior`,
} as const;

/** From and to autoscaling/v1; the stored form is autoscaling/v2. */
export const hpaConversion = { toHub, fromHub };

/** The metrics of the v1 form that are not its own one; undefined where none can be read. */
export function annotatedMetrics(hpa: KubeObject): JsonObject[] | undefined {
  const read = readAnnotation(hpa, annotationOf.metrics);
  return Array.isArray(read) && read.length > 0 ? objects(read) : undefined;
}

function toHub(hpa: KubeObject): KubeObject {
  const spec = structIn(hpa, "spec");
  const status = structIn(hpa, "status");
  const cpu = spec["targetCPUUtilizationPercentage"];
  const metrics = (annotatedMetrics(hpa) ?? []).map(nestedMetric);
  if (typeof cpu === "number") metrics.push(cpuMetric(cpu));
  if (metrics.length > 0) spec["metrics"] = metrics;
  const behavior = readAnnotation(hpa, annotationOf.behavior);
  const behaviorRead = isObject(behavior) ? renamed(behavior, behaviorMembers) : {};
  if (Object.keys(behaviorRead).length > 0) spec["behavior"] = behaviorRead;

  const current = status["currentCPUUtilizationPercentage"];
  const readings = readAnnotation(hpa, annotationOf.currentMetrics);
  const shown = Array.isArray(readings) && readings.length > 0 ? objects(readings).map(nestedReading) : [];
  if (typeof current === "number" && shown.length === 0) {
    shown.push({ type: "Resource", resource: { name: "cpu", current: { averageUtilization: current } } });
  }
  status["currentMetrics"] = shown.length > 0 ? shown : null;
  if (status["currentReplicas"] === 0) delete status["currentReplicas"];
  const conditions = readAnnotation(hpa, annotationOf.conditions);
  if (Array.isArray(conditions) && conditions.length > 0) status["conditions"] = conditions;
  delete spec["targetCPUUtilizationPercentage"];
  delete status["currentCPUUtilizationPercentage"];
  dropAnnotations(hpa);
  return Object.assign(hpa, { apiVersion: "autoscaling/v2" });
}

function fromHub(hpa: KubeObject): KubeObject {
  const spec = structIn(hpa, "spec");
  const status = structIn(hpa, "status");
  const metrics = objects(spec["metrics"]);
  const cpu = metrics.map(cpuUtilization).find((value) => value !== undefined);
  if (cpu !== undefined) spec["targetCPUUtilizationPercentage"] = cpu;
  putAnnotation(hpa, annotationOf.metrics, metrics.filter((metric) => cpuUtilization(metric) === undefined).map(flatMetric));
  const readings = objects(status["currentMetrics"]);
  for (const reading of readings) {
    const value = cpuReading(reading);
    if (value !== undefined) status["currentCPUUtilizationPercentage"] = value;
  }
  putAnnotation(hpa, annotationOf.currentMetrics, readings.map(flatReading));
  if (isObject(spec["behavior"])) {
    putAnnotation(hpa, annotationOf.behavior, [shownAs(spec["behavior"], behaviorMembers) as JsonObject], "alone");
  }
  putAnnotation(hpa, annotationOf.conditions, objects(status["conditions"]).map(orderedCondition));
  status["currentReplicas"] ??= 0;
  status["desiredReplicas"] ??= 0;
  delete spec["metrics"];
  delete spec["behavior"];
  delete status["currentMetrics"];
  delete status["conditions"];
  return Object.assign(hpa, { apiVersion: "autoscaling/v1" });
}

const rulesMembers: ShownMembers = [
  ["StabilizationWindowSeconds", "stabilizationWindowSeconds", null],
  ["SelectPolicy", "selectPolicy", null],
  [
    "Policies",
    "policies",
    null,
    [
      ["Type", "type", ""],
      ["Value", "value", 0],
      ["PeriodSeconds", "periodSeconds", 0],
    ],
  ],
  ["Tolerance", "tolerance", null],
];

/** The behavior travels in the original's internal form. */
const behaviorMembers: ShownMembers = [
  ["ScaleUp", "scaleUp", null, rulesMembers],
  ["ScaleDown", "scaleDown", null, rulesMembers],
];

/** Back from the internal form; names of members count without case, as the original reads them. */
function renamed(shown: JsonObject, members: ShownMembers): JsonObject {
  const byName = new Map(members.map((one) => [one[0].toLowerCase(), one] as const));
  const object: JsonObject = {};
  for (const [key, value] of Object.entries(shown)) {
    const found = byName.get(key.toLowerCase());
    if (found === undefined || value === undefined || value === null) continue;
    const [, name, , inner] = found;
    if (inner === undefined) object[name] = value;
    else if (Array.isArray(value)) object[name] = objects(value).map((item) => renamed(item, inner));
    else if (isObject(value)) object[name] = renamed(value, inner);
  }
  return object;
}

function orderedCondition({ type = "", status = "", lastTransitionTime = null, reason, message }: JsonObject): JsonObject {
  return {
    type,
    status,
    lastTransitionTime,
    ...(reason === undefined || reason === "" ? {} : { reason }),
    ...(message === undefined || message === "" ? {} : { message }),
  };
}

function cpuMetric(averageUtilization: number): JsonObject {
  return { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization } } };
}

function cpuUtilization(metric: JsonObject): number | undefined {
  return cpuValue(metric, "target");
}

function cpuReading(metric: JsonObject): number | undefined {
  return cpuValue(metric, "current");
}

function cpuValue(metric: JsonObject, of: "target" | "current"): number | undefined {
  const resource = metric["type"] === "Resource" ? metric["resource"] : undefined;
  if (!isObject(resource) || resource["name"] !== "cpu" || !isObject(resource[of])) return undefined;
  const { averageUtilization } = resource[of];
  return typeof averageUtilization === "number" ? averageUtilization : undefined;
}

/** An annotation's JSON; what does not parse counts as absent. */
function readAnnotation(hpa: KubeObject, name: string): JsonValue | undefined {
  const text = hpa.metadata.annotations?.[name];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Takes away the annotations of the older form, in place: in the newer one they would say a thing a second time. */
export function dropAnnotations({ metadata }: KubeObject): void {
  const { annotations } = metadata;
  if (annotations === undefined) return;
  for (const name of Object.values(annotationOf)) delete annotations[name];
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
}

/** Writes a list that is not empty, or its one item. */
function putAnnotation({ metadata }: KubeObject, name: string, values: readonly JsonObject[], alone?: "alone"): void {
  if (values.length === 0) return;
  metadata.annotations = { ...metadata.annotations, [name]: JSON.stringify(alone === undefined ? values : values[0]) };
}
