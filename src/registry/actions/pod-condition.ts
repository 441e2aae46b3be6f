import { setCondition, type Condition } from "../../object/conditions.ts";
import { structIn } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";

/** Sets a condition of a pod, in place; its time of transition stays where its status does. */
export function setPodCondition(pod: KubeObject, condition: Omit<Condition, "lastTransitionTime" | "lastProbeTime">, now: string): void {
  setCondition(structIn(pod, "status"), { ...(condition as Condition), lastProbeTime: null, lastTransitionTime: now });
}
