import type { JsonValue, ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { readSpec } from "../spec-and-status.ts";

const unknown = "<unknown>";
const maxShown = 2;

/** The columns of autoscalers. */
export const autoscalerCells: Readonly<Record<string, (object: KubeObject) => JsonValue>> = {
  Reference: (object) => {
    const target = objectIn(readSpec(object), "scaleTargetRef");
    return `${stringIn(target, "kind")}/${stringIn(target, "name")}`;
  },
  Targets: targetsCell,
  MinPods: (object) => (isSet(readSpec(object), "minReplicas") ? String(numberIn(readSpec(object), "minReplicas")) : "<unset>"),
  MaxPods: (object) => numberIn(readSpec(object), "maxReplicas"),
  Replicas: (object) => numberIn(objectIn(object, "status"), "currentReplicas"),
};

/** Each metric as current/target; of more than two the number. */
function targetsCell(object: KubeObject): string {
  const metrics = objectsIn(readSpec(object), "metrics");
  if (metrics.length === 0) return "<none>";
  const statuses = objectsIn(objectIn(object, "status"), "currentMetrics");
  const texts = metrics.map((metric, i) => metricText(metric, statuses[i] ?? {}));
  if (texts.length <= maxShown) return texts.join(", ");
  return `${texts.slice(0, maxShown).join(", ")} + ${texts.length - maxShown} more...`;
}

const members: ReadonlyMap<string, string> = new Map([
  ["External", "external"],
  ["Pods", "pods"],
  ["Object", "object"],
  ["Resource", "resource"],
  ["ContainerResource", "containerResource"],
]);

function metricText(metric: ReadonlyJsonObject, status: ReadonlyJsonObject): string {
  const type = stringIn(metric, "type");
  const member = members.get(type);
  if (member === undefined) return "<unknown type>";
  const source = objectIn(metric, member);
  const target = objectIn(source, "target");
  const told = isSet(status, member);
  const current = objectIn(objectIn(status, member), "current");
  // A status of the metric that lacks the very number shows as a number that isn't there.
  const seen = (name: string): string => amount(current, name, told ? "<nil>" : unknown);
  const average = isSet(target, "averageValue");
  if (type === "Resource" || type === "ContainerResource") {
    const usage = average
      ? `${seen("averageValue")}/${amount(target, "averageValue", unknown)}`
      : `${percent(current, unknown)}/${percent(target, "<auto>")}`;
    return `${stringIn(source, "name")}: ${usage}`;
  }
  if (type === "Pods") return `${seen("averageValue")}/${amount(target, "averageValue", "<nil>")}`;
  if (average) return `${amount(current, "averageValue", unknown)}/${amount(target, "averageValue", unknown)} (avg)`;
  return `${seen("value")}/${amount(target, "value", "<nil>")}`;
}

function amount(value: ReadonlyJsonObject, name: string, absent: string): string {
  return isSet(value, name) ? String(value[name]) : absent;
}

function percent(value: ReadonlyJsonObject, absent: string): string {
  return isSet(value, "averageUtilization") ? `${numberIn(value, "averageUtilization")}%` : absent;
}
