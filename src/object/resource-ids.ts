import type { ResourceRef } from "./status.ts";

/** The built-in resources that the server itself looks up or keeps, by group and plural. */
export const NAMESPACES: ResourceRef = { group: "", plural: "namespaces" };
export const SERVICE_ACCOUNTS: ResourceRef = { group: "", plural: "serviceaccounts" };
export const CONFIG_MAPS: ResourceRef = { group: "", plural: "configmaps" };
export const PODS: ResourceRef = { group: "", plural: "pods" };
export const NODES: ResourceRef = { group: "", plural: "nodes" };
export const SERVICES: ResourceRef = { group: "", plural: "services" };
export const ENDPOINTS: ResourceRef = { group: "", plural: "endpoints" };
export const PERSISTENT_VOLUMES: ResourceRef = { group: "", plural: "persistentvolumes" };
export const PERSISTENT_VOLUME_CLAIMS: ResourceRef = { group: "", plural: "persistentvolumeclaims" };
export const LIMIT_RANGES: ResourceRef = { group: "", plural: "limitranges" };
export const RESOURCE_QUOTAS: ResourceRef = { group: "", plural: "resourcequotas" };
export const ENDPOINT_SLICES: ResourceRef = { group: "discovery.k8s.io", plural: "endpointslices" };
export const LEASES: ResourceRef = { group: "coordination.k8s.io", plural: "leases" };
export const POD_DISRUPTION_BUDGETS: ResourceRef = { group: "policy", plural: "poddisruptionbudgets" };
export const PRIORITY_CLASSES: ResourceRef = { group: "scheduling.k8s.io", plural: "priorityclasses" };
export const RUNTIME_CLASSES: ResourceRef = { group: "node.k8s.io", plural: "runtimeclasses" };
export const STORAGE_CLASSES: ResourceRef = { group: "storage.k8s.io", plural: "storageclasses" };
export const CSI_DRIVERS: ResourceRef = { group: "storage.k8s.io", plural: "csidrivers" };
export const INGRESS_CLASSES: ResourceRef = { group: "networking.k8s.io", plural: "ingressclasses" };
export const NETWORK_POLICIES: ResourceRef = { group: "networking.k8s.io", plural: "networkpolicies" };
export const IP_ADDRESSES: ResourceRef = { group: "networking.k8s.io", plural: "ipaddresses" };
export const SERVICE_CIDRS: ResourceRef = { group: "networking.k8s.io", plural: "servicecidrs" };
export const API_SERVICES: ResourceRef = { group: "apiregistration.k8s.io", plural: "apiservices" };
export const CUSTOM_RESOURCE_DEFINITIONS: ResourceRef = { group: "apiextensions.k8s.io", plural: "customresourcedefinitions" };
