import { forbiddenField, invalidField, notSupportedField, requiredField } from "../../object/field-error.ts";
import { equalJson, getOwn } from "../../object/json.ts";
import { dnsLabel, dnsSubdomain } from "../../object/names.ts";
import { isSet, objectIn, stringIn, stringsIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { annotations, labels, labelSelector } from "../../validation/labels.ts";
import { filled, isEmpty, optional } from "../../validation/presence.ts";
import { positiveQuantity } from "../../validation/quantities.ts";
import { oneOf, text } from "../../validation/scalars.ts";
import { all, fields, struct } from "../../validation/structure.ts";

/** How a volume can be mounted, as messages list it. */
export const accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/** How a volume may be mounted: at least one known mode, and ReadWriteOncePod only alone. */
export const mountModes: Check = struct((spec, at, faults) => {
  const given = stringsIn(spec, "accessModes");
  for (const mode of given) {
    if (!accessModes.includes(mode)) faults.push(notSupportedField(at.child("accessModes"), mode, accessModes));
  }
  if (given.includes("ReadWriteOncePod") && given.some((mode) => mode !== "ReadWriteOncePod" && accessModes.includes(mode))) {
    faults.push(forbiddenField(at.child("accessModes"), "may not use ReadWriteOncePod with other access modes"));
  }
});

const storage: Check = struct((spec, at, faults, context) => {
  const requests = objectIn(objectIn(spec, "resources"), "requests");
  const place = at.child("resources").key("storage");
  if (!isSet(requests, "storage")) faults.push(requiredField(place));
  else positiveQuantity(getOwn(requests, "storage"), place, faults, context);
});

/** Where a volume's first content comes from. Of claims that had such a source, the group may be no name. */
const dataSource = (anyGroup: boolean): Check =>
  struct((source, at, faults) => {
    const kind = stringIn(source, "kind");
    if (stringIn(source, "name") === "") faults.push(requiredField(at.child("name")));
    if (kind === "") faults.push(requiredField(at.child("kind")));
    const group = stringIn(source, "apiGroup");
    if (group === "" && kind !== "PersistentVolumeClaim") {
      const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
      faults.push(invalidField(at, kind, detail));
    }
    if (group !== "" && !anyGroup)
      for (const message of dnsSubdomain(group)) faults.push(invalidField(at.child("apiGroup"), group, message));
  });

/** The original shows the field's place as its value, and of that nothing. */
const place = {};

const agreeingSources: Check = struct((spec, at, faults) => {
  if (!isSet(spec, "dataSource") || !isSet(spec, "dataSourceRef")) return;
  const { namespace, ...reference } = objectIn(spec, "dataSourceRef");
  if (namespace !== undefined && namespace !== "") {
    const detail = "may not be specified when dataSourceRef.namespace is specified";
    faults.push(invalidField(at, place, detail));
  } else if (!equalJson(objectIn(spec, "dataSource"), reference)) {
    faults.push(invalidField(at, place, "must match dataSourceRef"));
  }
});

const hasModes: Check = struct((spec, at, faults) => {
  if (stringsIn(spec, "accessModes").length > 0) return;
  faults.push(requiredField(at.child("accessModes"), "at least 1 access mode is required"));
});

function claimSpec(anyGroup: boolean): Check {
  const source = dataSource(anyGroup);
  return all(
    hasModes,
    fields({ selector: optional(labelSelector()) }),
    mountModes,
    storage,
    fields({
      storageClassName: filled(text(dnsSubdomain)),
      volumeMode: optional(oneOf("Block", "Filesystem")),
      dataSource: optional(source),
      dataSourceRef: optional(all(source, fields({ namespace: filled(text(dnsLabel)) }))),
    }),
    agreeingSources,
    fields({ volumeAttributesClassName: filled(text(dnsSubdomain)) }),
  );
}

/** The rules of a PersistentVolumeClaim's spec, also where a pod's ephemeral volume or a StatefulSet has one in it. */
export const persistentVolumeClaimSpec: Check = claimSpec(false);

/** The rules of the spec of a claim that had a source of content before an update, by whatever group's name. */
export const sourcedClaimSpec: Check = claimSpec(true);

/** Metadata that a claim does not take over from its template, with the names that upstream tells them by. */
const ownMetadata: readonly (readonly [member: string, shown: string])[] = [
  ["name", "name"],
  ["generateName", "generateName"],
  ["namespace", "namespace"],
  ["selfLink", "selfLink"],
  ["uid", "uID"],
  ["resourceVersion", "resourceVersion"],
  ["generation", "generation"],
  ["creationTimestamp", "creationTimestamp"],
  ["deletionTimestamp", "deletionTimestamp"],
  ["deletionGracePeriodSeconds", "deletionGracePeriodSeconds"],
  ["ownerReferences", "ownerReferences"],
  ["finalizers", "finalizers"],
  ["managedFields", "managedFields"],
];

const nothingOwn: Check = struct((metadata, at, faults) => {
  for (const [member, shown] of ownMetadata) {
    if (!isEmpty(metadata[member])) faults.push(forbiddenField(at.child(shown), "cannot be set for an ephemeral volume"));
  }
});

/** The rules of a claim that is made for a pod: the metadata that it takes over, and its spec. */
export const claimTemplate: Check = fields({
  metadata: all(fields({ annotations, labels }), nothingOwn),
  spec: persistentVolumeClaimSpec,
});
