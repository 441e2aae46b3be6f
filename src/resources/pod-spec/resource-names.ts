import { qualifiedNameRules } from "../../object/names.ts";

/** Resources that a container can ask a node for. */
const containerResources: ReadonlySet<string> = new Set(["cpu", "memory", "ephemeral-storage"]);

/** Objects and totals that a ResourceQuota counts, in whole numbers. */
const countedResources: ReadonlySet<string> = new Set([
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
]);

/** Names without a domain that mean something to the API. */
const standardResources: ReadonlySet<string> = new Set([
  ...containerResources,
  ...countedResources,
  "requests.cpu",
  "requests.memory",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
  "storage",
  "requests.storage",
]);

/** Whether a name is one that a container can ask for without a domain. */
export function isStandardContainerResource(name: string): boolean {
  return containerResources.has(name) || isHugePages(name);
}

/** Whether a name without a domain means something to the API. */
export function isStandardResource(name: string): boolean {
  return standardResources.has(name) || isHugePages(name) || isHugePages(name.replace(/^requests\./, ""));
}

/** Whether a quota can limit what a name without a domain stands for: everything of this kind but storage as such. */
export function isQuotaResource(name: string): boolean {
  return isStandardResource(name) && name !== "storage";
}

/** Pages of a fixed size: hugepages-2Mi. */
export function isHugePages(name: string): boolean {
  return name.startsWith("hugepages-");
}

/** Whether a resource is Kubernetes' own: in no domain, or in kubernetes.io. */
export function isNativeResource(name: string): boolean {
  return !name.includes("/") || name.includes("kubernetes.io/");
}

/** A resource of somebody's domain, counted in whole units (concepts/configuration/manage-resources-containers). */
export function isExtendedResource(name: string): boolean {
  return !isNativeResource(name) && !name.startsWith("requests.") && qualifiedNameRules(`requests.${name}`).length === 0;
}

/** Whether a node can promise more of it than it has. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

/** Whether only whole numbers make sense. */
export function isIntegerResource(name: string): boolean {
  return countedResources.has(name) || isExtendedResource(name);
}
