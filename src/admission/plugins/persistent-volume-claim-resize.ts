import type { KubeObject } from "../../object/kube-object.ts";
import { compareQuantity, type Quantity } from "../../object/quantity.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES } from "../../object/resource-ids.ts";
import { storageClassOf } from "../../resources/core/volume-class.ts";
import { asQuantity } from "../../validation/quantities.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns, refuse } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";

/** A claim may ask for more once it is bound, if its class can give more (concepts/storage/persistent-volumes). */
export function persistentVolumeClaimResize(view: ClusterView): AdmissionPlugin {
  return {
    name: "PersistentVolumeClaimResize",
    handles: (attributes) => concerns(attributes, PERSISTENT_VOLUME_CLAIMS, "UPDATE"),
    async validate(attributes) {
      const { object, oldObject } = attributes;
      if (object === undefined || oldObject === undefined || compareQuantity(asked(object), asked(oldObject)) <= 0) return;
      if (stringIn(objectIn(oldObject, "status"), "phase") !== "Bound")
        throw refuse(attributes, "Only bound persistent volume claims can be expanded");
      const name = storageClassOf(object);
      const found = name === "" || name !== storageClassOf(oldObject) ? undefined : await view.get(STORAGE_CLASSES, "", name);
      if (found?.["allowVolumeExpansion"] === true) return;
      throw refuse(
        attributes,
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
      );
    },
  };
}

function asked(claim: KubeObject): Quantity {
  return asQuantity(objectIn(objectIn(objectIn(claim, "spec"), "resources"), "requests")["storage"]);
}
