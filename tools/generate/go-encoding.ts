/**
 * What Go's encoder does with absent members, where OpenAPI cannot say it. Definition.member, by the part after the
 * API's common prefix; names a release lacks are ignored.
 */

/** Optional members that are written even when absent, as null: pointers, lists and maps without omitempty. */
export const writtenAsNull: ReadonlySet<string> = new Set([
  "apiextensions.v1.CustomResourceDefinitionStatus.conditions",
  "apiextensions.v1.CustomResourceDefinitionStatus.storedVersions",
  "authentication.v1.TokenRequestSpec.audiences",
  "authentication.v1.TokenRequestSpec.boundObjectRef",
  "authentication.v1.TokenRequestSpec.expirationSeconds",
  "autoscaling.v2.HorizontalPodAutoscalerStatus.currentMetrics",
  "core.v1.ContainerImage.names",
  "core.v1.ProjectedVolumeSource.sources",
  "core.v1.TypedLocalObjectReference.apiGroup",
  "core.v1.TypedObjectReference.apiGroup",
  "discovery.v1.EndpointSlice.endpoints",
  "discovery.v1.EndpointSlice.ports",
  "flowcontrol.v1.ResourcePolicyRule.namespaces",
  "networking.v1.IngressClassParametersReference.scope",
  "rbac.v1.ClusterRole.rules",
  "rbac.v1.Role.rules",
  "storage.v1.CSINodeDriver.topologyKeys",
]);

/** Zero-like defaults in OpenAPI that are defaults of pointers or of members with omitempty, not written zeros. */
export const realZeroDefaults: ReadonlySet<string> = new Set([
  "autoscaling.v1.ScaleSpec.replicas",
  "core.v1.AzureDiskVolumeSource.readOnly",
  "core.v1.ConfigMapEnvSource.name",
  "core.v1.ConfigMapKeySelector.name",
  "core.v1.ConfigMapProjection.name",
  "core.v1.ConfigMapVolumeSource.name",
  "core.v1.FileKeySelector.optional",
  "core.v1.GRPCAction.service",
  "core.v1.LocalObjectReference.name",
  "core.v1.ReplicationControllerSpec.minReadySeconds",
  "core.v1.SecretEnvSource.name",
  "core.v1.SecretKeySelector.name",
  "core.v1.SecretProjection.name",
]);

/** Required lists, maps and pointers that have omitempty all the same. */
export const requiredButOmitted: ReadonlySet<string> = new Set([
  "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.validationActions",
  "core.v1.NodeAllocatableResourceClaimStatus.resources",
  "networking.v1.IPAddressSpec.parentRef",
  "resource.v1.CapacityRequestPolicyRange.min",
  "resource.v1.CounterSet.counters",
  "resource.v1.DeviceCounterConsumption.counters",
]);

/**
 * Members of types that have an encoding of their own (times, quantities…) and are values, not pointers: absent, they
 * are written as this zero.
 */
export const specialValues: Readonly<Record<"time" | "quantity" | "intOrString" | "raw", readonly string[]>> = {
  time: [
    "apiextensions.v1.CustomResourceDefinitionCondition.lastTransitionTime",
    "apiregistration.v1.APIServiceCondition.lastTransitionTime",
    "apps.v1.DaemonSetCondition.lastTransitionTime",
    "apps.v1.DeploymentCondition.lastTransitionTime",
    "apps.v1.DeploymentCondition.lastUpdateTime",
    "apps.v1.ReplicaSetCondition.lastTransitionTime",
    "apps.v1.StatefulSetCondition.lastTransitionTime",
    "authentication.v1.TokenRequestStatus.expirationTimestamp",
    "autoscaling.v2.HorizontalPodAutoscalerCondition.lastTransitionTime",
    "batch.v1.JobCondition.lastProbeTime",
    "batch.v1.JobCondition.lastTransitionTime",
    "certificates.v1.CertificateSigningRequestCondition.lastTransitionTime",
    "certificates.v1.CertificateSigningRequestCondition.lastUpdateTime",
    "core.v1.ContainerStateRunning.startedAt",
    "core.v1.ContainerStateTerminated.finishedAt",
    "core.v1.ContainerStateTerminated.startedAt",
    "core.v1.Event.eventTime",
    "core.v1.Event.firstTimestamp",
    "core.v1.Event.lastTimestamp",
    "core.v1.EventSeries.lastObservedTime",
    "core.v1.NamespaceCondition.lastTransitionTime",
    "core.v1.NodeCondition.lastHeartbeatTime",
    "core.v1.NodeCondition.lastTransitionTime",
    "core.v1.PersistentVolumeClaimCondition.lastProbeTime",
    "core.v1.PersistentVolumeClaimCondition.lastTransitionTime",
    "core.v1.PodCondition.lastProbeTime",
    "core.v1.PodCondition.lastTransitionTime",
    "core.v1.ReplicationControllerCondition.lastTransitionTime",
    "events.v1.Event.deprecatedFirstTimestamp",
    "events.v1.Event.deprecatedLastTimestamp",
    "events.v1.Event.eventTime",
    "events.v1.EventSeries.lastObservedTime",
    "flowcontrol.v1.FlowSchemaCondition.lastTransitionTime",
    "flowcontrol.v1.PriorityLevelConfigurationCondition.lastTransitionTime",
    "meta.v1.Condition.lastTransitionTime",
    "storage.v1.VolumeError.time",
  ],
  quantity: ["core.v1.ResourceFieldSelector.divisor", "resource.v1.Counter.value", "resource.v1.DeviceCapacity.value"],
  intOrString: ["core.v1.HTTPGetAction.port", "core.v1.ServicePort.targetPort", "core.v1.TCPSocketAction.port"],
  raw: ["apps.v1.ControllerRevision.data", "meta.v1.WatchEvent.object", "resource.v1.OpaqueDeviceConfiguration.parameters"],
};
