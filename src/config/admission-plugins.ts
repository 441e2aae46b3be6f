/** Whether a plugin exists here. `missing`: it is named in kube-apiserver and does not exist here yet. */
export type AdmissionPluginStatus = "works" | "missing";

/** One admission plugin of kube-apiserver: whether it is on without being asked for, and whether it exists here. */
export interface AdmissionPluginRow {
  readonly onByDefault: boolean;
  readonly status: AdmissionPluginStatus;
}

/** The plugins of a kube-apiserver v1.36 in the order in which they run. When one is built here, its row changes one word. */
export const admissionPlugins: ReadonlyMap<string, AdmissionPluginRow> = new Map<string, AdmissionPluginRow>([
  ["AlwaysAdmit", { onByDefault: false, status: "missing" }],
  ["NamespaceAutoProvision", { onByDefault: false, status: "missing" }],
  ["NamespaceLifecycle", { onByDefault: true, status: "works" }],
  ["NamespaceExists", { onByDefault: false, status: "missing" }],
  ["LimitPodHardAntiAffinityTopology", { onByDefault: false, status: "missing" }],
  ["LimitRanger", { onByDefault: true, status: "missing" }],
  ["ServiceAccount", { onByDefault: true, status: "works" }],
  ["NodeRestriction", { onByDefault: false, status: "works" }],
  ["TaintNodesByCondition", { onByDefault: true, status: "works" }],
  ["AlwaysPullImages", { onByDefault: false, status: "missing" }],
  ["ImagePolicyWebhook", { onByDefault: false, status: "missing" }],
  ["PodSecurity", { onByDefault: true, status: "missing" }],
  ["PodNodeSelector", { onByDefault: false, status: "missing" }],
  ["Priority", { onByDefault: true, status: "works" }],
  ["DefaultTolerationSeconds", { onByDefault: true, status: "works" }],
  ["PodTolerationRestriction", { onByDefault: false, status: "missing" }],
  ["EventRateLimit", { onByDefault: false, status: "missing" }],
  ["ExtendedResourceToleration", { onByDefault: false, status: "missing" }],
  ["DefaultStorageClass", { onByDefault: true, status: "works" }],
  ["StorageObjectInUseProtection", { onByDefault: true, status: "works" }],
  ["PodGroupProtection", { onByDefault: true, status: "missing" }],
  ["OwnerReferencesPermissionEnforcement", { onByDefault: false, status: "missing" }],
  ["PersistentVolumeClaimResize", { onByDefault: true, status: "missing" }],
  ["RuntimeClass", { onByDefault: true, status: "missing" }],
  ["CertificateApproval", { onByDefault: true, status: "missing" }],
  ["CertificateSigning", { onByDefault: true, status: "missing" }],
  ["ClusterTrustBundleAttest", { onByDefault: true, status: "missing" }],
  ["CertificateSubjectRestriction", { onByDefault: true, status: "missing" }],
  ["DefaultIngressClass", { onByDefault: true, status: "works" }],
  ["DenyServiceExternalIPs", { onByDefault: false, status: "missing" }],
  ["PodTopologyLabels", { onByDefault: true, status: "missing" }],
  ["PodGroupWorkloadExists", { onByDefault: true, status: "missing" }],
  ["NodeDeclaredFeatureValidator", { onByDefault: true, status: "missing" }],
  ["JobValidation", { onByDefault: true, status: "missing" }],
  ["PodResizeValidator", { onByDefault: true, status: "missing" }],
  ["MutatingAdmissionPolicy", { onByDefault: true, status: "missing" }],
  ["MutatingAdmissionWebhook", { onByDefault: true, status: "missing" }],
  ["ValidatingAdmissionPolicy", { onByDefault: true, status: "works" }],
  ["ValidatingAdmissionWebhook", { onByDefault: true, status: "missing" }],
  ["ResourceQuota", { onByDefault: true, status: "missing" }],
  ["AlwaysDeny", { onByDefault: false, status: "missing" }],
]);

/** Their names, in that order. */
export const admissionPluginNames: readonly string[] = [...admissionPlugins.keys()];

/** Whether a plugin is on: by default or because it was asked for, which counts more than being turned off. */
export function isAdmissionPluginOn(name: string, asked: Readonly<Record<"enable" | "disable", readonly string[]>>): boolean {
  if (asked.enable.includes(name)) return true;
  return admissionPlugins.get(name)?.onByDefault === true && !asked.disable.includes(name);
}
