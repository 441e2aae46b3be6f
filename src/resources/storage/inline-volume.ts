import { forbiddenField, requiredField } from "../../object/field-error.ts";
import { isSet, listIn, objectIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { optional } from "../../validation/presence.ts";
import { oneOf } from "../../validation/scalars.ts";
import { fields, struct } from "../../validation/structure.ts";
import { persistentVolumeSource } from "../core/persistent-volume-sources.ts";
import { mountModes } from "../pod-spec/claim-spec.ts";

const INLINE = "in the context of inline volumes";
const NOT_INLINE = `may not be specified ${INLINE}`;

/** The spec of a persistent volume that a pod's inline volume stands for: a CSI source, and nothing that binding needs. */
export const inlineVolumeSpec: Check = struct((spec, at, faults, context) => {
  const forbid = (member: string, detail = NOT_INLINE): void => void faults.push(forbiddenField(at.child(member), detail));
  if (isSet(spec, "claimRef")) forbid("claimRef");
  if (Object.keys(objectIn(spec, "capacity")).length > 0) forbid("capacity");
  if (!isSet(spec, "csi")) faults.push(requiredField(at.child("csi"), `has to be specified ${INLINE}`));
  if (listIn(spec, "accessModes").length === 0) faults.push(requiredField(at.child("accessModes")));
  mountModes(spec, at, faults, context);
  const policy = stringIn(spec, "persistentVolumeReclaimPolicy");
  if (policy !== "" && policy !== "Retain") forbid("persistentVolumeReclaimPolicy", `may only be Retain ${INLINE}`);
  if (isSet(spec, "nodeAffinity")) forbid("nodeAffinity");
  persistentVolumeSource(spec, at, faults, "");
  if (stringIn(spec, "storageClassName") !== "") forbid("storageClassName");
  fields({ volumeMode: optional(oneOf("Block", "Filesystem")) })(spec, at, faults, context);
});
