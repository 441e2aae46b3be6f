import type { ReadonlyJsonObject } from "../../../object/json.ts";
import type { Quantity } from "../../../object/quantity.ts";
import { objectIn, objectsIn, stringIn } from "../../../object/read.ts";
import { isPodLevelResource } from "../../../resources/pod-spec/pod-resources.ts";
import { isExtendedResource, isHugePages, isNativeResource } from "../../../resources/pod-spec/resource-names.ts";
import { amountsIn, podAmounts, type Amounts } from "../../pod-amounts.ts";
import { podInScope } from "./scopes.ts";
import { ONE, type UsageRule } from "./usage-rule.ts";

/** Resources of a node that pods share, each under its own name, as a request and as a limit. */
const SHARED = ["cpu", "memory", "ephemeral-storage"];
const RESOURCES: ReadonlySet<string> = new Set([
  "pods",
  "count/pods",
  ...SHARED.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);
/** What a quota limits of these, every container must say. */
const MUST_SAY: ReadonlySet<string> = new Set(["cpu", "memory"].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]));

/** Pods are charged what they ask for until they have ended, and counted as long as they are there. */
export const podUsage: UsageRule = {
  handles: ({ operation, subresource }) =>
    subresource === "" ? operation === "CREATE" : subresource === "resize" && operation === "UPDATE",
  matching: (names) => names.filter((name) => RESOURCES.has(name) || isOtherPodResource(name)),
  usage(pod) {
    const usage = new Map<string, Quantity>([["count/pods", ONE]]);
    if (["Failed", "Succeeded"].includes(stringIn(objectIn(pod, "status"), "phase"))) return usage;
    for (const [name, amount] of charged(podAmounts(pod, "requests"), podAmounts(pod, "limits"))) usage.set(name, amount);
    return usage;
  },
  inScope: podInScope,
  missing(resources, pod) {
    const spec = objectIn(pod, "spec");
    // Where the pod as a whole says it, its containers need not (KEP-2837).
    if (saysAsAWhole(objectIn(spec, "resources"))) return undefined;
    const required = resources.filter((name) => MUST_SAY.has(name)).sort();
    const silent = required.map((name) => [name, silentContainers(spec, name)] as const).filter(([, names]) => names.length > 0);
    if (silent.length === 0) return undefined;
    return `must specify ${silent.map(([name, names]) => `${name} for: ${names.join(",")}`).join("; ")}`;
  },
};

/** Huge pages, and resources of others, which only their requests are limited of. */
function isOtherPodResource(name: string): boolean {
  return isHugePages(name.replace(/^requests\./, "")) || (name.startsWith("requests.") && !isNativeResource(name));
}

function charged(requests: Amounts, limits: Amounts): Map<string, Quantity> {
  const usage = new Map<string, Quantity>([["pods", ONE]]);
  for (const [name, amount] of requests) {
    if (SHARED.includes(name) || isHugePages(name)) usage.set(name, amount);
    if (SHARED.includes(name) || isHugePages(name) || isExtendedResource(name)) usage.set(`requests.${name}`, amount);
  }
  for (const name of SHARED) {
    const amount = limits.get(name);
    if (amount !== undefined) usage.set(`limits.${name}`, amount);
  }
  return usage;
}

function saysAsAWhole(resources: ReadonlyJsonObject): boolean {
  return ["requests", "limits"].some((list) => Object.keys(objectIn(resources, list)).some(isPodLevelResource));
}

function silentContainers(spec: ReadonlyJsonObject, resource: string): string[] {
  const names = [...objectsIn(spec, "containers"), ...objectsIn(spec, "initContainers")]
    .filter((container) => {
      const resources = objectIn(container, "resources");
      return !charged(amountsIn(objectIn(resources, "requests")), amountsIn(objectIn(resources, "limits"))).has(resource);
    })
    .map((container) => stringIn(container, "name"));
  return [...new Set(names)].sort();
}
