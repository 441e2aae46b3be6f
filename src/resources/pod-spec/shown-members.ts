import type { ReadonlyJsonObject } from "../../object/json.ts";
import { shownAs, type ShownMembers } from "./shown.ts";
import { fieldRef, localReference, resourceFieldRef, volumeShown } from "./shown-volumes.ts";

// The internal types of the original as far as messages print them whole: what an update of a pod would have changed.

const keySelector: ShownMembers = [
  ["Name", "name", ""],
  ["Key", "key", ""],
  ["Optional", "optional", null],
];

const fileKeySelector: ShownMembers = [
  ["VolumeName", "volumeName", ""],
  ["Path", "path", ""],
  ["Key", "key", ""],
  ["Optional", "optional", null],
];

const envSource: ShownMembers = [
  ["FieldRef", "fieldRef", null, fieldRef],
  ["ResourceFieldRef", "resourceFieldRef", null, resourceFieldRef],
  ["ConfigMapKeyRef", "configMapKeyRef", null, keySelector],
  ["SecretKeyRef", "secretKeyRef", null, keySelector],
  ["FileKeyRef", "fileKeyRef", null, fileKeySelector],
];

const envVariable: ShownMembers = [
  ["Name", "name", ""],
  ["Value", "value", ""],
  ["ValueFrom", "valueFrom", null, envSource],
];

const optionalReference: ShownMembers = [
  ["Name", "name", ""],
  ["Optional", "optional", null],
];

const envFromSource: ShownMembers = [
  ["Prefix", "prefix", ""],
  ["ConfigMapRef", "configMapRef", null, optionalReference],
  ["SecretRef", "secretRef", null, optionalReference],
];

const resourceRequirements: ShownMembers = [
  ["Limits", "limits", null],
  ["Requests", "requests", null],
  [
    "Claims",
    "claims",
    null,
    [
      ["Name", "name", ""],
      ["Request", "request", ""],
    ],
  ],
];

const port: ShownMembers = [
  ["Name", "name", ""],
  ["HostPort", "hostPort", 0],
  ["ContainerPort", "containerPort", 0],
  ["Protocol", "protocol", ""],
  ["HostIP", "hostIP", ""],
];

const exec: ShownMembers = [["Command", "command", null]];

const httpGet: ShownMembers = [
  ["Path", "path", ""],
  ["Port", "port", 0],
  ["Host", "host", ""],
  ["Scheme", "scheme", ""],
  [
    "HTTPHeaders",
    "httpHeaders",
    null,
    [
      ["Name", "name", ""],
      ["Value", "value", ""],
    ],
  ],
];

const tcpSocket: ShownMembers = [
  ["Port", "port", 0],
  ["Host", "host", ""],
];

const probe: ShownMembers = [
  ["Exec", "exec", null, exec],
  ["HTTPGet", "httpGet", null, httpGet],
  ["TCPSocket", "tcpSocket", null, tcpSocket],
  [
    "GRPC",
    "grpc",
    null,
    [
      ["Port", "port", 0],
      ["Service", "service", null],
    ],
  ],
  ["InitialDelaySeconds", "initialDelaySeconds", 0],
  ["TimeoutSeconds", "timeoutSeconds", 0],
  ["PeriodSeconds", "periodSeconds", 0],
  ["SuccessThreshold", "successThreshold", 0],
  ["FailureThreshold", "failureThreshold", 0],
  ["TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", null],
];

const hook: ShownMembers = [
  ["Exec", "exec", null, exec],
  ["HTTPGet", "httpGet", null, httpGet],
  ["TCPSocket", "tcpSocket", null, tcpSocket],
  ["Sleep", "sleep", null, [["Seconds", "seconds", 0]]],
];

const lifecycle: ShownMembers = [
  ["PostStart", "postStart", null, hook],
  ["PreStop", "preStop", null, hook],
  ["StopSignal", "stopSignal", null],
];

const seLinux: ShownMembers = [
  ["User", "user", ""],
  ["Role", "role", ""],
  ["Type", "type", ""],
  ["Level", "level", ""],
];

const windowsOptions: ShownMembers = [
  ["GMSACredentialSpecName", "gmsaCredentialSpecName", null],
  ["GMSACredentialSpec", "gmsaCredentialSpec", null],
  ["RunAsUserName", "runAsUserName", null],
  ["HostProcess", "hostProcess", null],
];

/** A seccomp or AppArmor profile. */
export const profileShown: ShownMembers = [
  ["Type", "type", ""],
  ["LocalhostProfile", "localhostProfile", null],
];

/** A container's securityContext. */
export const securityContextShown: ShownMembers = [
  [
    "Capabilities",
    "capabilities",
    null,
    [
      ["Add", "add", null],
      ["Drop", "drop", null],
    ],
  ],
  ["Privileged", "privileged", null],
  ["SELinuxOptions", "seLinuxOptions", null, seLinux],
  ["WindowsOptions", "windowsOptions", null, windowsOptions],
  ["RunAsUser", "runAsUser", null],
  ["RunAsGroup", "runAsGroup", null],
  ["RunAsNonRoot", "runAsNonRoot", null],
  ["ReadOnlyRootFilesystem", "readOnlyRootFilesystem", null],
  ["AllowPrivilegeEscalation", "allowPrivilegeEscalation", null],
  ["ProcMount", "procMount", null],
  ["SeccompProfile", "seccompProfile", null, profileShown],
  ["AppArmorProfile", "appArmorProfile", null, profileShown],
];

