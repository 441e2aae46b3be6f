import type { KubeObject } from "../object/kube-object.ts";
import type { ResourceId } from "../registry/system-client.ts";

/** What plugins may look up: objects as stored, in their stored form, read-only. */
export interface ClusterView {
  get(resource: ResourceId, namespace: string, name: string): Promise<KubeObject | undefined>;
  list(resource: ResourceId, namespace?: string): Promise<readonly KubeObject[]>;
}

export const NAMESPACES: ResourceId = { group: "", plural: "namespaces" };
export const SERVICE_ACCOUNTS: ResourceId = { group: "", plural: "serviceaccounts" };
export const PRIORITY_CLASSES: ResourceId = { group: "scheduling.k8s.io", plural: "priorityclasses" };
export const STORAGE_CLASSES: ResourceId = { group: "storage.k8s.io", plural: "storageclasses" };
export const INGRESS_CLASSES: ResourceId = { group: "networking.k8s.io", plural: "ingressclasses" };
export const RUNTIME_CLASSES: ResourceId = { group: "node.k8s.io", plural: "runtimeclasses" };
export const PODS: ResourceId = { group: "", plural: "pods" };
export const NODES: ResourceId = { group: "", plural: "nodes" };
export const LIMIT_RANGES: ResourceId = { group: "", plural: "limitranges" };
export const RESOURCE_QUOTAS: ResourceId = { group: "", plural: "resourcequotas" };
export const NETWORK_POLICIES: ResourceId = { group: "networking.k8s.io", plural: "networkpolicies" };
