import type { FieldError } from "../../object/field-error.ts";
import { copyJson, getOwn, structIn, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { formatQuantity } from "../../object/quantity.ts";
import { isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { asQuantity } from "../../validation/quantities.ts";
import type { KindBehaviour } from "../definition.ts";
import { defaultVolumeSources, roundResources } from "../pod-spec/defaults.ts";
import { pluginWarnings } from "../pod-spec/volume-warnings.ts";
import { warnOfNodeTerm } from "../pod-spec/warnings.ts";
import { readSpec, specAt } from "../spec-and-status.ts";
import {
  mountOptionFaults,
  mountOptionsAnnotation,
  validatePersistentVolume,
  validatePersistentVolumeChange,
} from "./persistent-volume-validation.ts";
import { classWarnings, modesCell, phaseCell, storageClassOf } from "./volume-class.ts";

/** Notes when the phase changed, unless the writer says when (KEP-3762). */
function noteTransition(object: KubeObject, old: KubeObject, now: string): void {
  const status = structIn(object, "status");
  const before = objectIn(old, "status");
  const given = status["lastPhaseTransitionTime"];
  const last = getOwn(before, "lastPhaseTransitionTime");
  if (stringIn(status, "phase") !== stringIn(before, "phase")) {
    if (given === undefined || given === null || given === last) status["lastPhaseTransitionTime"] = now;
  } else if ((given === undefined || given === null) && last !== undefined) {
    status["lastPhaseTransitionTime"] = copyJson(last) as JsonValue;
  }
}

/** Upstream checks the whole once for its own sake and once as part of the change, and tells a fault as often. */
function validateUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const whole = validatePersistentVolume(object, old);
  return [...whole, ...mountOptionFaults(object), ...whole, ...validatePersistentVolumeChange(object, old)];
}

function warnings(object: KubeObject): string[] {
  const spec = objectIn(object, "spec");
  const found = classWarnings(object);
  if (object.metadata.annotations?.[mountOptionsAnnotation] !== undefined) {
    found.push(`metadata.annotations[${mountOptionsAnnotation}]: deprecated since v1.31; use "mountOptions" attribute instead`);
  }
  if (spec["persistentVolumeReclaimPolicy"] === "Recycle") {
    found.push(
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
    );
  }
  objectsIn(objectIn(objectIn(spec, "nodeAffinity"), "required"), "nodeSelectorTerms").forEach((term, i) =>
    warnOfNodeTerm(term, false, specAt.child("nodeAffinity", "required", "nodeSelectorTerms").index(i), found),
  );
  return [...found, ...pluginWarnings(spec, specAt)];
}

function claimCell(spec: ReturnType<typeof objectIn>): string {
  if (!isSet(spec, "claimRef")) return "";
  const claim = objectIn(spec, "claimRef");
  return `${stringIn(claim, "namespace")}/${stringIn(claim, "name")}`;
}

/** What PersistentVolumes do beyond the tables. */
export const persistentVolume: KindBehaviour = {
  applyDefaults(object) {
    const spec = structIn(object, "spec");
    if (!spec["persistentVolumeReclaimPolicy"]) spec["persistentVolumeReclaimPolicy"] = "Retain";
    spec["volumeMode"] ??= "Filesystem";
    defaultVolumeSources(spec);
    roundResources(spec["capacity"]);
    const status = structIn(object, "status");
    if (!status["phase"]) status["phase"] = "Pending";
  },
  strategy: {
    prepareForCreate: (object, { now }) => {
      object["status"] = { phase: "Pending", lastPhaseTransitionTime: now };
    },
    validate: (object) => [...validatePersistentVolume(object), ...mountOptionFaults(object)],
    validateUpdate,
    warnings,
  },
  subresources: {
    status: {
      prepareForUpdate: (object, old, { now }) => {
        object["spec"] = copyJson(old["spec"] ?? {}) as JsonValue;
        noteTransition(object, old, now);
      },
    },
  },
  cells: {
    "Capacity": (object) => formatQuantity(asQuantity(objectIn(readSpec(object), "capacity")["storage"])),
    "Access Modes": (object) => modesCell(readSpec(object)),
    "Reclaim Policy": (object) => stringIn(readSpec(object), "persistentVolumeReclaimPolicy"),
    "Status": phaseCell,
    "Claim": (object) => claimCell(readSpec(object)),
    "StorageClass": storageClassOf,
    "VolumeAttributesClass": (object) =>
      isSet(readSpec(object), "volumeAttributesClassName") ? stringIn(readSpec(object), "volumeAttributesClassName") : "<unset>",
    "Reason": (object) => stringIn(objectIn(object, "status"), "reason"),
    "VolumeMode": (object) => stringIn(readSpec(object), "volumeMode") || "<unset>",
  },
};
