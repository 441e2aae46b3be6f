import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { isObject, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects, structAt } from "../../object/parts.ts";
import { quoteText } from "../../object/quote.ts";
import { booleanIn, isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { changes, immutable } from "../../validation/changes.ts";
import type { Check } from "../../validation/check.ts";
import { atLeast } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { specAt } from "../spec-and-status.ts";
import { valueLists } from "./device-attributes.ts";
import { counterSet, device, type DeviceContext } from "./devices.ts";
import { boundedList, driverName, nameOf, poolName } from "./names.ts";
import { checkNodeChoice } from "./node-choice.ts";

const MAX_DEVICES = 128;
/** Devices with taints or counters take more room. */
const MAX_ELABORATE_DEVICES = 64;
const MAX_COUNTER_SETS = 8;
const ONE_OF = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";

const text = immutable("field is immutable", (value) => value ?? "");
const updates = changes({ pool: changes({ name: text }), driver: text, nodeName: immutable() });

const origin: Check = fields({
  driver: driverName,
  pool: fields({
    name: poolName,
    resourceSliceCount: atLeast(1, "must be greater than zero"),
    generation: atLeast(0, "must be greater than or equal to zero"),
  }),
});

function sliceFaults(object: KubeObject, old?: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  origin(spec, specAt, faults, undefined);
  if (old !== undefined) updates(spec, objectIn(old, "spec"), specAt, faults, undefined);
  const chosen = checkNodeChoice(spec, specAt, faults, {
    emptyNode: "must be either unset or set to a non-empty string",
    flags: ["allNodes", "perDeviceNodeSelection"],
    oneTerm: true,
  });
  if (chosen.length === 0) faults.push(requiredField(specAt, ONE_OF));
  if (chosen.length > 1) faults.push(invalidField(specAt, `{${chosen.join(", ")}}`, `${ONE_OF}, but multiple fields are set`));
  checkContents(object, faults);
  return faults;
}

const contentsWith = (maxDevices: number): Check<DeviceContext> =>
  fields<DeviceContext>({
    devices: boundedList(maxDevices, device, nameOf),
    sharedCounters: boundedList(MAX_COUNTER_SETS, counterSet, nameOf),
  });
const contents = contentsWith(MAX_DEVICES);
const elaborateContents = contentsWith(MAX_ELABORATE_DEVICES);

function checkContents(object: KubeObject, faults: FieldError[]): void {
  const spec = objectIn(object, "spec");
  const devices = objectsIn(spec, "devices");
  if (isSet(spec, "devices") && isSet(spec, "sharedCounters")) {
    faults.push(invalidField(specAt, "", "only one of `sharedCounters` or `devices` is allowed"));
  }
  const elaborate = devices.some((one) => listIn(one, "taints").length > 0 || listIn(one, "consumesCounters").length > 0);
  (elaborate ? elaborateContents : contents)(spec, specAt, faults, { nodesPerDevice: booleanIn(spec, "perDeviceNodeSelection") });
}

/** Driver names are compared letter by letter, though DNS does not. */
function driverWarnings(object: KubeObject): string[] {
  const driver = stringIn(objectIn(object, "spec"), "driver");
  if (driver === driver.toLowerCase()) return [];
  return [`spec.driver: driver names should be lowercase; ${quoteText(driver)} contains uppercase characters`];
}

/** Taints count from when they are written, unless they say since when. */
function stampTaints(device: JsonObject, now: string): void {
  for (const taint of objects(device["taints"])) taint["timeAdded"] ??= now;
}

/** Takes away members of features that are off (DRAListTypeAttributes, DRANodeAllocatableResources). */
function dropDisabledFields(device: JsonObject): void {
  delete device["nodeAllocatableResourceMappings"];
  const { attributes } = device;
  if (!isObject(attributes)) return;
  for (const attribute of Object.values(attributes)) if (isObject(attribute)) for (const list of valueLists) delete attribute[list];
}

function prepare(object: KubeObject, now: string): void {
  for (const one of objects(structAt(object, "spec")?.["devices"])) {
    stampTaints(one, now);
    dropDisabledFields(one);
  }
}

/** What ResourceSlices do beyond the tables. */
export const resourceSlice: KindBehaviour = {
  strategy: {
    prepareForCreate: (object, { now }) => prepare(object, now),
    prepareForUpdate: (object, _, { now }) => prepare(object, now),
    validate: (object) => sliceFaults(object),
    validateUpdate: sliceFaults,
    warnings: driverWarnings,
  },
  cells: {
    Node: (object) => stringIn(objectIn(object, "spec"), "nodeName"),
    Driver: (object) => stringIn(objectIn(object, "spec"), "driver"),
    Pool: (object) => stringIn(objectIn(objectIn(object, "spec"), "pool"), "name"),
  },
};
