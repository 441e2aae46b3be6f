import type { ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { isMirrorPod } from "../../resources/pod-spec/resource-claims.ts";
import { containerLists } from "../../resources/pod-spec/scope.ts";

/** What a kubelet may read because something on its node refers to it. */
export type ReferenceKind =
  | "Pod"
  | "Secret"
  | "ConfigMap"
  | "PersistentVolumeClaim"
  | "PersistentVolume"
  | "ServiceAccount"
  | "ResourceClaim"
  | "VolumeAttachment"
  | "ResourceSlice";

/** How a reference is written in an index; "" is the namespace of cluster-scoped kinds. */
export function referenceKey(kind: ReferenceKind, namespace: string, name: string): string {
  return `${kind}\0${namespace}\0${name}`;
}

/**
 * Where volumes of pods and persistent volumes alike name secrets: the volume's member, below it the member that is the
 * name or holds it, and beside a name the member that a persistent volume names its namespace with.
 */
const SHARED_SECRETS = [
  ["azureFile", "secretName", "secretNamespace"],
  ["cephfs", "secretRef"],
  ["cinder", "secretRef"],
  ["flexVolume", "secretRef"],
  ["rbd", "secretRef"],
  ["scaleIO", "secretRef"],
  ["iscsi", "secretRef"],
  ["storageos", "secretRef"],
  ["csi", "nodePublishSecretRef"],
] as const;

const VOLUME_SECRETS = [["secret", "secretName"], ...SHARED_SECRETS] as const;

/** Those that the kubelet needs; secrets of the CSI controller are not among them. */
const PERSISTENT_VOLUME_SECRETS = [...SHARED_SECRETS, ["csi", "nodeStageSecretRef"], ["csi", "nodeExpandSecretRef"]] as const;

/** The keys of everything that a pod's kubelet may read for it, the pod itself included. */
export function podReferences(pod: KubeObject): string[] {
  const { namespace = "", name = "" } = pod.metadata;
  const found = new Set([referenceKey("Pod", namespace, name)]);
  // A node creates mirror pods itself: they must not give it anything.
  if (!isMirrorPod(pod.metadata)) visitReferences(pod, (kind, of) => void found.add(referenceKey(kind, namespace, of)));
  return [...found];
}

/** The kinds of what a pod refers to, be it a mirror pod or not. */
export function referencedKinds(pod: KubeObject): ReadonlySet<ReferenceKind> {
  const kinds = new Set<ReferenceKind>();
  visitReferences(pod, (kind) => void kinds.add(kind));
  return kinds;
}

type Add = (kind: ReferenceKind, name: string) => void;

function visitReferences(pod: KubeObject, visit: Add): void {
  const add: Add = (kind, name) => {
    if (name !== "") visit(kind, name);
  };
  const spec = objectIn(pod, "spec");
  add("ServiceAccount", stringIn(spec, "serviceAccountName"));
  for (const secret of objectsIn(spec, "imagePullSecrets")) add("Secret", stringIn(secret, "name"));
  for (const list of containerLists) for (const container of objectsIn(spec, list)) addContainer(container, add);
  for (const volume of objectsIn(spec, "volumes")) addVolume(volume, pod.metadata.name ?? "", add);
  for (const claim of objectsIn(spec, "resourceClaims")) add("ResourceClaim", claimName(claim, pod));
  add("ResourceClaim", stringIn(objectIn(objectIn(pod, "status"), "extendedResourceClaimStatus"), "resourceClaimName"));
}

function addContainer(container: ReadonlyJsonObject, add: Add): void {
  for (const variable of objectsIn(container, "env")) {
    const from = objectIn(variable, "valueFrom");
    add("Secret", stringIn(objectIn(from, "secretKeyRef"), "name"));
    add("ConfigMap", stringIn(objectIn(from, "configMapKeyRef"), "name"));
  }
  for (const source of objectsIn(container, "envFrom")) {
    add("Secret", stringIn(objectIn(source, "secretRef"), "name"));
    add("ConfigMap", stringIn(objectIn(source, "configMapRef"), "name"));
  }
}

function addVolume(volume: ReadonlyJsonObject, podName: string, add: Add): void {
  for (const [type, member] of VOLUME_SECRETS) add("Secret", nameIn(objectIn(volume, type), member));
  add("ConfigMap", stringIn(objectIn(volume, "configMap"), "name"));
  for (const source of objectsIn(objectIn(volume, "projected"), "sources")) {
    add("Secret", stringIn(objectIn(source, "secret"), "name"));
    add("ConfigMap", stringIn(objectIn(source, "configMap"), "name"));
  }
  add("PersistentVolumeClaim", stringIn(objectIn(volume, "persistentVolumeClaim"), "claimName"));
  if (isSet(volume, "ephemeral")) add("PersistentVolumeClaim", `${podName}-${stringIn(volume, "name")}`);
}

function nameIn(source: ReadonlyJsonObject, member: string): string {
  return stringIn(source, member) || stringIn(objectIn(source, member), "name");
}

/** A claim that was made from a template is named in the pod's status. */
function claimName(claim: ReadonlyJsonObject, pod: KubeObject): string {
  const direct = stringIn(claim, "resourceClaimName");
  if (direct !== "") return direct;
  const statuses = objectsIn(objectIn(pod, "status"), "resourceClaimStatuses");
  const status = statuses.find((one) => stringIn(one, "name") === stringIn(claim, "name"));
  return status === undefined ? "" : stringIn(status, "resourceClaimName");
}

/** The claim that a persistent volume is bound to and the secrets that mounting it takes; undefined where it is unbound. */
export function volumeReferences(volume: KubeObject): { readonly claim: string; readonly secrets: ReadonlySet<string> } | undefined {
  const spec = objectIn(volume, "spec");
  const claimRef = objectIn(spec, "claimRef");
  const home = stringIn(claimRef, "namespace");
  if (stringIn(claimRef, "name") === "") return undefined;
  const secrets = new Set<string>();
  for (const [type, member, namespaceMember] of PERSISTENT_VOLUME_SECRETS) {
    const source = objectIn(spec, type);
    const name = nameIn(source, member);
    const named = namespaceMember === undefined ? stringIn(objectIn(source, member), "namespace") : stringIn(source, namespaceMember);
    if (name !== "") secrets.add(referenceKey("Secret", named || home, name));
  }
  return { claim: referenceKey("PersistentVolumeClaim", home, stringIn(claimRef, "name")), secrets };
}
