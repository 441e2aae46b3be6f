import type { KubeObject } from "../../object/kube-object.ts";
import { booleanIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";

/** A pod's own address: the first of all, or the single one of old kubelets. */
export function podIp(object: KubeObject): string {
  const status = objectIn(object, "status");
  const first = objectsIn(status, "podIPs")[0];
  return first === undefined ? stringIn(status, "podIP") : stringIn(first, "ip");
}

/** Values of field selectors that are not simply what lies at the label's path. */
export const podSelectableFields: Readonly<Record<string, (object: KubeObject) => string>> = {
  "spec.hostNetwork": (object) => String(booleanIn(objectIn(object, "spec"), "hostNetwork")),
  "status.podIP": podIp,
};
