import type { Authorizer } from "../authorization/authorizer.ts";
import { StartupError } from "../object/startup-error.ts";
import type { RandomBytes } from "../object/names-generator.ts";
import { NAMESPACES } from "../object/resource-ids.ts";
import type { Registry } from "../registry/registry.ts";
import type { SystemClient } from "../registry/system-client.ts";
import type { ServiceResolver } from "../webhook/service-address.ts";
import type { AdmissionPlugin } from "./admission.ts";
import type { ClusterView } from "./cluster-view.ts";
import { configured, type PluginConfigurations } from "./configuration.ts";
import { inProcessPlugin, type AdmissionFunction } from "./in-process.ts";
import { mutatingAdmissionPolicy } from "./policies/mutating-admission-policy.ts";
import { validatingAdmissionPolicy } from "./policies/validating-admission-policy.ts";
import { alwaysAdmit, alwaysDeny } from "./plugins/always.ts";
import { alwaysPullImages } from "./plugins/always-pull-images.ts";
import { certificateApproval, certificateSigning, clusterTrustBundleAttest } from "./plugins/certificate-signers.ts";
import { certificateSubjectRestriction } from "./plugins/certificate-subject-restriction.ts";
import { defaultIngressClass, defaultStorageClass } from "./plugins/default-class.ts";
import { defaultTolerationSeconds, type TolerationSeconds } from "./plugins/default-toleration-seconds.ts";
import { denyServiceExternalIps } from "./plugins/deny-service-external-ips.ts";
import { dormant } from "./plugins/dormant.ts";
import { eventRateLimit, readEventLimits } from "./plugins/event-rate-limit.ts";
import { extendedResourceToleration } from "./plugins/extended-resource-toleration.ts";
import { imagePolicyWebhook, readImagePolicy } from "./plugins/image-policy-webhook.ts";
import { limitPodHardAntiAffinityTopology } from "./plugins/limit-pod-hard-anti-affinity-topology.ts";
import { limitRanger } from "./plugins/limit-ranger.ts";
import { namespaceAutoProvision, namespaceExists } from "./plugins/namespace-exists.ts";
import { namespaceLifecycle } from "./plugins/namespace-lifecycle.ts";
import { nodeDeclaredFeatureValidator } from "./plugins/node-declared-feature-validator.ts";
import { nodeRestriction } from "./plugins/node-restriction.ts";
import { ownerReferencesPermissionEnforcement } from "./plugins/owner-references-permission-enforcement.ts";
import { persistentVolumeClaimResize } from "./plugins/persistent-volume-claim-resize.ts";
import { podNodeSelector, readNodeSelectors } from "./plugins/pod-node-selector.ts";
import { podResizeValidator } from "./plugins/pod-resize-validator.ts";
import { NO_CONFIGURATION, readPodSecurityConfiguration } from "./plugins/pod-security/configuration.ts";
import { podSecurity } from "./plugins/pod-security/pod-security.ts";
import { podTolerationRestriction, readTolerationDefaults } from "./plugins/pod-toleration-restriction.ts";
import { podTopologyLabels } from "./plugins/pod-topology-labels.ts";
import { priority } from "./plugins/priority.ts";
import { requireNetworkPolicy } from "./plugins/require-network-policy.ts";
import { readLimitedResources } from "./plugins/resource-quota/configuration.ts";
import { resourceQuota } from "./plugins/resource-quota/resource-quota.ts";
import { runtimeClass } from "./plugins/runtime-class.ts";
import { serviceAccount } from "./plugins/service-account.ts";
import { storageObjectInUseProtection } from "./plugins/storage-object-in-use-protection.ts";
import { taintNodesByCondition } from "./plugins/taint-nodes-by-condition.ts";
import type { WebhookParts } from "./webhooks/calls.ts";
import { readWebhookCredentials } from "./webhooks/configuration.ts";
import { mutatingWebhook } from "./webhooks/mutating-webhook.ts";
import { validatingWebhook } from "./webhooks/validating-webhook.ts";

/** What plugins are made from. */
export interface PluginParts {
  readonly view: ClusterView;
  readonly random: RandomBytes;
  /** For plugins that ask whether the writer may do something besides. */
  readonly authorize: Authorizer;
  /** For plugins that write: what the server itself may. */
  readonly client: Pick<SystemClient, "create" | "update">;
  /** The registry that they guard, once requests come: for plugins that follow resources or convert objects. */
  readonly registry: () => Registry;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** What plugins are told by --admission-control-config-file. */
  readonly configurations: PluginConfigurations;
  /** How long pods stay on a lost node; absent: five minutes. */
  readonly tolerationSeconds?: TolerationSeconds;
  /** Where calls of services go. */
  readonly resolveService: ServiceResolver;
}

/**
 * The plugins that there are, in the order in which a write meets them (the original's): first all that change it, then
 * all that judge it. A plugin is made only where it is on. Its maker throws StartupError for a faulty configuration.
 */
