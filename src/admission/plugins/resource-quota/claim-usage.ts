import type { KubeObject } from "../../../object/kube-object.ts";
import { compareQuantity, quantityValue, wholeQuantity, type Quantity } from "../../../object/quantity.ts";
import { isSet, objectIn, stringIn } from "../../../object/read.ts";
import { storageClassOf } from "../../../resources/core/volume-class.ts";
import { asQuantity } from "../../../validation/quantities.ts";
import { writesItself } from "../../attributes.ts";
import { selectsValue } from "./scopes.ts";
import { ONE, type UsageRule } from "./usage-rule.ts";

const RESOURCES: ReadonlySet<string> = new Set(["count/persistentvolumeclaims", "persistentvolumeclaims", "requests.storage"]);
const OF_CLASS = /\.storageclass\.storage\.k8s\.io\/(persistentvolumeclaims|requests\.storage)$/;

/** Claims are counted and charged the storage that they ask for, in all and in their class. */
export const claimUsage: UsageRule = {
  handles: writesItself,
  matching: (names) => names.filter((name) => RESOURCES.has(name) || OF_CLASS.test(name)),
  usage(claim) {
    const usage = new Map<string, Quantity>([
      ["count/persistentvolumeclaims", ONE],
      ["persistentvolumeclaims", ONE],
    ]);
    const name = storageClassOf(claim);
    const ofClass = `${name}.storageclass.storage.k8s.io/`;
    if (name !== "") usage.set(`${ofClass}persistentvolumeclaims`, ONE);
    const storage = storageOf(claim);
    if (storage === undefined) return usage;
    usage.set("requests.storage", storage);
    if (name !== "") usage.set(`${ofClass}requests.storage`, storage);
    return usage;
  },
  inScope(selector, claim) {
    if (selector.scope !== "VolumeAttributesClass") return false;
    const status = objectIn(claim, "status");
    const names = [
      stringIn(objectIn(claim, "spec"), "volumeAttributesClassName"),
      stringIn(status, "currentVolumeAttributesClassName"),
      stringIn(objectIn(status, "modifyVolumeStatus"), "targetVolumeAttributesClassName"),
    ].filter((name) => name !== "");
    return names.length === 0 ? selectsValue(selector, "") : names.some((name) => selectsValue(selector, name));
  },
};

/** What a claim asks for in whole bytes, or what has been set aside for it where that is more. */
function storageOf(claim: KubeObject): Quantity | undefined {
  const requests = objectIn(objectIn(objectIn(claim, "spec"), "resources"), "requests");
  if (!isSet(requests, "storage")) return undefined;
  const asked = whole(asQuantity(requests["storage"]));
  const allocated = whole(asQuantity(objectIn(objectIn(claim, "status"), "allocatedResources")["storage"]));
  return compareQuantity(allocated, asked) > 0 ? allocated : asked;
}

function whole(amount: Quantity): Quantity {
  return { ...wholeQuantity(quantityValue(amount)), format: amount.format };
}