const volumeMount: ShownMembers = [
  ["Name", "name", ""],
  ["ReadOnly", "readOnly", false],
  ["RecursiveReadOnly", "recursiveReadOnly", null],
  ["MountPath", "mountPath", ""],
  ["SubPath", "subPath", ""],
  ["MountPropagation", "mountPropagation", null],
  ["SubPathExpr", "subPathExpr", ""],
];

const restartRule: ShownMembers = [
  ["Action", "action", ""],
  [
    "ExitCodes",
    "exitCodes",
    null,
    [
      ["Operator", "operator", ""],
      ["Values", "values", null],
    ],
  ],
];

/** A container. */
const containerShown: ShownMembers = [
  ["Name", "name", ""],
  ["Image", "image", ""],
  ["Command", "command", null],
  ["Args", "args", null],
  ["WorkingDir", "workingDir", ""],
  ["Ports", "ports", null, port],
  ["EnvFrom", "envFrom", null, envFromSource],
  ["Env", "env", null, envVariable],
  ["Resources", "resources", "struct", resourceRequirements],
  [
    "ResizePolicy",
    "resizePolicy",
    null,
    [
      ["ResourceName", "resourceName", ""],
      ["RestartPolicy", "restartPolicy", ""],
    ],
  ],
  ["RestartPolicy", "restartPolicy", null],
  ["RestartPolicyRules", "restartPolicyRules", null, restartRule],
  ["VolumeMounts", "volumeMounts", null, volumeMount],
  [
    "VolumeDevices",
    "volumeDevices",
    null,
    [
      ["Name", "name", ""],
      ["DevicePath", "devicePath", ""],
    ],
  ],
  ["LivenessProbe", "livenessProbe", null, probe],
  ["ReadinessProbe", "readinessProbe", null, probe],
  ["StartupProbe", "startupProbe", null, probe],
  ["Lifecycle", "lifecycle", null, lifecycle],
  ["TerminationMessagePath", "terminationMessagePath", ""],
  ["TerminationMessagePolicy", "terminationMessagePolicy", ""],
  ["ImagePullPolicy", "imagePullPolicy", ""],
  ["SecurityContext", "securityContext", null, securityContextShown],
  ["Stdin", "stdin", false],
  ["StdinOnce", "stdinOnce", false],
  ["TTY", "tty", false],
];

/** A container that was added to look around. */
export const ephemeralContainerShown: ShownMembers = [...containerShown, ["TargetContainerName", "targetContainerName", ""]];

const nodeRequirement: ShownMembers = [
  ["Key", "key", ""],
  ["Operator", "operator", ""],
  ["Values", "values", null],
];

/** A term of a node selector. */
export const nodeSelectorTermMembers: ShownMembers = [
  ["MatchExpressions", "matchExpressions", null, nodeRequirement],
  ["MatchFields", "matchFields", null, nodeRequirement],
];

const podTerm: ShownMembers = [
  ["LabelSelector", "labelSelector", null],
  ["Namespaces", "namespaces", null],
  ["TopologyKey", "topologyKey", ""],
  ["NamespaceSelector", "namespaceSelector", null],
  ["MatchLabelKeys", "matchLabelKeys", null],
  ["MismatchLabelKeys", "mismatchLabelKeys", null],
];

const podTerms: ShownMembers = [
  ["RequiredDuringSchedulingIgnoredDuringExecution", "requiredDuringSchedulingIgnoredDuringExecution", null, podTerm],
  [
    "PreferredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
    null,
    [
      ["Weight", "weight", 0],
      ["PodAffinityTerm", "podAffinityTerm", "struct", podTerm],
    ],
  ],
];

const nodeTerms: ShownMembers = [
  [
    "RequiredDuringSchedulingIgnoredDuringExecution",
    "requiredDuringSchedulingIgnoredDuringExecution",
    null,
    [["NodeSelectorTerms", "nodeSelectorTerms", null, nodeSelectorTermMembers]],
  ],
  [
    "PreferredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
    null,
    [
      ["Weight", "weight", 0],
      ["Preference", "preference", "struct", nodeSelectorTermMembers],
    ],
  ],
];

const affinity: ShownMembers = [
  ["NodeAffinity", "nodeAffinity", null, nodeTerms],
  ["PodAffinity", "podAffinity", null, podTerms],
  ["PodAntiAffinity", "podAntiAffinity", null, podTerms],
];

/** A toleration; those of devices have the same members. */
export const tolerationShown: ShownMembers = [
  ["Key", "key", ""],
  ["Operator", "operator", ""],
  ["Value", "value", ""],
  ["Effect", "effect", ""],
  ["TolerationSeconds", "tolerationSeconds", null],
];

