import { getOwn, type ReadonlyJsonObject } from "../object/json.ts";
import { addQuantity, compareQuantity, type Quantity } from "../object/quantity.ts";
import { isSet, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { aggregate, isPodLevelResource } from "../resources/pod-spec/pod-resources.ts";
import { asQuantity } from "../validation/quantities.ts";

/** Amounts by resource. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** A resource list of the API as amounts. */
export function amountsIn(list: ReadonlyJsonObject): Map<string, Quantity> {
  return new Map(Object.keys(list).map((name) => [name, asQuantity(getOwn(list, name))]));
}

/**
 * What a pod asks for or may take, all in all: its containers together, or what it says for itself as a whole (KEP-2837),
 * and what its runtime costs. Of a pod that is being resized, whichever is more of the new amounts and those it has.
 */
export function podAmounts(pod: ReadonlyJsonObject, list: "requests" | "limits"): Map<string, Quantity> {
  const spec = objectIn(pod, "spec");
  const total = amountsOfSpec(list === "requests" ? withAllocated(spec, objectIn(pod, "status")) : spec, list);
  for (const [name, amount] of amountsIn(objectIn(spec, "overhead"))) {
    const sum = total.get(name);
    // What is not limited stays so, whatever the runtime takes.
    if (list === "requests" || sum !== undefined) total.set(name, sum === undefined ? amount : addQuantity(sum, amount));
  }
  return total;
}

/** The same without what the runtime costs and what the pod has already. */
export function amountsOfSpec(spec: ReadonlyJsonObject, list: "requests" | "limits"): Map<string, Quantity> {
  const total = aggregate(spec, list);
  for (const [name, amount] of amountsIn(objectIn(objectIn(spec, "resources"), list)))
    if (isPodLevelResource(name)) total.set(name, amount);
  return total;
}

/** The spec with requests raised to what the containers have been given. */
function withAllocated(spec: ReadonlyJsonObject, status: ReadonlyJsonObject): ReadonlyJsonObject {
  const statuses = [...objectsIn(status, "containerStatuses"), ...objectsIn(status, "initContainerStatuses")];
  if (!statuses.some((one) => isSet(one, "resources") || isSet(one, "allocatedResources"))) return spec;
  const raise = (container: ReadonlyJsonObject): ReadonlyJsonObject => {
    const own = statuses.find((one) => stringIn(one, "name") === stringIn(container, "name"));
    if (own === undefined) return container;
    const resources = objectIn(container, "resources");
    const requests: Record<string, ReadonlyJsonObject[string]> = { ...objectIn(resources, "requests") };
    for (const has of [objectIn(own, "allocatedResources"), objectIn(objectIn(own, "resources"), "requests")])
      for (const name of Object.keys(has)) {
        const wanted = Object.hasOwn(requests, name) ? requests[name] : undefined;
        if (wanted === undefined || compareQuantity(asQuantity(has[name]), asQuantity(wanted)) > 0) requests[name] = has[name];
      }
    return { ...container, resources: { ...resources, requests } };
  };
  return {
    ...spec,
    containers: objectsIn(spec, "containers").map(raise),
    initContainers: objectsIn(spec, "initContainers").map(raise),
  };
}
