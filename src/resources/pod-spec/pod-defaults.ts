import { isObject, setOwn, type JsonObject } from "../../object/json.ts";
import { objects } from "../../object/parts.ts";
import { formatQuantity } from "../../object/quantity.ts";
import { defaultPodSpec } from "./defaults.ts";
import { aggregate, isPodLevelResource } from "./pod-resources.ts";
import { isHugePages, isOvercommitAllowed } from "./resource-names.ts";
import { lastingLists } from "./scope.ts";

/** Fills in a pod's spec, in place: what every spec gets, and what only pods get. */
export function defaultPod(spec: JsonObject): void {
  defaultPodSpec(spec);
  spec["enableServiceLinks"] ??= true;
  // Old pods may have a negative grace period, which counts as the shortest one; templates keep theirs.
  if (Number(spec["terminationGracePeriodSeconds"]) < 0) spec["terminationGracePeriodSeconds"] = 1;
  for (const list of lastingLists) {
    for (const container of objects(spec[list])) {
      requestWhatIsLimited(container);
      if (spec["hostNetwork"] === true) useHostPorts(container);
    }
  }
  defaultPodResources(spec);
}

/** Who only says how much a container may take asks for as much. */
function requestWhatIsLimited(container: JsonObject): void {
  const resources = container["resources"];
  if (!isObject(resources) || !isObject(resources["limits"])) return;
  const limits = resources["limits"];
  const names = Object.keys(limits);
  if (names.length === 0) return;
  const requests = isObject(resources["requests"]) ? resources["requests"] : {};
  for (const name of names) {
    const limit = limits[name];
    if (limit !== undefined && !Object.hasOwn(requests, name)) setOwn(requests, name, limit);
  }
  resources["requests"] = requests;
}

/** In the node's network a container's port is the node's. */
function useHostPorts(container: JsonObject): void {
  for (const port of objects(container["ports"])) {
    if (!port["hostPort"] && port["containerPort"] !== undefined) port["hostPort"] = port["containerPort"];
  }
}

/** Fills in resources of the pod as a whole, where it has some, from those of its containers (KEP-2837). */
export function defaultPodResources(spec: JsonObject): void {
  const resources = spec["resources"];
  if (!isObject(resources)) return;
  const limits = isObject(resources["limits"]) ? resources["limits"] : {};
  const requests = isObject(resources["requests"]) ? resources["requests"] : {};
  if (Object.keys(limits).length === 0 && Object.keys(requests).length === 0) return;
  for (const [name, amount] of aggregate(spec, "limits")) {
    if (!isHugePages(name) || Object.hasOwn(limits, name) || Object.hasOwn(requests, name)) continue;
    setOwn(limits, name, formatQuantity(amount));
  }
  if (Object.keys(limits).length === 0) return;
  resources["limits"] = limits;
  for (const [name, amount] of aggregate(spec, "requests")) {
    if (Object.hasOwn(requests, name) || !isPodLevelResource(name) || !isOvercommitAllowed(name)) continue;
    setOwn(requests, name, formatQuantity(amount));
  }
  for (const [name, amount] of Object.entries(limits)) {
    if (amount === undefined || Object.hasOwn(requests, name) || !isPodLevelResource(name)) continue;
    setOwn(requests, name, amount);
  }
  if (Object.keys(requests).length > 0) resources["requests"] = requests;
}
