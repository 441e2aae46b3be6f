import { posix } from "node:path";
import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import {
  copyJson,
  equalJson,
  getOwn,
  isObject,
  setOwn,
  type JsonObject,
  type ReadonlyJson,
  type ReadonlyJsonObject,
} from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain } from "../../object/names.ts";
import { formatQuantity, quantitySign, quantityValue } from "../../object/quantity.ts";
import { asObject, isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { writtenMember } from "../../object/written-empty.ts";
import { immutable } from "../../validation/changes.ts";
import { nodeSelector } from "../../validation/labels.ts";
import { filled, optional, present } from "../../validation/presence.ts";
import { asQuantity, positiveQuantity } from "../../validation/quantities.ts";
import { oneOf, text } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import { mountModes } from "../pod-spec/claim-spec.ts";
import { diffOf } from "../pod-spec/internal-form.ts";
import { renamedNodeLabels } from "../pod-spec/node-labels.ts";
import { resourceNames } from "../pod-spec/resources.ts";
import { shownAs } from "../pod-spec/shown.ts";
import { specAt } from "../spec-and-status.ts";
import { nodeAffinityShown, sourceShown } from "./persistent-volume-shown.ts";
import { localNeedsNode, persistentVolumeSource } from "./persistent-volume-sources.ts";

/** Appends an amount of storage that is below zero. */
export function checkBasicAmount(value: ReadonlyJson | undefined, at: FieldPath, faults: FieldError[]): boolean {
  const amount = asQuantity(value);
  if (quantitySign(amount) >= 0) return true;
  faults.push(invalidField(at, Number(quantityValue(amount)), "must be a valid resource quantity"));
  return false;
}

function checkCapacity(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  const at = specAt.child("capacity");
  const capacity = objectIn(spec, "capacity");
  const names = resourceNames(capacity);
  if (names.length === 0) faults.push(requiredField(at));
  if (names.length !== 1 || names[0] !== "storage") {
    const shown = writtenMember(spec, "capacity")
      ? Object.fromEntries(names.map((name) => [name, formatQuantity(asQuantity(getOwn(capacity, name)))]))
      : null;
    faults.push(notSupportedField(at, shown, ["storage"]));
  }
  for (const name of names) {
    checkBasicAmount(getOwn(capacity, name), at.key(name), faults);
    positiveQuantity(getOwn(capacity, name), at.key(name), faults, undefined);
  }
}

const nodeAffinity = fields({ required: present(nodeSelector(), "must specify required node constraints") });

const rest = fields({
  storageClassName: filled(text(dnsSubdomain)),
  volumeMode: optional(oneOf("Block", "Filesystem")),
});

/** Whether a path leads to the root whatever it is written like. */
function isRoot(path: string): boolean {
  return posix.normalize(path) === "/";
}

function checkAttributesClass(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined, faults: FieldError[]): void {
  if (!isSet(spec, "volumeAttributesClassName")) return;
  const name = stringIn(spec, "volumeAttributesClassName");
  if (old !== undefined && isSet(old, "volumeAttributesClassName") && stringIn(old, "volumeAttributesClassName") === name) return;
  const at = specAt.child("volumeAttributesClassName");
  if (name === "") faults.push(requiredField(at, "an empty string is disallowed"));
  else text(dnsSubdomain)(name, at, faults, undefined);
  if (!isSet(spec, "csi")) faults.push(requiredField(specAt.child("csi"), "has to be specified when using volumeAttributesClassName"));
}

/** Where the options of a mount stood before they were a field. */
export const mountOptionsAnnotation = "volume.beta.kubernetes.io/mount-options";

/** Sources that are mounted by a command that takes options. */
const mounted = [
  "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "nfs", "rbd", "quobyte", "iscsi", "cinder", "cephfs", "azureFile", "vsphereVolume",
  "azureDisk", "photonPersistentDisk",
]; // prettier-ignore

/** A fault where the annotation speaks of a volume that is not mounted with options. */
export function mountOptionFaults(object: KubeObject): FieldError[] {
  const spec = objectIn(object, "spec");
  if (object.metadata.annotations?.[mountOptionsAnnotation] === undefined || mounted.some((source) => isSet(spec, source))) return [];
  const at = FieldPath.root.child("metadata", "annotations", mountOptionsAnnotation);
  return [forbiddenField(at, "may not specify mount options for this volume type")];
}

/** Faults of a persistent volume; `old` is what it was before an update. */
export function validatePersistentVolume(object: KubeObject, old?: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  if (listIn(spec, "accessModes").length === 0) faults.push(requiredField(specAt.child("accessModes")));
  mountModes(spec, specAt, faults, undefined);
  checkCapacity(spec, faults);
  const policy = stringIn(spec, "persistentVolumeReclaimPolicy");
  filled(oneOf("Delete", "Recycle", "Retain"))(policy, specAt.child("persistentVolumeReclaimPolicy"), faults, undefined);
  if (isSet(spec, "nodeAffinity")) nodeAffinity(spec["nodeAffinity"], specAt.child("nodeAffinity"), faults, undefined);
  persistentVolumeSource(spec, specAt, faults, object.metadata.name ?? "");
  if (!isSet(spec, "nodeAffinity")) localNeedsNode(spec, specAt, faults, undefined);
  if (isRoot(stringIn(objectIn(spec, "hostPath"), "path")) && policy === "Recycle") {
    faults.push(forbiddenField(specAt.child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'"));
  }
  rest(spec, specAt, faults, undefined);
  checkAttributesClass(spec, old === undefined ? undefined : objectIn(old, "spec"), faults);
  return faults;
}

function sourceOf(spec: ReadonlyJsonObject): ReadonlyJsonObject {
  const source: JsonObject = {};
  for (const [, member] of sourceShown) if (isSet(spec, member)) setOwn(source, member, copyJson(spec[member] ?? null) as JsonObject);
  return source;
}

/** The source as far as it may not change: the Secret for expanding may be added later. */
function fixedSource(spec: ReadonlyJsonObject, old: ReadonlyJsonObject): ReadonlyJsonObject {
  const source = copyJson(sourceOf(spec)) as JsonObject;
  const csi = source["csi"];
  if (isObject(csi) && isSet(old, "csi") && !isSet(objectIn(old, "csi"), "controllerExpandSecretRef"))
    delete csi["controllerExpandSecretRef"];
  return source;
}

/** The terms of an affinity; where a requirement's label has got its newer name in `now`, under that name. */
function termsOf(affinity: ReadonlyJson | undefined, now?: ReadonlyJson): ReadonlyJson {
  const terms = (of: ReadonlyJson | undefined) => objectsIn(objectIn(asObject(of), "required"), "nodeSelectorTerms");
  const nowTerms = terms(now);
  return terms(affinity).map((term, i) => {
    const list = (name: string) => {
      const nowList = objectsIn(nowTerms[i] ?? {}, name);
      return objectsIn(term, name).map((requirement, j) => ({
        key: newerKey(requirement, nowList[j]),
        operator: stringIn(requirement, "operator"),
        values: listIn(requirement, "values"),
      }));
    };
    return { matchExpressions: list("matchExpressions"), matchFields: list("matchFields") };
  });
}

/** A label without a newer name may lose the one that it has: that is refused as such, and the original has one fault less. */
function newerKey(requirement: ReadonlyJsonObject, now: ReadonlyJsonObject | undefined): string {
  const key = stringIn(requirement, "key");
  const newer = renamedNodeLabels.get(key)?.name ?? "";
  return now !== undefined && stringIn(now, "key") === newer ? newer : key;
}

/** Whether an affinity is the old one, but for labels that have got their newer names. */
function isSameAffinity(now: ReadonlyJson | undefined, old: ReadonlyJson | undefined): boolean {
  const selects = (of: ReadonlyJson | undefined) => isSet(asObject(of), "required");
  return isObject(now) && selects(now) === selects(old) && equalJson(termsOf(now), termsOf(old, now));
}

/** Faults of what became of a persistent volume. */
export function validatePersistentVolumeChange(object: KubeObject, old: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  const oldSpec = objectIn(old, "spec");
  const [source, oldSource] = [fixedSource(spec, oldSpec), sourceOf(oldSpec)];
  if (!equalJson(source, oldSource)) {
    const diff = diffOf(shownAs(oldSource, sourceShown), shownAs(source, sourceShown));
    faults.push(forbiddenField(specAt.child("persistentvolumesource"), `spec.persistentvolumesource is immutable after creation\n${diff}`));
  }
  immutable()(spec["volumeMode"], oldSpec["volumeMode"], FieldPath.root.child("volumeMode"), faults, undefined);
  const affinity = getOwn(spec, "nodeAffinity");
  if (isSet(oldSpec, "nodeAffinity") && !isSameAffinity(affinity, oldSpec["nodeAffinity"])) {
    const shown = affinity === undefined ? null : shownAs(affinity as ReadonlyJsonObject, nodeAffinityShown);
    faults.push(invalidField("nodeAffinity", shown, "field is immutable, except for updating from beta label to GA"));
  }
  if (isSet(oldSpec, "volumeAttributesClassName") && !isSet(spec, "volumeAttributesClassName")) {
    faults.push(forbiddenField(specAt.child("volumeAttributesClassName"), "update from non-nil value to nil is forbidden"));
  }
  return faults;
}
