import { mutatingAdmissionPolicy } from "./admissionregistration/mutating-admission-policy.ts";
import { mutatingAdmissionPolicyBinding, validatingAdmissionPolicyBinding } from "./admissionregistration/policy-bindings.ts";
import { validatingAdmissionPolicy } from "./admissionregistration/validating-admission-policy.ts";
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from "./admissionregistration/webhook-configurations.ts";
import { apiService } from "./apiregistration/api-service.ts";
import { controllerRevision } from "./apps/controller-revision.ts";
import { daemonSet } from "./apps/daemon-set.ts";
import { deployment } from "./apps/deployment.ts";
import { replicaSet } from "./apps/replica-set.ts";
import { statefulSet } from "./apps/stateful-set.ts";
import { horizontalPodAutoscaler } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { cronJob } from "./batch/cron-job.ts";
import { job } from "./batch/job.ts";
import { certificateSigningRequest } from "./certificates/certificate-signing-request.ts";
import { lease } from "./coordination/lease.ts";
import { customResourceDefinition } from "./apiextensions/custom-resource-definition.ts";
import { componentStatus } from "./core/component-status.ts";
import { configMap } from "./core/config-map.ts";
import { endpoints } from "./core/endpoints.ts";
import { event } from "./core/event.ts";
import { limitRange } from "./core/limit-range.ts";
import { namespace } from "./core/namespace.ts";
import { node } from "./core/node.ts";
import { persistentVolumeClaim } from "./core/persistent-volume-claim.ts";
import { persistentVolume } from "./core/persistent-volume.ts";
import { podTemplate } from "./core/pod-template.ts";
import { pod } from "./core/pod.ts";
import { replicationController } from "./core/replication-controller.ts";
import { resourceQuota } from "./core/resource-quota.ts";
import { secret } from "./core/secret.ts";
import { serviceAccount } from "./core/service-account.ts";
import { service } from "./core/service.ts";
import { endpointSlice } from "./discovery/endpoint-slice.ts";
import { flowSchema } from "./flowcontrol/flow-schema.ts";
import { priorityLevelConfiguration } from "./flowcontrol/priority-level-configuration.ts";
import { ingressClass } from "./networking/ingress-class.ts";
import { ingress } from "./networking/ingress.ts";
import { ipAddress } from "./networking/ip-address.ts";
import { networkPolicy } from "./networking/network-policy.ts";
import { serviceCidr } from "./networking/service-cidr.ts";
import { runtimeClass } from "./node/runtime-class.ts";
import { podDisruptionBudget } from "./policy/pod-disruption-budget.ts";
import { clusterRoleBinding, roleBinding } from "./rbac/role-bindings.ts";
import { clusterRole, role } from "./rbac/roles.ts";
import { deviceClass } from "./resource/device-class.ts";
import { resourceClaimTemplate } from "./resource/resource-claim-template.ts";
import { resourceClaim } from "./resource/resource-claim.ts";
import { resourceSlice } from "./resource/resource-slice.ts";
import { priorityClass } from "./scheduling/priority-class.ts";
import { csiDriver } from "./storage/csi-driver.ts";
import { csiNode } from "./storage/csi-node.ts";
import { csiStorageCapacity } from "./storage/csi-storage-capacity.ts";
import { storageClass } from "./storage/storage-class.ts";
import { volumeAttachment } from "./storage/volume-attachment.ts";
import { volumeAttributesClass } from "./storage/volume-attributes-class.ts";
import type { KindBehaviour } from "./definition.ts";

/** What each built-in kind does beyond the tables, by "group/Kind" ("/Pod" in the core group). */
export const behaviours: ReadonlyMap<string, KindBehaviour> = new Map<string, KindBehaviour>([
  ["/ComponentStatus", componentStatus],
  ["/ConfigMap", configMap],
  ["/Endpoints", endpoints],
  ["/Event", event],
  ["/LimitRange", limitRange],
  ["/Namespace", namespace],
  ["/Node", node],
  ["/PersistentVolume", persistentVolume],
  ["/PersistentVolumeClaim", persistentVolumeClaim],
  ["/Pod", pod],
  ["/PodTemplate", podTemplate],
  ["/ReplicationController", replicationController],
  ["/ResourceQuota", resourceQuota],
  ["/Secret", secret],
  ["/Service", service],
  ["/ServiceAccount", serviceAccount],
  ["admissionregistration.k8s.io/MutatingAdmissionPolicy", mutatingAdmissionPolicy],
  ["admissionregistration.k8s.io/MutatingAdmissionPolicyBinding", mutatingAdmissionPolicyBinding],
  ["admissionregistration.k8s.io/MutatingWebhookConfiguration", mutatingWebhookConfiguration],
  ["admissionregistration.k8s.io/ValidatingAdmissionPolicy", validatingAdmissionPolicy],
  ["admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding", validatingAdmissionPolicyBinding],
  ["admissionregistration.k8s.io/ValidatingWebhookConfiguration", validatingWebhookConfiguration],
  ["apiregistration.k8s.io/APIService", apiService],
  ["apiextensions.k8s.io/CustomResourceDefinition", customResourceDefinition],
  ["apps/ControllerRevision", controllerRevision],
  ["apps/DaemonSet", daemonSet],
  ["apps/Deployment", deployment],
  ["apps/ReplicaSet", replicaSet],
  ["apps/StatefulSet", statefulSet],
  ["autoscaling/HorizontalPodAutoscaler", horizontalPodAutoscaler],
  ["batch/CronJob", cronJob],
  ["batch/Job", job],
  ["certificates.k8s.io/CertificateSigningRequest", certificateSigningRequest],
  ["coordination.k8s.io/Lease", lease],
  ["discovery.k8s.io/EndpointSlice", endpointSlice],
  ["flowcontrol.apiserver.k8s.io/FlowSchema", flowSchema],
  ["flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration", priorityLevelConfiguration],
  ["networking.k8s.io/IPAddress", ipAddress],
  ["networking.k8s.io/Ingress", ingress],
  ["networking.k8s.io/IngressClass", ingressClass],
  ["networking.k8s.io/NetworkPolicy", networkPolicy],
  ["networking.k8s.io/ServiceCIDR", serviceCidr],
  ["node.k8s.io/RuntimeClass", runtimeClass],
  ["policy/PodDisruptionBudget", podDisruptionBudget],
  ["rbac.authorization.k8s.io/ClusterRole", clusterRole],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", clusterRoleBinding],
  ["rbac.authorization.k8s.io/Role", role],
  ["rbac.authorization.k8s.io/RoleBinding", roleBinding],
  ["resource.k8s.io/DeviceClass", deviceClass],
  ["resource.k8s.io/ResourceClaim", resourceClaim],
  ["resource.k8s.io/ResourceClaimTemplate", resourceClaimTemplate],
  ["resource.k8s.io/ResourceSlice", resourceSlice],
  ["scheduling.k8s.io/PriorityClass", priorityClass],
  ["storage.k8s.io/CSIDriver", csiDriver],
  ["storage.k8s.io/CSINode", csiNode],
  ["storage.k8s.io/CSIStorageCapacity", csiStorageCapacity],
  ["storage.k8s.io/StorageClass", storageClass],
  ["storage.k8s.io/VolumeAttachment", volumeAttachment],
  ["storage.k8s.io/VolumeAttributesClass", volumeAttributesClass],
]);