const spreadConstraint: ShownMembers = [
  ["MaxSkew", "maxSkew", 0],
  ["TopologyKey", "topologyKey", ""],
  ["WhenUnsatisfiable", "whenUnsatisfiable", ""],
  ["LabelSelector", "labelSelector", null],
  ["MinDomains", "minDomains", null],
  ["NodeAffinityPolicy", "nodeAffinityPolicy", null],
  ["NodeTaintsPolicy", "nodeTaintsPolicy", null],
  ["MatchLabelKeys", "matchLabelKeys", null],
];

const dnsConfig: ShownMembers = [
  ["Nameservers", "nameservers", null],
  ["Searches", "searches", null],
  [
    "Options",
    "options",
    null,
    [
      ["Name", "name", ""],
      ["Value", "value", null],
    ],
  ],
];

/** A pod's claim on devices. */
export const resourceClaimShown: ShownMembers = [
  ["Name", "name", ""],
  ["ResourceClaimName", "resourceClaimName", null],
  ["ResourceClaimTemplateName", "resourceClaimTemplateName", null],
];

const podSecurityContext: ShownMembers = [
  ["HostNetwork", "hostNetwork", false],
  ["HostPID", "hostPID", false],
  ["HostIPC", "hostIPC", false],
  ["ShareProcessNamespace", "shareProcessNamespace", null],
  ["HostUsers", "hostUsers", null],
  ["SELinuxOptions", "seLinuxOptions", null, seLinux],
  ["WindowsOptions", "windowsOptions", null, windowsOptions],
  ["RunAsUser", "runAsUser", null],
  ["RunAsGroup", "runAsGroup", null],
  ["RunAsNonRoot", "runAsNonRoot", null],
  ["SupplementalGroups", "supplementalGroups", null],
  ["SupplementalGroupsPolicy", "supplementalGroupsPolicy", null],
  ["FSGroup", "fsGroup", null],
  ["FSGroupChangePolicy", "fsGroupChangePolicy", null],
  [
    "Sysctls",
    "sysctls",
    null,
    [
      ["Name", "name", ""],
      ["Value", "value", ""],
    ],
  ],
  ["SeccompProfile", "seccompProfile", null, profileShown],
  ["AppArmorProfile", "appArmorProfile", null, profileShown],
  ["SELinuxChangePolicy", "seLinuxChangePolicy", null],
];

const podSpec: ShownMembers = [
  ["Volumes", "volumes", null, volumeShown],
  ["InitContainers", "initContainers", null, containerShown],
  ["Containers", "containers", null, containerShown],
  ["EphemeralContainers", "ephemeralContainers", null, ephemeralContainerShown],
  ["RestartPolicy", "restartPolicy", ""],
  ["TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", null],
  ["ActiveDeadlineSeconds", "activeDeadlineSeconds", null],
  ["DNSPolicy", "dnsPolicy", ""],
  ["NodeSelector", "nodeSelector", null],
  ["ServiceAccountName", "serviceAccountName", ""],
  ["AutomountServiceAccountToken", "automountServiceAccountToken", null],
  ["NodeName", "nodeName", ""],
  ["SecurityContext", "securityContext", null, podSecurityContext],
  ["ImagePullSecrets", "imagePullSecrets", null, localReference],
  ["Hostname", "hostname", ""],
  ["Subdomain", "subdomain", ""],
  ["SetHostnameAsFQDN", "setHostnameAsFQDN", null],
  ["Affinity", "affinity", null, affinity],
  ["SchedulerName", "schedulerName", ""],
  ["Tolerations", "tolerations", null, tolerationShown],
  [
    "HostAliases",
    "hostAliases",
    null,
    [
      ["IP", "ip", ""],
      ["Hostnames", "hostnames", null],
    ],
  ],
  ["PriorityClassName", "priorityClassName", ""],
  ["Priority", "priority", null],
  ["PreemptionPolicy", "preemptionPolicy", null],
  ["DNSConfig", "dnsConfig", null, dnsConfig],
  ["ReadinessGates", "readinessGates", null, [["ConditionType", "conditionType", ""]]],
  ["RuntimeClassName", "runtimeClassName", null],
  ["Overhead", "overhead", null],
  ["EnableServiceLinks", "enableServiceLinks", null],
  ["TopologySpreadConstraints", "topologySpreadConstraints", null, spreadConstraint],
  ["OS", "os", null, localReference],
  ["SchedulingGates", "schedulingGates", null, localReference],
  ["ResourceClaims", "resourceClaims", null, resourceClaimShown],
  ["Resources", "resources", null, resourceRequirements],
  ["HostnameOverride", "hostnameOverride", null],
  ["SchedulingGroup", "schedulingGroup", null],
];

/** The sharing of the node's namespaces is in the security context there. */
export function podSpecShown(spec: ReadonlyJsonObject): ReadonlyJsonObject {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  const own = spec["securityContext"];
  const securityContext = {
    ...(typeof own === "object" && own !== null ? own : {}),
    hostNetwork,
    hostPID,
    hostIPC,
    shareProcessNamespace,
    hostUsers,
  };
  return shownAs({ ...spec, securityContext }, podSpec);
}
