import type { ReadonlyJsonObject } from "../../../object/json.ts";
import { isSet, objectIn, objectsIn, stringsIn } from "../../../object/read.ts";
import { isWindowsPod } from "../../../resources/pod-spec/scope.ts";
import { hasSafeSeccomp, procMount, unlessInUserNamespace, unsafeSeccomp } from "./baseline-checks.ts";
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
} from "./check.ts";

// What the level "restricted" asks for beyond the baseline, in the order in which violations are told.

/** Windows has none of these; since there is a field that says so, it is taken into account. */
function unlessWindows(check: PodCheck): PodCheck {
  return (pod) => (isWindowsPod(pod.spec) ? undefined : check(pod));
}

const privilegeEscalation: PodCheck = (pod) => {
  const names = containersWhere(pod, (container) => securityContextOf(container)["allowPrivilegeEscalation"] !== false);
  if (names.length === 0) return undefined;
  return {
    reason: "allowPrivilegeEscalation != false",
    detail: `${named("container", names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const capabilities: PodCheck = (pod) => {
  const list = (container: ReadonlyJsonObject, name: string): readonly string[] =>
    stringsIn(objectIn(securityContextOf(container), "capabilities"), name);
  const added = (container: ReadonlyJsonObject): string[] => list(container, "add").filter((name) => name !== "NET_BIND_SERVICE");
  const keeping = containersWhere(pod, (container) => !list(container, "drop").includes("ALL"));
  const adding = containersWhere(pod, (container) => added(container).length > 0);
  const details: string[] = [];
  if (keeping.length > 0) details.push(`${named("container", keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const names = sorted(containersOf(pod).flatMap(added));
    details.push(`${named("container", adding)} must not include ${quoted(names)} in securityContext.capabilities.add`);
  }
  return details.length === 0 ? undefined : { reason: "unrestricted capabilities", detail: details.join("; ") };
};

const SAFE_VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
] as const;
const OTHER_VOLUMES = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "gitRepo",
  "nfs",
  "iscsi",
  "glusterfs",
  "rbd",
  "flexVolume",
  "cinder",
  "cephfs",
  "flocker",
  "fc",
  "azureFile",
  "vsphereVolume",
  "quobyte",
  "azureDisk",
  "photonPersistentDisk",
  "portworxVolume",
  "scaleIO",
  "storageos",
] as const;

/** Every source that a volume can have, as far as this level knows; what it does not know it takes for unsafe. */
export const KNOWN_VOLUMES: readonly string[] = [...SAFE_VOLUMES, ...OTHER_VOLUMES];

const volumes: PodCheck = ({ spec }) => {
  const bad = objectsIn(spec, "volumes").filter((volume) => !SAFE_VOLUMES.some((source) => isSet(volume, source)));
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map((volume) => OTHER_VOLUMES.find((source) => isSet(volume, source)) ?? "unknown"));
  return {
    reason: "restricted volume types",
    detail: `${uses("volume", namesOf(bad))} ${plural("restricted volume type", types.length)} ${quoted(types)}`,
  };
};

const runAsNonRoot: PodCheck = (pod) => {
  const setting = (owner: ReadonlyJsonObject) => securityContextOf(owner)["runAsNonRoot"] ?? undefined;
  const who = setters(
    setting(pod.spec) === false,
    containersWhere(pod, (container) => setting(container) === false),
  );
  if (who.length > 0)
    return { reason: "runAsNonRoot != true", detail: `${who.join(" and ")} must not set securityContext.runAsNonRoot=false` };
  if (setting(pod.spec) === true) return undefined;
  const silent = containersWhere(pod, (container) => setting(container) === undefined);
  if (silent.length === 0) return undefined;
  return { reason: "runAsNonRoot != true", detail: `pod or ${named("container", silent)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser: PodCheck = (pod) => {
  const isRoot = (owner: ReadonlyJsonObject): boolean => securityContextOf(owner)["runAsUser"] === 0;
  const who = setters(isRoot(pod.spec), containersWhere(pod, isRoot));
  return who.length === 0 ? undefined : { reason: "runAsUser=0", detail: `${who.join(" and ")} must not set runAsUser=0` };
};

const seccomp: PodCheck = (pod) => {
  const unsafe = unsafeSeccomp(pod);
  if (unsafe !== undefined) return unsafe;
  if (hasSafeSeccomp(pod.spec)) return undefined;
  const silent = containersWhere(pod, (container) => !isSet(securityContextOf(container), "seccompProfile"));
  if (silent.length === 0) return undefined;
  return {
    reason: "seccompProfile",
    detail: `pod or ${named("container", silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

/** The checks that the level "restricted" has besides, or instead. */
export const RESTRICTED_CHECKS: readonly Check[] = [
  {
    id: "allowPrivilegeEscalation",
    versions: [
      { since: 8, check: privilegeEscalation },
      { since: 25, check: unlessWindows(privilegeEscalation) },
    ],
  },
  {
    id: "capabilities_restricted",
    versions: [
      { since: 22, check: capabilities, overrides: ["capabilities_baseline"] },
      { since: 25, check: unlessWindows(capabilities), overrides: ["capabilities_baseline"] },
    ],
  },
  // The baseline lets pods with a user namespace unmask /proc; here nobody does.
  { id: "procMount_restricted", versions: [{ since: 35, check: procMount, overrides: ["procMount"] }] },
  { id: "restrictedVolumes", versions: [{ since: 0, check: volumes, overrides: ["hostPathVolumes"] }] },
  {
    id: "runAsNonRoot",
    versions: [
      { since: 0, check: runAsNonRoot },
      { since: 35, check: unlessInUserNamespace(runAsNonRoot) },
    ],
  },
  {
    id: "runAsUser",
    versions: [
      { since: 23, check: runAsUser },
      { since: 35, check: unlessInUserNamespace(runAsUser) },
    ],
  },
  {
    id: "seccompProfile_restricted",
    versions: [
      { since: 19, check: seccomp, overrides: ["seccompProfile_baseline"] },
      { since: 25, check: unlessWindows(seccomp), overrides: ["seccompProfile_baseline"] },
    ],
  },
];
