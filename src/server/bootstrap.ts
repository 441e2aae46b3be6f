import type { KubeObject } from "../object/kube-object.ts";
import type { ResourceId, SystemClient } from "../registry/system-client.ts";

const NAMESPACES: ResourceId = { group: "", plural: "namespaces" };
const PRIORITY_CLASSES: ResourceId = { group: "scheduling.k8s.io", plural: "priorityclasses" };
const SERVICE_CIDRS: ResourceId = { group: "networking.k8s.io", plural: "servicecidrs" };

/** The namespaces of every cluster (concepts/overview/working-with-objects/namespaces). */
const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** Priorities that only the system's own pods may have (concepts/scheduling-eviction/pod-priority-preemption). */
const SYSTEM_PRIORITIES = [
  {
    name: "system-cluster-critical",
    value: 2_000_000_000,
    description: "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  },
  {
    name: "system-node-critical",
    value: 2_000_001_000,
    description: "Used for system critical pods that must not be moved from their current node.",
  },
];

/** What stands in a new cluster before anybody asks for it. Safe to repeat, by several replicas at once. */
export async function bootstrapObjects(client: SystemClient, serviceRanges: readonly string[]): Promise<void> {
  for (const name of SYSTEM_NAMESPACES) await client.ensure(NAMESPACES, object("v1", "Namespace", name));
  await client.ensure(SERVICE_CIDRS, {
    ...object("networking.k8s.io/v1", "ServiceCIDR", "kubernetes"),
    spec: { cidrs: [...serviceRanges] },
  });
  for (const { name, value, description } of SYSTEM_PRIORITIES) {
    await client.ensure(PRIORITY_CLASSES, { ...object("scheduling.k8s.io/v1", "PriorityClass", name), value, description });
  }
}

function object(apiVersion: string, kind: string, name: string): KubeObject {
  return { apiVersion, kind, metadata: { name } };
}
