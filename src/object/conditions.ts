import { isObject, type JsonObject, type ReadonlyJsonObject } from "./json.ts";
import { objectIn, objectsIn } from "./read.ts";

/** A condition that somebody sets, with the time of now: it counts where the condition's status changes. */
export interface Condition extends JsonObject {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly lastTransitionTime: string;
}

/** An object's condition of a type; undefined where its status has none such. */
export function conditionOf(object: ReadonlyJsonObject, type: string): ReadonlyJsonObject | undefined {
  return objectsIn(objectIn(object, "status"), "conditions").find((one) => one["type"] === type);
}

/** Whether an object's condition of a type is true. */
export function isConditionTrue(object: ReadonlyJsonObject, type: string): boolean {
  return objectsIn(objectIn(object, "status"), "conditions").some((one) => one["type"] === type && one["status"] === "True");
}

/**
 * Puts a condition into a status, in its place or at the end; one whose status stays keeps its time (API conventions,
 * typical status properties). Changes the status.
 */
export function setCondition(status: JsonObject, condition: Condition): void {
  const conditions = Array.isArray(status["conditions"]) ? status["conditions"] : [];
  status["conditions"] = conditions;
  const index = conditions.findIndex((one) => isObject(one) && one["type"] === condition.type);
  const before = conditions[index];
  const since = isObject(before) && before["status"] === condition.status ? before["lastTransitionTime"] : undefined;
  const next: JsonObject = since === undefined ? condition : { ...condition, lastTransitionTime: since };
  if (index < 0) conditions.push(next);
  else conditions[index] = next;
}

/** Takes a condition out of a status. */
export function removeCondition(status: JsonObject, type: string): void {
  const { conditions } = status;
  if (Array.isArray(conditions)) status["conditions"] = conditions.filter((one) => !isObject(one) || one["type"] !== type);
}
