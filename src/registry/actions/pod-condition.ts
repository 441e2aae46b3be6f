import { isObject, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";

/** Sets a condition of a pod, in place; its time of transition stays where its status does. */
export function setPodCondition(
  pod: KubeObject,
  condition: { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string },
  now: string,
): void {
  const status: JsonObject = isObject(pod["status"]) ? pod["status"] : {};
  pod["status"] = status;
  const conditions = Array.isArray(status["conditions"]) ? status["conditions"] : [];
  status["conditions"] = conditions;
  const index = conditions.findIndex((one) => isObject(one) && one["type"] === condition.type);
  const before = conditions[index];
  const stays = isObject(before) && before["status"] === condition.status;
  const next: JsonObject = { ...condition, lastProbeTime: null, lastTransitionTime: stays ? (before["lastTransitionTime"] ?? null) : now };
  if (index < 0) conditions.push(next);
  else conditions[index] = next;
}