const PLUGINS: readonly (readonly [name: string, make: (parts: PluginParts) => AdmissionPlugin])[] = [
  ["AlwaysAdmit", () => alwaysAdmit],
  ["NamespaceAutoProvision", ({ view, client }) => namespaceAutoProvision(view, (name) => client.create(NAMESPACES, namespaceNamed(name)))],
  ["NamespaceLifecycle", ({ view }) => namespaceLifecycle(view)],
  ["NamespaceExists", ({ view }) => namespaceExists(view)],
  ["LimitPodHardAntiAffinityTopology", () => limitPodHardAntiAffinityTopology],
  ["LimitRanger", ({ view }) => limitRanger(view)],
  ["ServiceAccount", ({ view, random }) => serviceAccount(view, random)],
  ["NodeRestriction", ({ view, authorize }) => nodeRestriction(view, authorize)],
  ["TaintNodesByCondition", () => taintNodesByCondition],
  ["AlwaysPullImages", () => alwaysPullImages],
  [
    "ImagePolicyWebhook",
    ({ clock, configurations }) => {
      const policy = configured(configurations, "ImagePolicyWebhook", readImagePolicy);
      return imagePolicyWebhook(policy ?? unconfigured("ImagePolicyWebhook"), clock);
    },
  ],
  [
    "PodSecurity",
    ({ view, clock, configurations }) => {
      const own = configured(configurations, "PodSecurity", ({ document }) => readPodSecurityConfiguration(document));
      return podSecurity(view, own ?? NO_CONFIGURATION, clock);
    },
  ],
  [
    "PodNodeSelector",
    ({ view, configurations }) => {
      const selectors = configured(configurations, "PodNodeSelector", ({ document }) => readNodeSelectors(document));
      return podNodeSelector(view, selectors ?? new Map());
    },
  ],
  ["Priority", ({ view }) => priority(view)],
  [
    "DefaultTolerationSeconds",
    ({ tolerationSeconds }) => defaultTolerationSeconds(tolerationSeconds ?? { notReady: 300, unreachable: 300 }),
  ],
  [
    "PodTolerationRestriction",
    ({ view, configurations }) => {
      const own = configured(configurations, "PodTolerationRestriction", ({ document }) => readTolerationDefaults(document));
      return podTolerationRestriction(view, own ?? { defaults: [], allowed: [] });
    },
  ],
  [
    "EventRateLimit",
    ({ clock, configurations }) => {
      const limits = configured(configurations, "EventRateLimit", ({ document }) => readEventLimits(document));
      return eventRateLimit(limits ?? unconfigured("EventRateLimit"), clock);
    },
  ],
  ["ExtendedResourceToleration", () => extendedResourceToleration],
  ["DefaultStorageClass", ({ view }) => defaultStorageClass(view)],
  ["StorageObjectInUseProtection", () => storageObjectInUseProtection],
  ["PodGroupProtection", () => dormant("PodGroupProtection")],
  [
    "OwnerReferencesPermissionEnforcement",
    ({ authorize, registry }) => ownerReferencesPermissionEnforcement(authorize, (...kind) => registry().definitions.findKind(...kind)),
  ],
  ["PersistentVolumeClaimResize", ({ view }) => persistentVolumeClaimResize(view)],
  ["RuntimeClass", ({ view }) => runtimeClass(view)],
  ["CertificateApproval", ({ authorize }) => certificateApproval(authorize)],
  ["CertificateSigning", ({ authorize }) => certificateSigning(authorize)],
  ["ClusterTrustBundleAttest", ({ authorize }) => clusterTrustBundleAttest(authorize)],
  ["CertificateSubjectRestriction", () => certificateSubjectRestriction],
  ["DefaultIngressClass", ({ view }) => defaultIngressClass(view)],
  ["DenyServiceExternalIPs", () => denyServiceExternalIps],
  ["PodTopologyLabels", ({ view }) => podTopologyLabels(view)],
  ["PodGroupWorkloadExists", () => dormant("PodGroupWorkloadExists")],
  ["NodeDeclaredFeatureValidator", ({ view }) => nodeDeclaredFeatureValidator(view)],
  ["JobValidation", () => dormant("JobValidation")],
  ["PodResizeValidator", ({ view }) => podResizeValidator(view)],
  ["RequireNetworkPolicy", ({ view }) => requireNetworkPolicy(view)],
  ["MutatingAdmissionPolicy", (parts) => mutatingAdmissionPolicy(parts)],
  ["MutatingAdmissionWebhook", (parts) => mutatingWebhook(withCredentials(parts, "MutatingAdmissionWebhook"))],
  ["ValidatingAdmissionPolicy", (parts) => validatingAdmissionPolicy(parts)],
  ["ValidatingAdmissionWebhook", (parts) => validatingWebhook(withCredentials(parts, "ValidatingAdmissionWebhook"))],
  [
    "ResourceQuota",
    ({ view, client, configurations }) => {
      const limited = configured(configurations, "ResourceQuota", ({ document }) => readLimitedResources(document));
      return resourceQuota(view, client, limited ?? []);
    },
  ],
  ["AlwaysDeny", () => alwaysDeny],
];

/** The names of all plugins that there are, in their order. */
export const builtPluginNames: readonly string[] = PLUGINS.map(([name]) => name);

/** What stands right behind the webhooks: the functions of a program that embeds the server stand between. */
const AFTER_WEBHOOKS = "ResourceQuota";

/**
 * Makes the plugins that are on, in their order, with the embedding program's own where webhooks are. Throws
 * StartupError where one is configured wrongly.
 */
export function makePlugins(
  parts: PluginParts,
  isOn: (name: string) => boolean,
  inProcess: readonly AdmissionFunction[] = [],
): readonly AdmissionPlugin[] {
  return PLUGINS.flatMap(([name, make]) => [
    ...(name === AFTER_WEBHOOKS ? inProcess.map(inProcessPlugin) : []),
    ...(isOn(name) ? [make(parts)] : []),
  ]);
}

function withCredentials(parts: PluginParts, plugin: string): WebhookParts {
  return { ...parts, credentials: configured(parts.configurations, plugin, readWebhookCredentials) };
}

function unconfigured(name: string): never {
  throw new StartupError(`the admission plugin ${name} needs a configuration`, "name a file with one by --admission-control-config-file");
}

function namespaceNamed(name: string): { apiVersion: string; kind: string; metadata: { name: string } } {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}
