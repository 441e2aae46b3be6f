import { forbiddenField, invalidField, requiredField, tooLongField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain } from "../../object/names.ts";
import { asObject, asString, booleanIn, isSet, objectIn, stringIn } from "../../object/read.ts";
import type { KindBehaviour } from "../definition.ts";
import { csiDriverName } from "../pod-spec/volume-sources.ts";

const MAX_METADATA_BYTES = 256 * 1024;
const MAX_MESSAGE_BYTES = 256 * 1024;
const ONE_SOURCE = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
const spec = FieldPath.root.child("spec");
const status = FieldPath.root.child("status");

function attachmentFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const own = objectIn(object, "spec");
  const source = objectIn(own, "source");
  const place = spec.child("source");
  if (stringIn(own, "attacher") === "") faults.push(requiredField(spec.child("attacher")));
  const volume = isSet(source, "persistentVolumeName");
  const inline = isSet(source, "inlineVolumeSpec");
  if (volume && inline) faults.push(forbiddenField(place, ONE_SOURCE));
  else if (!volume && !inline) faults.push(requiredField(place, ONE_SOURCE));
  else if (volume && stringIn(source, "persistentVolumeName") === "") {
    faults.push(requiredField(place.child("persistentVolumeName"), "must specify non empty persistentVolumeName"));
  }
  const node = stringIn(own, "nodeName");
  for (const message of dnsSubdomain(node)) faults.push(invalidField(spec.child("nodeName"), node, message));
  faults.push(...statusFaults(object));
  csiDriverName(getOwn(own, "attacher"), spec.child("attacher"), faults, undefined);
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
  if (size > MAX_METADATA_BYTES) faults.push(tooLongField(status.child("attachmentMetadata"), MAX_METADATA_BYTES));
  for (const member of ["attachError", "detachError"]) {
    const message = stringIn(objectIn(own, member), "message");
    if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) faults.push(tooLongField(status.child(member).child("message"), MAX_MESSAGE_BYTES));
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
  return [invalidField(spec, shown, "field is immutable")];
}

const updateFaults = (object: KubeObject, old: KubeObject): FieldError[] => [...attachmentFaults(object), ...changeFaults(object, old)];

export const volumeAttachment: KindBehaviour = {
  strategy: { validate: attachmentFaults, validateUpdate: updateFaults },
  subresources: { status: { validateUpdate: updateFaults } },
  cells: {
    Attacher: (object) => stringIn(objectIn(object, "spec"), "attacher"),
    PV: (object) => stringIn(objectIn(objectIn(object, "spec"), "source"), "persistentVolumeName"),
    Node: (object) => stringIn(objectIn(object, "spec"), "nodeName"),
    Attached: (object) => booleanIn(objectIn(object, "status"), "attached"),
  },
};
