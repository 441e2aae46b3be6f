import type { MetaChecks } from "../validation/object-meta.ts";

/**
 * Kinds whose updates do not check the whole of metadata once more, as "group/Kind". It shows only in how often a Status
 * repeats a fault among its causes.
 */
const changedOnly: ReadonlySet<string> = new Set([
  "/Event",
  "/PodTemplate",
  "/ReplicationController",
  "/ResourceQuota",
  "/Service",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "apps/DaemonSet",
  "apps/Deployment",
  "apps/ReplicaSet",
  "apps/StatefulSet",
  "autoscaling/HorizontalPodAutoscaler",
  "batch/CronJob",
  "certificates.k8s.io/CertificateSigningRequest",
  "coordination.k8s.io/Lease",
  "networking.k8s.io/NetworkPolicy",
  "networking.k8s.io/ServiceCIDR",
  "policy/PodDisruptionBudget",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "rbac.authorization.k8s.io/Role",
  "rbac.authorization.k8s.io/RoleBinding",
  "resource.k8s.io/ResourceSlice",
  "scheduling.k8s.io/PriorityClass",
  "storage.k8s.io/CSIDriver",
  "storage.k8s.io/VolumeAttachment",
]);

/** How often updates of the kind check metadata beyond what every update does. */
export function metadataChecksOf(group: string, kind: string): MetaChecks {
  const name = `${group}/${kind}`;
  if (changedOnly.has(name)) return { asChanged: 1, asWhole: 0 };
  if (name === "/LimitRange") return { asChanged: 0, asWhole: 1 };
  if (name === "/PersistentVolume") return { asChanged: 0, asWhole: 2 };
  return { asChanged: 1, asWhole: 1 };
}
