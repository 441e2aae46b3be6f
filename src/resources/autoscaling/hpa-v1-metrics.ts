import { getOwn, isObject, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, objectIn } from "../../object/read.ts";
import { valueAt } from "../../schema/access.ts";

/**
 * Metrics as the annotations of autoscaling/v1 have them: each source flat, with targets and readings by name. The order
 * of members is the original's, which clients compare as text.
 */
type Source = "object" | "pods" | "resource" | "containerResource" | "external";

/** A member of a flat source: its name there, and where its value is in the newer form. */
interface Member {
  readonly name: string;
  readonly path: readonly string[];
  /** What stands for an absent value, where there always is one. */
  readonly zero?: JsonValue;
}

const member = (name: string, path: string, zero?: JsonValue): Member => ({
  name,
  path: path.split("."),
  ...(zero === undefined ? {} : { zero }),
});

const specMembers: Readonly<Record<Source, readonly Member[]>> = {
  object: [
    member("target", "describedObject", {}),
    member("metricName", "metric.name", ""),
    member("targetValue", "target.value", "0"),
    member("selector", "metric.selector"),
    member("averageValue", "target.averageValue"),
  ],
  pods: [
    member("metricName", "metric.name", ""),
    member("targetAverageValue", "target.averageValue", "0"),
    member("selector", "metric.selector"),
  ],
  resource: [
    member("name", "name", ""),
    member("targetAverageUtilization", "target.averageUtilization"),
    member("targetAverageValue", "target.averageValue"),
  ],
  containerResource: [
    member("name", "name", ""),
    member("targetAverageUtilization", "target.averageUtilization"),
    member("targetAverageValue", "target.averageValue"),
    member("container", "container", ""),
  ],
  external: [
    member("metricName", "metric.name", ""),
    member("metricSelector", "metric.selector"),
    member("targetValue", "target.value"),
    member("targetAverageValue", "target.averageValue"),
  ],
};

const statusMembers: Readonly<Record<Source, readonly Member[]>> = {
  object: [
    member("target", "describedObject", {}),
    member("metricName", "metric.name", ""),
    member("currentValue", "current.value", "0"),
    member("selector", "metric.selector"),
    member("averageValue", "current.averageValue"),
  ],
  pods: [
    member("metricName", "metric.name", ""),
    member("currentAverageValue", "current.averageValue", "0"),
    member("selector", "metric.selector"),
  ],
  resource: [
    member("name", "name", ""),
    member("currentAverageUtilization", "current.averageUtilization"),
    member("currentAverageValue", "current.averageValue", "0"),
  ],
  containerResource: [
    member("name", "name", ""),
    member("currentAverageUtilization", "current.averageUtilization"),
    member("currentAverageValue", "current.averageValue", "0"),
    member("container", "container", ""),
  ],
  external: [
    member("metricName", "metric.name", ""),
    member("metricSelector", "metric.selector"),
    member("currentValue", "current.value", "0"),
    member("currentAverageValue", "current.averageValue"),
  ],
};

const order: readonly Source[] = ["object", "pods", "resource", "containerResource", "external"];

/** A metric of a spec in the flat form. */
export function flatMetric(metric: ReadonlyJsonObject): JsonObject {
  return flat(metric, specMembers);
}

/** A reading of a status in the flat form. */
export function flatReading(metric: ReadonlyJsonObject): JsonObject {
  return flat(metric, statusMembers);
}

/** A metric of a spec from the flat form; its type of target follows from which target there is. */
export function nestedMetric(metric: ReadonlyJsonObject): JsonObject {
  const nestedForm = nested(metric, specMembers);
  for (const source of order) {
    const read = nestedForm[source];
    if (!isObject(read)) continue;
    read["target"] = { type: targetType(source, objectIn(read, "target")), ...objectIn(read, "target") } as JsonObject;
  }
  return nestedForm;
}

/** A reading of a status from the flat form. */
export function nestedReading(metric: ReadonlyJsonObject): JsonObject {
  return nested(metric, statusMembers);
}

function targetType(source: Source, target: ReadonlyJsonObject): string {
  switch (source) {
    case "object":
      return isSet(target, "averageValue") ? "AverageValue" : "Value";
    case "external":
      return isSet(target, "value") ? "Value" : "AverageValue";
    case "pods":
      return "AverageValue";
    default:
      return isSet(target, "averageUtilization") ? "Utilization" : "AverageValue";
  }
}

function flat(metric: ReadonlyJsonObject, members: Readonly<Record<Source, readonly Member[]>>): JsonObject {
  const result: JsonObject = { type: (getOwn(metric, "type") ?? "") as JsonValue };
  for (const source of order) {
    if (!isSet(metric, source)) continue;
    const read: JsonObject = {};
    for (const { name, path, zero } of members[source]) {
      const value = (valueAt(metric[source], path) ?? zero) as JsonValue | undefined;
      if (value !== undefined && value !== null) read[name] = name === "target" ? reference(value) : value;
    }
    result[source] = read;
  }
  return result;
}

function nested(metric: ReadonlyJsonObject, members: Readonly<Record<Source, readonly Member[]>>): JsonObject {
  const result: JsonObject = { type: (getOwn(metric, "type") ?? "") as JsonValue };
  for (const source of order) {
    if (!isSet(metric, source)) continue;
    const read: JsonObject = {};
    for (const { name, path, zero } of members[source]) {
      const value = (getOwn(objectIn(metric, source), name) ?? zero) as JsonValue | undefined;
      if (value !== undefined && value !== null) setAt(read, path, value);
    }
    result[source] = read;
  }
  return result;
}

/** A reference with its members in the order of its type. */
function reference(value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  const { kind = "", name = "", apiVersion } = value;
  return { kind, name, ...(apiVersion === undefined || apiVersion === "" ? {} : { apiVersion }) };
}

function setAt(object: JsonObject, [first = "", ...rest]: readonly string[], value: JsonValue): void {
  if (rest.length === 0) {
    object[first] = value;
    return;
  }
  const inner = object[first];
  const target: JsonObject = isObject(inner) ? inner : {};
  object[first] = target;
  setAt(target, rest, value);
}
