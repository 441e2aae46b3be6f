import { FieldPath } from "../../object/field-path.ts";
import { copyJson, isObject, structIn, type JsonObject, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { formatQuantity } from "../../object/quantity.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";
import { asQuantity } from "../../validation/quantities.ts";
import type { KindBehaviour } from "../definition.ts";
import { warnOfClaimSpec } from "../pod-spec/amount-warnings.ts";
import { defaultClaimSpec, roundResources } from "../pod-spec/defaults.ts";
import { validateClaim, validateClaimChange, validateClaimStatus } from "./persistent-volume-claim-validation.ts";
import { classWarnings, modesCell, phaseCell, storageClassOf } from "./volume-class.ts";

/** Kinds that dataSource could name before dataSourceRef (KEP-1495); of others it was ignored, and still is. */
function isOldSource(source: JsonObject): boolean {
  const group = source["apiGroup"] ?? "";
  return (
    (source["kind"] === "PersistentVolumeClaim" && group === "") ||
    (source["kind"] === "VolumeSnapshot" && group === "snapshot.storage.k8s.io")
  );
}

/** Keeps both names of the source of a claim's first content in step. */
function alignSources(object: KubeObject, old: KubeObject | undefined): void {
  const spec = structIn(object, "spec");
  const oldSpec = objectIn(old ?? {}, "spec");
  const had = isSet(oldSpec, "dataSource") || isSet(oldSpec, "dataSourceRef");
  const { dataSource, dataSourceRef } = spec;
  // Sources in other namespaces are a feature that is off.
  if (isObject(dataSourceRef) && dataSourceRef["namespace"] && !isSet(oldSpec, "dataSourceRef")) delete spec["dataSourceRef"];
  // Who knows the newer name means what the older one says, too.
  if (isObject(dataSource) && !had && !isSet(spec, "dataSourceRef") && !isOldSource(dataSource)) delete spec["dataSource"];
  const [older, newer] = [spec["dataSource"], spec["dataSourceRef"]];
  if (isObject(older) && newer === undefined) spec["dataSourceRef"] = copyJson(older) as JsonValue;
  else if (isObject(newer) && older === undefined && !newer["namespace"]) spec["dataSource"] = copyJson(newer) as JsonValue;
}

function warnings(object: KubeObject): string[] {
  const found = classWarnings(object);
  warnOfClaimSpec(objectIn(object, "spec"), FieldPath.root.child("spec"), found);
  return found;
}

/** What a claim has got: nothing shows before it has a volume. */
function boundCell(object: KubeObject, cell: (status: ReturnType<typeof objectIn>) => string): string {
  return stringIn(objectIn(object, "spec"), "volumeName") === "" ? "" : cell(objectIn(object, "status"));
}

/** What PersistentVolumeClaims do beyond the tables. */
export const persistentVolumeClaim: KindBehaviour = {
  applyDefaults(object) {
    defaultClaimSpec(object);
    const status = structIn(object, "status");
    if (!status["phase"]) status["phase"] = "Pending";
    roundResources(status["capacity"]);
    roundResources(status["allocatedResources"]);
  },
  strategy: {
    // New claims lie in the original's store without a phase.
    firstUpdateStores: true,
    prepareForCreate: (object) => {
      object["status"] = { phase: "Pending" };
      alignSources(object, undefined);
    },
    prepareForUpdate: alignSources,
    validate: (object) => validateClaim(object),
    validateUpdate: (object, old) => [...validateClaim(object, old), ...validateClaimChange(object, old)],
    warnings,
  },
  subresources: { status: { validateUpdate: validateClaimStatus } },
  cells: {
    "Status": phaseCell,
    "Volume": (object) => stringIn(objectIn(object, "spec"), "volumeName"),
    "Capacity": (object) => boundCell(object, (status) => formatQuantity(asQuantity(objectIn(status, "capacity")["storage"]))),
    "Access Modes": (object) => boundCell(object, modesCell),
    "StorageClass": storageClassOf,
    "VolumeAttributesClass": (object) => {
      const spec = objectIn(object, "spec");
      return isSet(spec, "volumeAttributesClassName") ? stringIn(spec, "volumeAttributesClassName") : "<unset>";
    },
    "VolumeMode": (object) => stringIn(objectIn(object, "spec"), "volumeMode") || "<unset>",
  },
};
