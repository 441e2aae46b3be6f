/** Whether a plugin exists here. `missing`: it is named in kube-apiserver and does not exist here yet. */
type AdmissionPluginStatus = "works" | "missing";

/** One admission plugin of kube-apiserver: whether it is on without being asked for, and whether it exists here. */
interface AdmissionPluginRow {
  readonly onByDefault: boolean;
  readonly status: AdmissionPluginStatus;
}

/** The plugins of a kube-apiserver v1.36, and ours, in the order in which they run. When one is built here, its row changes one word. */
export const admissionPlugins: ReadonlyMap<string, AdmissionPluginRow> = new Map<string, AdmissionPluginRow>([
  ["AlwaysAdmit", { onByDefault: false, status: "works" }],
  ["NamespaceAutoProvision", { onByDefault: false, status: "works" }],
  ["NamespaceLifecycle", { onByDefault: true, status: "works" }],
  ["NamespaceExists", { onByDefault: false, status: "works" }],
  ["LimitPodHardAntiAffinityTopology", { onByDefault: false, status: "works" }],
  ["LimitRanger", { onByDefault: true, status: "works" }],
  ["ServiceAccount", { onByDefault: true, status: "works" }],
  ["NodeRestriction", { onByDefault: false, status: "works" }],
  ["TaintNodesByCondition", { onByDefault: true, status: "works" }],
  ["AlwaysPullImages", { onByDefault: false, status: "works" }],
  ["ImagePolicyWebhook", { onByDefault: false, status: "works" }],
  ["PodSecurity", { onByDefault: true, status: "works" }],
  ["PodNodeSelector", { onByDefault: false, status: "works" }],
  ["Priority", { onByDefault: true, status: "works" }],
  ["DefaultTolerationSeconds", { onByDefault: true, status: "works" }],
  ["PodTolerationRestriction", { onByDefault: false, status: "works" }],
  ["EventRateLimit", { onByDefault: false, status: "works" }],
  ["ExtendedResourceToleration", { onByDefault: false, status: "works" }],
  ["DefaultStorageClass", { onByDefault: true, status: "works" }],
  ["StorageObjectInUseProtection", { onByDefault: true, status: "works" }],
  ["PodGroupProtection", { onByDefault: true, status: "works" }],
  ["OwnerReferencesPermissionEnforcement", { onByDefault: false, status: "works" }],
  ["PersistentVolumeClaimResize", { onByDefault: true, status: "works" }],
  ["RuntimeClass", { onByDefault: true, status: "works" }],
  ["CertificateApproval", { onByDefault: true, status: "works" }],
  ["CertificateSigning", { onByDefault: true, status: "works" }],
  ["ClusterTrustBundleAttest", { onByDefault: true, status: "works" }],
  ["CertificateSubjectRestriction", { onByDefault: true, status: "works" }],
  ["DefaultIngressClass", { onByDefault: true, status: "works" }],
  ["DenyServiceExternalIPs", { onByDefault: false, status: "works" }],
  ["PodTopologyLabels", { onByDefault: true, status: "works" }],
  ["PodGroupWorkloadExists", { onByDefault: true, status: "works" }],
  ["NodeDeclaredFeatureValidator", { onByDefault: true, status: "works" }],
  ["JobValidation", { onByDefault: true, status: "works" }],
  ["PodResizeValidator", { onByDefault: true, status: "works" }],
  // Ours: no other server has it.
  ["RequireNetworkPolicy", { onByDefault: false, status: "works" }],
  ["MutatingAdmissionPolicy", { onByDefault: true, status: "works" }],
  ["MutatingAdmissionWebhook", { onByDefault: true, status: "works" }],
  ["ValidatingAdmissionPolicy", { onByDefault: true, status: "works" }],
  ["ValidatingAdmissionWebhook", { onByDefault: true, status: "works" }],
  ["ResourceQuota", { onByDefault: true, status: "works" }],
  ["AlwaysDeny", { onByDefault: false, status: "works" }],
]);

/** Their names, in that order. */
export const admissionPluginNames: readonly string[] = [...admissionPlugins.keys()];

/** Whether a plugin is on: by default or because it was asked for, which counts more than being turned off. */
export function isAdmissionPluginOn(name: string, asked: Readonly<Record<"enable" | "disable", readonly string[]>>): boolean {
  if (asked.enable.includes(name)) return true;
  return admissionPlugins.get(name)?.onByDefault === true && !asked.disable.includes(name);
}
