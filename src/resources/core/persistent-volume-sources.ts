import { invalidField, requiredField } from "../../object/field-error.ts";
import { dnsLabel, dnsSubdomain } from "../../object/names.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { filled, optional, required } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { all, fields, struct, union } from "../../validation/structure.ts";
import { noBacksteps } from "../pod-spec/paths.ts";
import { commonVolumeSources as common, csiDriverName, iscsiInterfaceProblem, persistentIscsi } from "../pod-spec/volume-sources.ts";

/** A Secret in a namespace of its own: a volume is in none. */
const namedSecret: Check = optional(fields({ name: required(), namespace: required() }));

const driverSecret: Check = optional(fields({ name: required(text(dnsSubdomain)), namespace: required(text(dnsLabel)) }));

const endpointsNamespace: Check = optional((value, at, faults, context) => {
  if (value === "") faults.push(invalidField(at, value, "if the endpointnamespace is set, it must be a valid namespace name"));
  else text(dnsLabel)(value, at, faults, context);
});

const local: Check = fields({ path: required(noBacksteps) });

const iscsiInterface: Check<string> = struct((source, at, faults, name) => {
  const problem = iscsiInterfaceProblem(source, name);
  if (problem !== undefined) faults.push(invalidField(at.child("targetportal"), stringIn(source, "targetPortal"), problem));
});

/** A persistent volume has exactly one source, checked in this order; the context is the volume's name. */
export const persistentVolumeSource: Check<string> = union<string>(
  {
    hostPath: common.hostPath,
    gcePersistentDisk: common.gcePersistentDisk,
    awsElasticBlockStore: common.awsElasticBlockStore,
    glusterfs: all(common.glusterfs, fields({ endpointsNamespace })),
    flocker: common.flocker,
    nfs: common.nfs,
    rbd: common.rbd,
    quobyte: common.quobyte,
    cephfs: common.cephfs,
    iscsi: persistentIscsi({ portal: iscsiInterface, secret: fields({ secretRef: optional(fields({ name: required() })) }) }),
    cinder: fields({ volumeID: required(), secretRef: namedSecret }),
    fc: common.fc,
    flexVolume: common.flexVolume,
    azureFile: all(common.azureFile, fields({ secretNamespace: optional(required()) })),
    vsphereVolume: common.vsphereVolume,
    photonPersistentDisk: common.photonPersistentDisk,
    portworxVolume: common.portworxVolume,
    azureDisk: common.azureDisk,
    scaleIO: common.scaleIO,
    local,
    storageos: fields({ volumeName: required(text(dnsLabel)), volumeNamespace: filled(text(dnsLabel)), secretRef: namedSecret }),
    csi: fields({
      driver: csiDriverName,
      volumeHandle: required(),
      controllerPublishSecretRef: driverSecret,
      controllerExpandSecretRef: driverSecret,
      nodePublishSecretRef: driverSecret,
      nodeExpandSecretRef: driverSecret,
    }),
  },
  {
    none: "must specify a volume type",
    several: "may not specify more than 1 volume type",
    names: { cephfs: "cephFS" },
    besides: "flexVolume",
  },
);

/** A local volume is on a node: which, its affinity says. */
export const localNeedsNode: Check = struct((spec, at, faults) => {
  if (!isSet(spec, "local") || isSet(objectIn(spec, "nodeAffinity"), "required")) return;
  faults.push(requiredField(at.child("nodeAffinity"), "Local volume requires node affinity"));
});
