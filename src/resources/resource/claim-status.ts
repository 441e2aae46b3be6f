import { forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn, isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { asObject, isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { interfaceAddress } from "../../validation/addresses.ts";
import { conditions } from "../../validation/conditions.ts";
import { nodeSelector } from "../../validation/labels.ts";
import { optional, required } from "../../validation/presence.ts";
import { maxBytes, oneOf } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import { maxItems } from "../../validation/lists.ts";
import { requestNames, requestReference, requestReferences } from "./claim-spec.ts";
import { deviceConfiguration, driverData } from "./device-configuration.ts";
import { checkBinding } from "./devices.ts";
import { boundedList, driverName, labelName, poolName } from "./names.ts";
import { shareId } from "./share-id.ts";
import { deviceToleration } from "./tolerations.ts";

const MAX_CONSUMERS = 256;
const MAX_RESULTS = 32;
const MAX_CONFIGURATIONS = 64;
const MAX_CONDITIONS = 8;
const MAX_DATA = 10 * 1024;
const MAX_IPS = 16;
const MAX_INTERFACE_NAME = 256;
const MAX_HARDWARE_ADDRESS = 128;

/** Somebody who uses the claim; each is there once, by uid. */
const consumer: Check = fields({ resource: required(), name: required(), uid: required() });

const source: Check = required(oneOf("FromClaim", "FromClass"));

const allocation: Check<ReadonlySet<string>> = fields({
  devices: fields<ReadonlySet<string>>({
    results: boundedList(
      MAX_RESULTS,
      all<ReadonlySet<string>>(
        fields<ReadonlySet<string>>({ request: requestReference, driver: driverName, pool: poolName, device: labelName }),
        struct(checkBinding),
        fields({ tolerations: each(deviceToleration), shareID: optional(shareId) }),
      ),
    ),
    config: boundedList(
      MAX_CONFIGURATIONS,
      all<ReadonlySet<string>>(fields<ReadonlySet<string>>({ source, requests: requestReferences }), deviceConfiguration),
    ),
  }),
  nodeSelector: optional(nodeSelector()),
});

/** A device by the names that tell it from all others. */
function deviceKey(device: ReadonlyJsonObject): string {
  const share = stringIn(device, "shareID");
  return [stringIn(device, "driver"), stringIn(device, "pool"), stringIn(device, "device"), ...(share === "" ? [] : [share])].join("/");
}

const networkData: Check = fields({
  interfaceName: maxBytes(MAX_INTERFACE_NAME),
  hardwareAddress: maxBytes(MAX_HARDWARE_ADDRESS),
  ips: boundedList(MAX_IPS, interfaceAddress, (item) => String(item)),
});

/** What a driver tells of a device that the claim has. */
const deviceStatus: Check<ReadonlySet<string>> = all<ReadonlySet<string>>(
  fields({ driver: driverName, pool: poolName, device: labelName, shareID: optional(shareId) }),
  struct((device, at, faults, allocated) => {
    const key = deviceKey(device);
    if (!allocated.has(key)) faults.push(invalidField(at, key, "must be an allocated device in the claim"));
  }),
  fields({
    conditions: all(maxItems(MAX_CONDITIONS), conditions),
    data: optional(driverData(MAX_DATA)),
    networkData: optional(networkData),
  }),
);

const reservations: Check = fields({ reservedFor: boundedList(MAX_CONSUMERS, consumer, (item) => stringIn(asObject(item), "uid")) });
const deviceStatuses: Check<ReadonlySet<string>> = fields({
  devices: boundedList(Infinity, deviceStatus, (item) => deviceKey(asObject(item))),
});

/** Takes away what drivers told of devices that the claim has no more. */
export function forgetLostDevices(object: KubeObject, old: KubeObject): void {
  const { status } = object;
  if (!isObject(status) || !Array.isArray(status["devices"])) return;
  const had = allocatedKeys(old);
  const has = allocatedKeys(object);
  const kept = status["devices"].filter((device) => {
    const key = deviceKey(asObject(device));
    return !had.has(key) || has.has(key);
  });
  if (kept.length === status["devices"].length) return;
  if (kept.length === 0) delete status["devices"];
  else status["devices"] = kept;
}

/** The devices that a claim has, by their names. */
function allocatedKeys(object: KubeObject): ReadonlySet<string> {
  const allocated = objectIn(objectIn(object, "status"), "allocation");
  return new Set(objectsIn(objectIn(allocated, "devices"), "results").map(deviceKey));
}

/** What is wrong with a new status of a claim. */
export function claimStatusFaults(object: KubeObject, old: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const at = FieldPath.root.child("status");
  const status = objectIn(object, "status");
  const before = objectIn(old, "status");
  const names = requestNames(objectIn(objectIn(object, "spec"), "devices"));
  reservations(status, at, faults, undefined);
  deviceStatuses(status, at, faults, allocatedKeys(object));
  checkConsumers(object, old, at.child("reservedFor"), faults);
  if (isSet(status, "allocation")) {
    const [now, was] = [getOwn(status, "allocation"), getOwn(before, "allocation")];
    if (was === undefined) allocation(now, at.child("allocation"), faults, names);
    else if (!equalJson(now, was)) faults.push(invalidField(at.child("allocation"), now, "field is immutable"));
  }
  return faults;
}

function consumerKey(consumer: ReadonlyJsonObject): string {
  return JSON.stringify(["apiGroup", "resource", "name", "uid"].map((member) => stringIn(consumer, member)));
}

/** Who may use a claim is told only of one that is allocated, and nobody new once it is going away. */
function checkConsumers(object: KubeObject, old: KubeObject, at: FieldPath, faults: FieldError[]): void {
  const status = objectIn(object, "status");
  const consumers = objectsIn(status, "reservedFor");
  if (consumers.length === 0) return;
  if (!isSet(status, "allocation")) {
    faults.push(forbiddenField(at, "may not be specified when `allocated` is not set"));
    return;
  }
  if (object.metadata.deletionTimestamp === undefined) return;
  const before = new Set(objectsIn(objectIn(old, "status"), "reservedFor").map(consumerKey));
  if (consumers.every((one) => before.has(consumerKey(one)))) return;
  faults.push(forbiddenField(at, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set"));
}
