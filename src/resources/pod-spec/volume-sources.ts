import { forbiddenField, invalidField, notSupportedField, requiredField, tooLongField } from "../../object/field-error.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { dnsLabel, dnsSubdomain } from "../../object/names.ts";
import { quantitySign } from "../../object/quantity.ts";
import { asObject, asString, booleanIn, isSet, listIn, objectIn, stringIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";
import type { Check } from "../../validation/check.ts";
import { filled, optional, required } from "../../validation/presence.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { between, inclusiveRange, oneOf, text } from "../../validation/scalars.ts";
import { all, each, fields, reportedAt, struct } from "../../validation/structure.ts";
import { absolutePath, descendingPath, fileMode, noBacksteps, nonReservedPath } from "./paths.ts";

/** When a node pulls an image. */
export const pullPolicy: Check = oneOf("Always", "IfNotPresent", "Never");

/** A file made of one key of a ConfigMap or Secret. */
export const keyToPath: Check = fields({
  key: required(),
  path: required(nonReservedPath),
  mode: optional(fileMode),
});

const emptyDir: Check = struct((source, at, faults) => {
  if (!isSet(source, "sizeLimit") || quantitySign(asQuantity(getOwn(source, "sizeLimit"))) >= 0) return;
  faults.push(forbiddenField(at.child("sizeLimit"), "SizeLimit field must be a valid resource quantity"));
});

const hostPathTypes = oneOf("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
const hostPath: Check = struct((source, at, faults, context) => {
  const path = stringIn(source, "path");
  if (path === "") {
    faults.push(requiredField(at.child("path")));
    return;
  }
  noBacksteps(path, at.child("path"), faults, context);
  if (isSet(source, "type")) hostPathTypes(getOwn(source, "type"), at.child("type"), faults, context);
});

const partition = between(0, 255, inclusiveRange(1, 255));
const unitNumber = between(0, 255);

/** Names of iSCSI nodes (RFC 3720): each form with what makes it whole. */
const iscsiForms = [
  { prefix: "iqn", whole: /^iqn\.\d{4}-\d{2}\.[a-zA-Z0-9.-]+(:[^,;*&$|\s]+)$/ },
  { prefix: "eui", whole: /^eui.[a-zA-Z0-9]{16}$/ },
  { prefix: "naa", whole: /^naa.[a-zA-Z0-9]{32}$/ },
];
const malformed = "must be valid format";
const iscsiName =
  (unknownForm: string): Check =>
  (value, at, faults) => {
    const name = asString(value);
    const form = iscsiForms.find(({ prefix }) => name.startsWith(prefix));
    if (form === undefined) faults.push(invalidField(at, name, unknownForm));
    else if (!form.whole.test(name)) faults.push(invalidField(at, name, malformed));
  };
const chapSecret: Check = struct((source, at, faults) => {
  const asked = booleanIn(source, "chapAuthDiscovery") || booleanIn(source, "chapAuthSession");
  if (asked && !isSet(source, "secretRef")) faults.push(requiredField(at.child("secretRef")));
});

/** Rules of an iSCSI disk that come after those of a part of it, where a kind of volume has such. */
interface IscsiMore<C> {
  readonly portal: Check<C>;
  readonly secret: Check<C>;
}

function iscsiRules<C>(unknownForm: string, more?: IscsiMore<C>): Check<C> {
  const named = iscsiName(unknownForm);
  const initiator: Check = struct((source, at, faults, context) => {
    if (isSet(source, "initiatorName")) named(source["initiatorName"], at.child("initiatorname"), faults, context);
  });
  const { portal, secret } = more ?? { portal: () => undefined, secret: () => undefined };
  return all<C>(
    fields({ targetPortal: required() }),
    portal,
    fields({ iqn: required(named), lun: unitNumber }),
    chapSecret,
    secret,
    initiator,
  );
}
const iscsi = iscsiRules(`${malformed} starting with iqn, eui, or naa`);

/** An iSCSI disk of a persistent volume: the same, but the fault of a name of no known form is told in fewer words. */
export function persistentIscsi<C>(more: IscsiMore<C>): Check<C> {
  return iscsiRules(malformed, more);
}

const iscsiInterfaceMax = 64;

/** What is wrong with the name of an iSCSI disk's interface, which with an initiator is made of the volume's and the portal's. */
export function iscsiInterfaceProblem(source: ReadonlyJsonObject, volume: string): string | undefined {
  if (!isSet(source, "initiatorName") || `${volume}:${stringIn(source, "targetPortal")}`.length <= iscsiInterfaceMax) return undefined;
  return `Total length of <volume name>:<iscsi.targetPortal> must be under ${iscsiInterfaceMax} characters if iscsi.initiatorName is specified.`;
}

const fibreChannel: Check = struct((source, at, faults, context) => {
  const names = listIn(source, "targetWWNs");
  const ids = listIn(source, "wwids");
  const place = at.child("targetWWNs");
  if (names.length === 0 && ids.length === 0) {
    faults.push(requiredField(place, "must specify either targetWWNs or wwids, but not both"));
  }
  if (names.length === 0) return;
  if (ids.length > 0) faults.push(invalidField(place, names, "targetWWNs and wwids can not be specified simultaneously"));
  if (!isSet(source, "lun")) faults.push(requiredField(at.child("lun"), "lun is required if targetWWNs is specified"));
  else unitNumber(source["lun"], at.child("lun"), faults, context);
});

const flocker: Check = struct((source, at, faults) => {
  const name = stringIn(source, "datasetName");
  const uuid = stringIn(source, "datasetUUID");
  if (name === "" && uuid === "") faults.push(requiredField(at, "one of datasetName and datasetUUID is required"));
  if (name !== "" && uuid !== "") {
    faults.push(invalidField(at, "resource", "datasetName and datasetUUID can not be specified simultaneously"));
  }
  if (name.includes("/")) faults.push(invalidField(at.child("datasetName"), name, "must not contain '/'"));
});

const hostPorts = "must be a host:port pair or multiple pairs separated by commas";
const tenantMax = 65;
const quobyte: Check = struct((source, at, faults) => {
  const registry = stringIn(source, "registry");
  if (registry === "") {
    faults.push(requiredField(at.child("registry"), hostPorts));
  } else if (stringIn(source, "tenant").length >= tenantMax) {
    faults.push(requiredField(at.child("tenant"), "must be a UUID and may not exceed a length of 64 characters"));
  } else {
    for (const pair of registry.split(",")) {
      if (!isHostPort(pair)) faults.push(invalidField(at.child("registry"), registry, hostPorts));
    }
  }
  if (stringIn(source, "volume") === "") faults.push(requiredField(at.child("volume")));
});

function isHostPort(pair: string): boolean {
  const colon = pair.lastIndexOf(":");
  if (colon < 0) return false;
  const host = pair.slice(0, colon);
  return host.startsWith("[") ? host.endsWith("]") : !host.includes(":");
}

const reservedDomains = [".kubernetes.io", ".k8s.io"];
const flexOptions: Check = (value, at, faults) => {
  for (const key of sortedKeys(asObject(value))) {
    const domain = `.${(key.split("/", 1)[0] ?? "").toLowerCase()}`;
    if (reservedDomains.some((reserved) => domain.endsWith(reserved))) {
      faults.push(invalidField(at.key(key), key, "kubernetes.io and k8s.io namespaces are reserved"));
    }
  }
};

const cachingModes = oneOf("None", "ReadOnly", "ReadWrite");
const diskKinds = oneOf("Dedicated", "Managed", "Shared");
const managedDisk = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
const blobDisk = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";
const diskUriForm: Check = struct((source, at, faults) => {
  if (!isSet(source, "kind")) return;
  const uri = stringIn(source, "diskURI");
  const managed = stringIn(source, "kind") === "Managed";
  if (uri.startsWith(managed ? "/subscriptions/" : "https://")) return;
  faults.push(notSupportedField(at.child("diskURI"), uri, [managed ? managedDisk : blobDisk]));
});
const azureDisk: Check = all(
  fields({
    diskName: required(),
    diskURI: required(),
    cachingMode: optional(cachingModes),
    kind: optional(diskKinds),
  }),
  diskUriForm,
);

const secretName: Check = optional(fields({ name: required() }));
const storageOs: Check = fields({
  volumeName: required(text(dnsLabel)),
  volumeNamespace: filled(text(dnsLabel)),
  secretRef: secretName,
});

const driverMax = 63;
/** The name of a CSI driver; it becomes part of socket paths. */
export const csiDriverName: Check = required((value, at, faults) => {
  const driver = asString(value);
  if (driver.length > driverMax) faults.push(tooLongField(at, driverMax));
  for (const message of dnsSubdomain(driver.toLowerCase())) faults.push(invalidField(at, driver, message));
});
const publishSecret: Check = struct((source, at, faults) => {
  if (!isSet(source, "nodePublishSecretRef")) return;
  const name = stringIn(objectIn(source, "nodePublishSecretRef"), "name");
  if (name === "") faults.push(requiredField(at.child("nodePublishSecretRef", "name")));
  else for (const message of dnsSubdomain(name)) faults.push(invalidField(at.child("name"), name, message));
});

/** The rules of volume sources that pods and persistent volumes describe alike, by member. */
export const commonVolumeSources = {
  hostPath,
  // The internal name of the member shows in this place.
  gcePersistentDisk: reportedBeside("persistentDisk", fields({ pdName: required(), partition })),
  awsElasticBlockStore: fields({ volumeID: required(), partition }),
  nfs: fields({ server: required(), path: all(required(), absolutePath) }),
  iscsi,
  glusterfs: fields({ endpoints: required(), path: required() }),
  flocker,
  rbd: fields({ monitors: required(), image: required() }),
  quobyte,
  cinder: fields({ volumeID: required(), secretRef: secretName }),
  cephfs: fields({ monitors: required() }),
  fc: fibreChannel,
  flexVolume: fields({ driver: required(), options: flexOptions }),
  azureFile: fields({ secretName: required(), shareName: required() }),
  vsphereVolume: fields({ volumePath: required() }),
  photonPersistentDisk: fields({ pdID: required() }),
  portworxVolume: fields({ volumeID: required() }),
  azureDisk,
  storageos: storageOs,
  scaleIO: fields({ gateway: required(), system: required(), volumeName: required() }),
} satisfies Readonly<Record<string, Check>>;

/** The rules of volume sources that only pods have, by member. */
export const podVolumeSources = {
  emptyDir,
  gitRepo: fields({ repository: required(), directory: descendingPath }),
  secret: fields({ secretName: required(), defaultMode: optional(fileMode), items: each(keyToPath) }),
  configMap: fields({ name: required(), defaultMode: optional(fileMode), items: each(keyToPath) }),
  persistentVolumeClaim: fields({ claimName: required() }),
  csi: all(fields({ driver: csiDriverName }), publishSecret),
  image: fields({ reference: required(), pullPolicy }),
} satisfies Readonly<Record<string, Check>>;

/** A rule of a member whose faults are told under another member's name. */
function reportedBeside(name: string, check: Check): Check {
  return reportedAt((at) => at.sibling(name), check);
}
