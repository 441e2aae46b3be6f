import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { compareQuantity, quantitySign } from "../../object/quantity.ts";
import { isSet, objectIn } from "../../object/read.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { containersOf, lastingLists } from "./scope.ts";

/** How a pod fares when its node runs short (concepts/workloads/pods/pod-qos). */
type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

const counted = ["cpu", "memory"];

/** The class that a pod's requests and limits put it in. Resources of the pod as a whole count instead of its containers'. */
export function qosClass(spec: ReadonlyJsonObject): QosClass {
  const owners = isSet(spec, "resources")
    ? [objectIn(spec, "resources")]
    : containersOf(spec, lastingLists).map((container) => objectIn(container, "resources"));
  const asks = owners.some((owner) => asksFor(objectIn(owner, "requests")) || asksFor(objectIn(owner, "limits")));
  if (!asks) return "BestEffort";
  return owners.every(isGuaranteed) ? "Guaranteed" : "Burstable";
}

function asksFor(list: ReadonlyJsonObject): boolean {
  return counted.some((name) => quantitySign(asQuantity(getOwn(list, name))) > 0);
}

/** Every counted resource is limited, and what is asked for is the limit. */
function isGuaranteed(resources: ReadonlyJsonObject): boolean {
  const limits = objectIn(resources, "limits");
  const requests = objectIn(resources, "requests");
  return counted.every((name) => {
    const limit = asQuantity(getOwn(limits, name));
    if (quantitySign(limit) <= 0) return false;
    const request = asQuantity(getOwn(requests, name));
    return quantitySign(request) <= 0 || compareQuantity(request, limit) === 0;
  });
}
