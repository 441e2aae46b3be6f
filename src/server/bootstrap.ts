import { timestamp } from "../object/timestamp.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { equalJson } from "../object/json.ts";
import { objectIn } from "../object/read.ts";
import { isConditionTrue } from "../object/conditions.ts";
import { NAMESPACES, SERVICE_CIDRS, PRIORITY_CLASSES } from "../object/resource-ids.ts";
import type { SystemClient } from "../registry/system-client.ts";

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
  await markReady(client, serviceRanges);
  for (const { name, value, description } of SYSTEM_PRIORITIES) {
    await client.ensure(PRIORITY_CLASSES, { ...object("scheduling.k8s.io/v1", "PriorityClass", name), value, description });
  }
}

/** The ranges that the server runs with are ready; those of an older start with others are for the operator to see to. */
async function markReady(client: SystemClient, serviceRanges: readonly string[]): Promise<void> {
  const found = await client.get(SERVICE_CIDRS, "", "kubernetes");
  if (found === undefined || !equalJson(objectIn(found, "spec")["cidrs"], serviceRanges)) return;
  if (isConditionTrue(found, "Ready")) return;
  const lastTransitionTime = timestamp(Date.now());
  const ready = { type: "Ready", status: "True", lastTransitionTime, reason: "", message: "Kubernetes default Service CIDR is ready" };
  await client.update(SERVICE_CIDRS, "", "kubernetes", (range) => ({ ...range, status: { conditions: [ready] } }), "status");
}

function object(apiVersion: string, kind: string, name: string): KubeObject {
  return { apiVersion, kind, metadata: { name } };
}
