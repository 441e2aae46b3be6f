import { duplicateField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { dnsLabel, dnsSubdomain } from "../../object/names.ts";
import { quoteText } from "../../object/quote.ts";
import { isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { present } from "../../validation/presence.ts";
import { fields, union } from "../../validation/structure.ts";
import { claimTemplate } from "./claim-spec.ts";
import { commonVolumeSources as common, iscsiInterfaceProblem, podVolumeSources as own } from "./volume-sources.ts";
import type { PodRuleOptions } from "./scope.ts";
import { downwardApi, projected } from "./volume-files.ts";

/** A volume has exactly one source, checked in this order. */
const source: Check<PodRuleOptions> = union<PodRuleOptions>(
  {
    emptyDir: own.emptyDir,
    hostPath: common.hostPath,
    gitRepo: own.gitRepo,
    gcePersistentDisk: common.gcePersistentDisk,
    awsElasticBlockStore: common.awsElasticBlockStore,
    secret: own.secret,
    nfs: common.nfs,
    iscsi: common.iscsi,
    glusterfs: common.glusterfs,
    flocker: common.flocker,
    persistentVolumeClaim: own.persistentVolumeClaim,
    rbd: common.rbd,
    cinder: common.cinder,
    cephfs: common.cephfs,
    quobyte: common.quobyte,
    downwardAPI: downwardApi,
    fc: common.fc,
    flexVolume: common.flexVolume,
    configMap: own.configMap,
    azureFile: common.azureFile,
    vsphereVolume: common.vsphereVolume,
    photonPersistentDisk: common.photonPersistentDisk,
    portworxVolume: common.portworxVolume,
    azureDisk: common.azureDisk,
    storageos: common.storageos,
    projected,
    scaleIO: common.scaleIO,
    csi: own.csi,
    ephemeral: fields({ volumeClaimTemplate: present(claimTemplate) }),
    image: own.image,
  },
  {
    none: "must specify a volume type",
    several: "may not specify more than 1 volume type",
    names: { cephfs: "cephFS", downwardAPI: "downwarAPI" },
  },
);

/**
 * Appends what is wrong with a pod's volumes, and gives the good ones by name: only those can be mounted. A pod that has
 * a name says what its ephemeral volumes' claims will be called.
 */
export function checkVolumes(
  spec: ReadonlyJsonObject,
  meta: ReadonlyJsonObject | undefined,
  at: FieldPath,
  faults: FieldError[],
  options: PodRuleOptions,
): Map<string, ReadonlyJsonObject> {
  const good = new Map<string, ReadonlyJsonObject>();
  const volumes = objectsIn(spec, "volumes");
  const podName = meta === undefined ? "" : stringIn(meta, "name");
  const created = new Set(
    volumes.filter((volume) => podName !== "" && isSet(volume, "ephemeral")).map((volume) => `${podName}-${stringIn(volume, "name")}`),
  );
  volumes.forEach((volume, i) => {
    const place = at.index(i);
    const name = stringIn(volume, "name");
    const before = faults.length;
    source(volume, place, faults, options);
    checkDerivedNames(volume, name, podName, place, faults);
    if (name === "") faults.push(requiredField(place.child("name")));
    else for (const message of dnsLabel(name)) faults.push(invalidField(place.child("name"), name, message));
    if (good.has(name)) faults.push(duplicateField(place.child("name"), name));
    if (faults.length === before) good.set(name, volume);
    const claim = stringIn(objectIn(volume, "persistentVolumeClaim"), "claimName");
    if (created.has(claim)) {
      const detail = "must not reference a PVC that gets created for an ephemeral volume";
      faults.push(invalidField(place.child("persistentVolumeClaim", "claimName"), claim, detail));
    }
  });
  return good;
}

/** Names that are made of a volume's must be good as well. */
function checkDerivedNames(volume: ReadonlyJsonObject, name: string, podName: string, at: FieldPath, faults: FieldError[]): void {
  const problem = iscsiInterfaceProblem(objectIn(volume, "iscsi"), name);
  if (problem !== undefined) faults.push(invalidField(at.child("name"), name, problem));
  if (!isSet(volume, "ephemeral") || podName === "" || name === "") return;
  const claim = `${podName}-${name}`;
  for (const message of dnsSubdomain(claim)) {
    faults.push(invalidField(at.child("name"), name, `PVC name ${quoteText(claim)}: ${message}`));
  }
}
