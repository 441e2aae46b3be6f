import type { ReadonlyJsonObject } from "../../../object/json.ts";
import { quoteText } from "../../../object/quote.ts";
import { booleanIn, isSet, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../../object/read.ts";
import { appArmorOfContainer, seccompOfContainer, seccompOfPod } from "../../../resources/pod-spec/profile-annotations.ts";
import type { PodLike } from "../../pod-templates.ts";
import {
  containersOf,
  containersWhere,
  named,
  namesOf,
  plural,
  quoted,
  securityContextOf,
  setters,
  sorted,
  uses,
  type Check,
  type PodCheck,
  type Violation,
} from "./check.ts";

// What the level "baseline" forbids (concepts/security/pod-security-standards), in the order in which violations are told.

const SAFE_PROFILES: ReadonlySet<string> = new Set(["RuntimeDefault", "Localhost"]);

const appArmor: PodCheck = (pod) => {
  const isBad = (owner: ReadonlyJsonObject): boolean => {
    const context = securityContextOf(owner);
    return isSet(context, "appArmorProfile") && !SAFE_PROFILES.has(profileType(context, "appArmorProfile"));
  };
  const containers = containersOf(pod).filter(isBad);
  const owners = [...(isBad(pod.spec) ? [pod.spec] : []), ...containers];
  const annotations = annotationsOf(pod)
    .filter(([key, value]) => key.startsWith(appArmorOfContainer) && !isSafeAppArmor(value))
    .map(([key, value]) => `${key}=${quoteText(value)}`);
  const who = setters(isBad(pod.spec), namesOf(containers));
  if (annotations.length > 0) who.push(plural("annotation", annotations.length));
  if (who.length === 0) return undefined;
  const values = [...sorted(owners.map((owner) => profileType(securityContextOf(owner), "appArmorProfile"))), ...sorted(annotations)];
  return {
    reason: plural("forbidden AppArmor profile", values.length),
    detail: `${who.join(" and ")} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

function isSafeAppArmor(value: string): boolean {
  return value === "" || value === "runtime/default" || value.startsWith("localhost/");
}

const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

const capabilities: PodCheck = (pod) => {
  const added = (container: ReadonlyJsonObject): string[] =>
    stringsIn(objectIn(securityContextOf(container), "capabilities"), "add").filter((name) => !DEFAULT_CAPABILITIES.has(name));
  const bad = containersOf(pod).filter((container) => added(container).length > 0);
  if (bad.length === 0) return undefined;
  const names = sorted(bad.flatMap(added));
  return {
    reason: "non-default capabilities",
    detail: `${named("container", namesOf(bad))} must not include ${quoted(names)} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: PodCheck = ({ spec }) => {
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((name) => booleanIn(spec, name)).map((name) => `${name}=true`);
  return shared.length === 0 ? undefined : { reason: "host namespaces", detail: shared.join(", ") };
};

const hostPathVolumes: PodCheck = ({ spec }) => {
  const names = namesOf(objectsIn(spec, "volumes").filter((volume) => isSet(volume, "hostPath")));
  return names.length === 0 ? undefined : { reason: "hostPath volumes", detail: named("volume", names) };
};

const hostPorts: PodCheck = (pod) => {
  const used = (container: ReadonlyJsonObject): string[] =>
    objectsIn(container, "ports")
      .map((port) => numberIn(port, "hostPort"))
      .filter((port) => port !== 0)
      .map(String);
  const bad = containersOf(pod).filter((container) => used(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sorted(bad.flatMap(used));
  return { reason: "hostPort", detail: `${uses("container", namesOf(bad))} ${plural("hostPort", ports.length)} ${ports.join(", ")}` };
};

/** Who answers a probe must be the container itself, else a pod asks in the kubelet's name (KEP-4940). */
const hostProbes: PodCheck = (pod) => {
  const bad = containersOf(pod).filter((container) => probedHosts(container).length > 0);
  if (bad.length === 0) return undefined;
  const hosts = sorted(bad.flatMap(probedHosts));
  return {
    reason: "probe or lifecycle host",
    detail: `${uses("container", sorted(namesOf(bad)))} ${plural("probe or lifecycle host", hosts.length)} ${quoted(hosts)}`,
  };
};

function probedHosts(container: ReadonlyJsonObject): string[] {
  const lifecycle = objectIn(container, "lifecycle");
  const handlers = [
    ...["livenessProbe", "readinessProbe", "startupProbe"].map((name) => objectIn(container, name)),
    ...["postStart", "preStop"].map((name) => objectIn(lifecycle, name)),
  ];
  return handlers
    .flatMap((handler) => ["httpGet", "tcpSocket"].map((action) => stringIn(objectIn(handler, action), "host")))
    .filter((host) => host !== "");
}

const privileged: PodCheck = (pod) => {
  const names = containersWhere(pod, (container) => booleanIn(securityContextOf(container), "privileged"));
  if (names.length === 0) return undefined;
  return { reason: "privileged", detail: `${named("container", names)} must not set securityContext.privileged=true` };
};

/** Whatever the pod: also the level "restricted" asks for this. */
export const procMount: PodCheck = (pod) => {
  const value = (container: ReadonlyJsonObject): string => stringIn(securityContextOf(container), "procMount") || "Default";
  const bad = containersOf(pod).filter((container) => value(container) !== "Default");
  if (bad.length === 0) return undefined;
  const values = sorted(bad.map(value));
  return { reason: "procMount", detail: `${named("container", namesOf(bad))} must not set securityContext.procMount to ${quoted(values)}` };
};

/** In a user namespace of its own, root is nobody outside (KEP-127). */
export function unlessInUserNamespace(check: PodCheck): PodCheck {
  return (pod) => (pod.spec["hostUsers"] === false ? undefined : check(pod));
}

const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t"];

function seLinux(types: readonly string[]): PodCheck {
  const isBad = (owner: ReadonlyJsonObject): boolean => {
    const options = objectIn(securityContextOf(owner), "seLinuxOptions");
    return !types.includes(stringIn(options, "type")) || stringIn(options, "user") !== "" || stringIn(options, "role") !== "";
  };
  return (pod) => {
    const containers = containersOf(pod).filter(isBad);
    const who = setters(isBad(pod.spec), namesOf(containers));
    if (who.length === 0) return undefined;
    const options = [pod.spec, ...containers].map((owner) => objectIn(securityContextOf(owner), "seLinuxOptions"));
    const bad = sorted(options.map((one) => stringIn(one, "type")).filter((type) => !types.includes(type)));
    const what = [
      ...(bad.length > 0 ? [named("type", bad)] : []),
      ...["user", "role"].filter((name) => options.some((one) => stringIn(one, name) !== "")).map((name) => `${name} may not be set`),
    ];
    return { reason: "seLinuxOptions", detail: `${who.join(" and ")} set forbidden securityContext.seLinuxOptions: ${what.join("; ")}` };
  };
}

/** Before there was a field for it, profiles stood in annotations. */
const seccompAnnotations: PodCheck = (pod) => {
  const keys = [seccompOfPod, ...namesOf(containersOf(pod)).map((name) => seccompOfContainer + name)];
  const bad = annotationsOf(pod)
    .filter(([key, value]) => keys.includes(key) && !isSafeSeccomp(value))
    .map(([key, value]) => `${key}=${quoteText(value)}`);
  if (bad.length === 0) return undefined;
  return { reason: "seccompProfile", detail: `forbidden ${plural("annotation", bad.length)} ${sorted(bad).join(", ")}` };
};

function isSafeSeccomp(value: string): boolean {
  return value === "runtime/default" || value === "docker/default" || value.startsWith("localhost/");
}

/** Profiles that are set to something unsafe. */
export const unsafeSeccomp: PodCheck = (pod) => {
  const isBad = (owner: ReadonlyJsonObject): boolean => isSet(securityContextOf(owner), "seccompProfile") && !hasSafeSeccomp(owner);
  const containers = containersOf(pod).filter(isBad);
  const who = setters(isBad(pod.spec), namesOf(containers));
  if (who.length === 0) return undefined;
  const owners = [...(isBad(pod.spec) ? [pod.spec] : []), ...containers];
  const values = sorted(owners.map((owner) => profileType(securityContextOf(owner), "seccompProfile")));
  return {
    reason: "seccompProfile",
    detail: `${who.join(" and ")} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  };
};

/** Whether a pod or container sets a seccomp profile that is safe. */
export function hasSafeSeccomp(owner: ReadonlyJsonObject): boolean {
  return SAFE_PROFILES.has(profileType(securityContextOf(owner), "seccompProfile"));
}

const SYSCTLS_1_0 = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
];
const SYSCTLS_1_27 = [...SYSCTLS_1_0, "net.ipv4.ip_local_reserved_ports"];
const SYSCTLS_1_29 = [
  ...SYSCTLS_1_27,
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];
const SYSCTLS_1_32 = [...SYSCTLS_1_29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

function sysctls(allowed: readonly string[]): PodCheck {
  return ({ spec }) => {
    const names = objectsIn(securityContextOf(spec), "sysctls").map((sysctl) => stringIn(sysctl, "name"));
    const bad = names.filter((name) => !allowed.includes(name));
    return bad.length === 0 ? undefined : { reason: "forbidden sysctls", detail: bad.join(", ") };
  };
}

const windowsHostProcess: PodCheck = (pod): Violation | undefined => {
  const isBad = (owner: ReadonlyJsonObject): boolean => booleanIn(objectIn(securityContextOf(owner), "windowsOptions"), "hostProcess");
  const who = setters(isBad(pod.spec), containersWhere(pod, isBad));
  if (who.length === 0) return undefined;
  return { reason: "hostProcess", detail: `${who.join(" and ")} must not set securityContext.windowsOptions.hostProcess=true` };
};

/** The checks of the level "baseline". */
export const BASELINE_CHECKS: readonly Check[] = [
  { id: "appArmorProfile", versions: [{ since: 0, check: appArmor }] },
  { id: "capabilities_baseline", versions: [{ since: 0, check: capabilities }] },
  { id: "hostNamespaces", versions: [{ since: 0, check: hostNamespaces }] },
  { id: "hostPathVolumes", versions: [{ since: 0, check: hostPathVolumes }] },
  { id: "hostPorts", versions: [{ since: 0, check: hostPorts }] },
  { id: "hostProbesAndHostLifecycle", versions: [{ since: 34, check: hostProbes }] },
  { id: "privileged", versions: [{ since: 0, check: privileged }] },
  {
    id: "procMount",
    versions: [
      { since: 0, check: procMount },
      { since: 35, check: unlessInUserNamespace(procMount) },
    ],
  },
  {
    id: "seLinuxOptions",
    versions: [
      { since: 0, check: seLinux(SELINUX_TYPES) },
      { since: 31, check: seLinux([...SELINUX_TYPES, "container_engine_t"]) },
    ],
  },
  {
    id: "seccompProfile_baseline",
    versions: [
      { since: 0, check: seccompAnnotations },
      { since: 19, check: unsafeSeccomp },
    ],
  },
  {
    id: "sysctls",
    versions: [
      { since: 0, check: sysctls(SYSCTLS_1_0) },
      { since: 27, check: sysctls(SYSCTLS_1_27) },
      { since: 29, check: sysctls(SYSCTLS_1_29) },
      { since: 32, check: sysctls(SYSCTLS_1_32) },
    ],
  },
  { id: "windowsHostProcess", versions: [{ since: 0, check: windowsHostProcess }] },
];

function profileType(context: ReadonlyJsonObject, profile: string): string {
  return stringIn(objectIn(context, profile), "type");
}

function annotationsOf({ metadata }: PodLike): (readonly [string, string])[] {
  const annotations = objectIn(metadata, "annotations");
  return Object.keys(annotations).map((key) => [key, stringIn(annotations, key)] as const);
}
