import { forbiddenField, invalidField, requiredField, tooLongField, type FieldError } from "../../object/field-error.ts";
import { equalJson, getOwn } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain } from "../../object/names.ts";
import { structAt } from "../../object/parts.ts";
import { asObject, asString, booleanIn, isSet, objectIn, stringIn } from "../../object/read.ts";
import { optional } from "../../validation/presence.ts";
import { between } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { defaultVolumeSources } from "../pod-spec/defaults.ts";
import { csiDriverName } from "../pod-spec/volume-sources.ts";
import { specAt, statusAt } from "../spec-and-status.ts";
import { inlineVolumeSpec } from "./inline-volume.ts";

const MAX_METADATA_BYTES = 256 * 1024;
/** Of an error message. A refusal names the limit of the metadata, as the original does. */
const MAX_MESSAGE_BYTES = 1024;
const MAX_INT32 = 2 ** 31 - 1;
const ONE_SOURCE = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";

function attachmentFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const own = objectIn(object, "spec");
  const source = objectIn(own, "source");
  const place = specAt.child("source");
  if (stringIn(own, "attacher") === "") faults.push(requiredField(specAt.child("attacher")));
  const volume = isSet(source, "persistentVolumeName");
  const inline = isSet(source, "inlineVolumeSpec");
  if (volume && inline) faults.push(forbiddenField(place, ONE_SOURCE));
  else if (!volume && !inline) faults.push(requiredField(place, ONE_SOURCE));
  else if (volume && stringIn(source, "persistentVolumeName") === "") {
    faults.push(requiredField(place.child("persistentVolumeName"), "must specify non empty persistentVolumeName"));
  }
  if (inline && !volume) inlineVolumeSpec(getOwn(source, "inlineVolumeSpec"), place.child("inlineVolumeSpec"), faults, undefined);
  const node = stringIn(own, "nodeName");
  for (const message of dnsSubdomain(node)) faults.push(invalidField(specAt.child("nodeName"), node, message));
  faults.push(...statusFaults(object));
  csiDriverName(getOwn(own, "attacher"), specAt.child("attacher"), faults, undefined);
  if (volume) {
    const name = stringIn(source, "persistentVolumeName");
    for (const message of dnsSubdomain(name)) faults.push(invalidField(place.child("persistentVolumeName"), name, message));
  }
  return faults;
}

function statusFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const own = objectIn(object, "status");
  let size = 0;
  for (const [key, value] of Object.entries(asObject(getOwn(own, "attachmentMetadata")))) {
    size += Buffer.byteLength(key) + Buffer.byteLength(asString(value));
  }
  if (size > MAX_METADATA_BYTES) faults.push(tooLongField(statusAt.child("attachmentMetadata"), MAX_METADATA_BYTES));
  for (const member of ["attachError", "detachError"]) {
    const error = objectIn(own, member);
    const place = statusAt.child(member);
    if (Buffer.byteLength(stringIn(error, "message")) > MAX_MESSAGE_BYTES) {
      faults.push(tooLongField(place.child("message"), MAX_METADATA_BYTES));
    }
    fields({ errorCode: optional(between(0, MAX_INT32)) })(error, place, faults, undefined);
  }
  return faults;
}

function changeFaults(object: KubeObject, old: KubeObject): FieldError[] {
  const own = objectIn(object, "spec");
  if (equalJson(own, objectIn(old, "spec"))) return [];
  const source = objectIn(own, "source");
  const shown = {
    Attacher: stringIn(own, "attacher"),
    Source: {
      PersistentVolumeName: getOwn(source, "persistentVolumeName") ?? null,
      InlineVolumeSpec: getOwn(source, "inlineVolumeSpec") ?? null,
    },
    NodeName: stringIn(own, "nodeName"),
  };
  return [invalidField(specAt, shown, "field is immutable")];
}

const updateFaults = (object: KubeObject, old: KubeObject): FieldError[] => [...attachmentFaults(object), ...changeFaults(object, old)];

function applyDefaults(object: KubeObject): void {
  const inline = structAt(object, "spec", "source", "inlineVolumeSpec");
  if (inline !== undefined) defaultVolumeSources(inline);
}

/** What VolumeAttachments do beyond the tables. */
export const volumeAttachment: KindBehaviour = {
  applyDefaults,
  strategy: { validate: attachmentFaults, validateUpdate: updateFaults },
  subresources: { status: { validateUpdate: updateFaults } },
  cells: {
    Attacher: (object) => stringIn(objectIn(object, "spec"), "attacher"),
    PV: (object) => stringIn(objectIn(objectIn(object, "spec"), "source"), "persistentVolumeName"),
    Node: (object) => stringIn(objectIn(object, "spec"), "nodeName"),
    Attached: (object) => booleanIn(objectIn(object, "status"), "attached"),
  },
};
