import { volumeShown } from "../pod-spec/shown-volumes.ts";
import type { ShownMember, ShownMembers } from "../pod-spec/shown.ts";
import { nodeSelectorTermMembers } from "../pod-spec/shown-members.ts";
import { objectReferenceShown } from "./object-reference.ts";

// The internal types of persistent volumes, for messages that print them. Most sources are a pod's, with Secrets that
// name their namespace.

const secret: ShownMembers = [
  ["Name", "name", ""],
  ["Namespace", "namespace", ""],
];

/** A pod's source, with its reference to a Secret as persistent volumes have it, and further members. */
function ofPod(member: string, secretShown: ShownMembers = secret, more: ShownMembers = []): ShownMember {
  const found = volumeShown.find(([, name]) => name === member);
  if (found === undefined) throw new TypeError(`pods have no volume source ${member}`);
  const [name, , absent, inner = []] = found;
  const own = inner.map((one): ShownMember => (one[1] === "secretRef" ? [one[0], one[1], one[2], secretShown] : one));
  return [name, member, absent, [...own, ...more]];
}

const csi: ShownMembers = [
  ["Driver", "driver", ""],
  ["VolumeHandle", "volumeHandle", ""],
  ["ReadOnly", "readOnly", false],
  ["FSType", "fsType", ""],
  ["VolumeAttributes", "volumeAttributes", null],
  ["ControllerPublishSecretRef", "controllerPublishSecretRef", null, secret],
  ["NodeStageSecretRef", "nodeStageSecretRef", null, secret],
  ["NodePublishSecretRef", "nodePublishSecretRef", null, secret],
  ["ControllerExpandSecretRef", "controllerExpandSecretRef", null, secret],
  ["NodeExpandSecretRef", "nodeExpandSecretRef", null, secret],
];

/** A persistent volume's source, in its spec. */
export const sourceShown: ShownMembers = [
  ofPod("gcePersistentDisk"),
  ofPod("awsElasticBlockStore"),
  ofPod("hostPath"),
  ofPod("glusterfs", secret, [["EndpointsNamespace", "endpointsNamespace", null]]),
  ofPod("nfs"),
  ofPod("rbd"),
  ofPod("quobyte"),
  ofPod("iscsi"),
  ofPod("flexVolume"),
  ofPod("cinder"),
  ofPod("cephfs"),
  ofPod("fc"),
  ofPod("flocker"),
  ofPod("azureFile", secret, [["SecretNamespace", "secretNamespace", null]]),
  ofPod("vsphereVolume"),
  ofPod("azureDisk"),
  ofPod("photonPersistentDisk"),
  ofPod("portworxVolume"),
  ofPod("scaleIO"),
  [
    "Local",
    "local",
    null,
    [
      ["Path", "path", ""],
      ["FSType", "fsType", null],
    ],
  ],
  ofPod("storageos", objectReferenceShown),
  ["CSI", "csi", null, csi],
];

/** The nodes that can reach a volume. */
export const nodeAffinityShown: ShownMembers = [
  ["Required", "required", null, [["NodeSelectorTerms", "nodeSelectorTerms", null, nodeSelectorTermMembers]]],
];
