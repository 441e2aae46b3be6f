import type { MetaChecks } from "../validation/object-meta.ts";

const ONCE_EACH: MetaChecks = { asChanged: 1, asWhole: 1 };
const CHANGED_ONLY: MetaChecks = { asChanged: 1, asWhole: 0 };

/**
 * Kinds whose updates check metadata otherwise than once as changed and once as a whole, as "group/Kind". It shows only in
 * how often a Status repeats a fault among its causes.
 */
const exceptions: ReadonlyMap<string, MetaChecks> = new Map<string, MetaChecks>([
  ["/Event", CHANGED_ONLY],
  ["/LimitRange", { asChanged: 0, asWhole: 1 }],
  ["/PersistentVolume", { asChanged: 0, asWhole: 2 }],
  ["/PodTemplate", CHANGED_ONLY],
  ["/ReplicationController", CHANGED_ONLY],
  ["/ResourceQuota", CHANGED_ONLY],
  ["/Service", CHANGED_ONLY],
  ["apiextensions.k8s.io/CustomResourceDefinition", CHANGED_ONLY],
  ["apps/DaemonSet", CHANGED_ONLY],
  ["apps/Deployment", CHANGED_ONLY],
  ["apps/ReplicaSet", CHANGED_ONLY],
  ["apps/StatefulSet", CHANGED_ONLY],
  ["autoscaling/HorizontalPodAutoscaler", CHANGED_ONLY],
  ["batch/CronJob", CHANGED_ONLY],
  ["certificates.k8s.io/CertificateSigningRequest", CHANGED_ONLY],
  ["coordination.k8s.io/Lease", CHANGED_ONLY],
  ["networking.k8s.io/NetworkPolicy", CHANGED_ONLY],
  ["networking.k8s.io/ServiceCIDR", CHANGED_ONLY],
  ["policy/PodDisruptionBudget", CHANGED_ONLY],
  ["rbac.authorization.k8s.io/ClusterRole", CHANGED_ONLY],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", CHANGED_ONLY],
  ["rbac.authorization.k8s.io/Role", CHANGED_ONLY],
  ["rbac.authorization.k8s.io/RoleBinding", CHANGED_ONLY],
  ["resource.k8s.io/ResourceSlice", CHANGED_ONLY],
  ["scheduling.k8s.io/PriorityClass", CHANGED_ONLY],
  ["storage.k8s.io/CSIDriver", CHANGED_ONLY],
  ["storage.k8s.io/VolumeAttachment", CHANGED_ONLY],
]);

/** How often updates of the kind check metadata beyond what every update does. */
export function metadataChecksOf(group: string, kind: string): MetaChecks {
  return exceptions.get(`${group}/${kind}`) ?? ONCE_EACH;
}
