import { forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { parseIpSloppy } from "../../object/ip.ts";
import { equalJson, structIn, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain, qualifiedNameRules } from "../../object/names.ts";
import { objects } from "../../object/parts.ts";
import { isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { warnOfAddress } from "../../validation/address-warnings.ts";
import { legacyIp, unlessBefore } from "../../validation/addresses.ts";
import { atLeast } from "../../validation/scalars.ts";
import { each } from "../../validation/structure.ts";
import type { Strategy } from "../definition.ts";
import { restore } from "../keep-old.ts";
import { checkPodAnnotationChanges } from "../pod-spec/pod-annotations.ts";
import { checkClaimStatuses, checkExtendedClaimStatus } from "./pod-claim-statuses.ts";
import { checkAllocatedResources, checkTransitions, checkUsers } from "./pod-container-statuses.ts";
import { podPaths } from "./pod-rules.ts";

/** The addresses of a pod and of its node. */
const addressLists = ["podIPs", "hostIPs"] as const;

/** An observed generation. */
const generation = atLeast(0, "must be a non-negative integer");

/** How a pod changes through pods/status: its spec and owners stay, its status is the writer's. */
export const podStatusStrategy: Partial<Strategy> = {
  prepareForUpdate(object, old) {
    restore(object, old, "spec");
    restore(object.metadata, old.metadata, "ownerReferences");
    delete object.metadata.deletionTimestamp;
    const status = structIn(object, "status");
    const before = objectIn(old, "status");
    if (!status["qosClass"]) restore(status, before, "qosClass");
    keepObservedGeneration(status, before);
    dropDisabledStatus(status, before);
  },
  validateUpdate: validateStatus,
  warnings(object) {
    const warnings: string[] = [];
    for (const list of addressLists) {
      addressesIn(objectIn(object, "status"), list).forEach((address, i) =>
        warnOfAddress(address, podPaths.status.child(list).index(i).child("ip"), warnings),
      );
    }
    return warnings;
  },
};

/** What was observed last stays observed, of the pod and of each condition, where the writer does not say (KEP-5067). */
function keepObservedGeneration(status: JsonObject, before: ReadonlyJsonObject): void {
  if (!status["observedGeneration"]) restore(status, before, "observedGeneration");
  // A type may stand there several times: the first goes with the first.
  const old = new Map<string, ReadonlyJsonObject[]>();
  for (const one of [...objectsIn(before, "conditions")].reverse()) {
    const type = stringIn(one, "type");
    const same = old.get(type);
    if (same === undefined) old.set(type, [one]);
    else same.push(one);
  }
  for (const condition of objects(status["conditions"])) {
    const known = old.get(stringIn(condition, "type"))?.pop();
    if (known !== undefined && !condition["observedGeneration"]) restore(condition, known, "observedGeneration");
  }
}

/** Takes out, in place, what belongs to features that are off at this level, unless the old status has it. */
function dropDisabledStatus(status: JsonObject, before: ReadonlyJsonObject): void {
  const member = "nodeAllocatableResourceClaimStatuses";
  if (status[member] !== undefined && !isSet(before, member)) delete status[member];
}

/** Keeps the first of status.podIPs and status.podIP in step, in place; the older, single one wins. */
export function mirrorPodIp(status: JsonObject): void {
  const single = status["podIP"];
  const list = objectsIn(status, "podIPs");
  if (typeof single === "string" && single !== "") {
    if (list[0] === undefined || stringIn(list[0], "ip") !== single) status["podIPs"] = [{ ip: single }];
  } else if (list[0] !== undefined) {
    status["podIP"] = stringIn(list[0], "ip");
  }
}

function validateStatus(object: KubeObject, old: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const status = objectIn(object, "status");
  const before = objectIn(old, "status");
  const at = podPaths.status;
  checkPodAnnotationChanges(object, old, podPaths.annotations, faults);
  checkConditions(status, at.child("conditions"), faults);
  checkNominated(status, before, objectIn(old, "spec"), at.child("nominatedNodeName"), faults);
  generation(status["observedGeneration"], at.child("observedGeneration"), faults, undefined);
  if (stringIn(status, "qosClass") !== stringIn(before, "qosClass")) {
    faults.push(invalidField(at.child("qosClass"), stringIn(status, "qosClass"), "field is immutable"));
  }
  const spec = objectIn(object, "spec");
  checkTransitions(status, before, objectIn(old, "spec"), at, faults);
  checkClaimStatuses(status, spec, at.child("resourceClaimStatuses"), faults);
  checkExtendedClaimStatus(status, spec, at.child("extendedResourceClaimStatus"), faults);
  for (const list of addressLists) checkAddresses(status, before, list, at.child(list), faults);
  checkUsers(status, spec, at, faults);
  checkAllocatedResources(status, spec, at, faults);
  return faults;
}

/** The node that room is being made on matters only to a pod that is on none (KEP-5278). */
function checkNominated(
  status: ReadonlyJsonObject,
  before: ReadonlyJsonObject,
  spec: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
): void {
  const name = stringIn(status, "nominatedNodeName");
  if (name === "" || name === stringIn(before, "nominatedNodeName")) return;
  for (const message of dnsSubdomain(name)) faults.push(invalidField(at, name, message));
  if (stringIn(spec, "nodeName") !== "") faults.push(forbiddenField(at, "may not be set on pods that are already bound to a node"));
}

/** Conditions that the system itself sets. */
const systemConditions: ReadonlySet<string> = new Set(["PodScheduled", "Ready", "Initialized"]);

function checkConditions(status: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  objectsIn(status, "conditions").forEach((condition, i) => {
    generation(condition["observedGeneration"], at.index(i).child("observedGeneration"), faults, undefined);
    const type = stringIn(condition, "type");
    if (systemConditions.has(type)) return;
    for (const message of qualifiedNameRules(type)) faults.push(invalidField(at.index(i).child("Type"), type, message));
  });
}

const addressesIn = (status: ReadonlyJsonObject, list: string): string[] => objectsIn(status, list).map((one) => stringIn(one, "ip"));

function checkAddresses(
  status: ReadonlyJsonObject,
  before: ReadonlyJsonObject,
  list: (typeof addressLists)[number],
  at: FieldPath,
  faults: FieldError[],
): void {
  const addresses = addressesIn(status, list);
  const [first] = addresses;
  if (list === "hostIPs" && first !== undefined && first !== stringIn(status, "hostIP")) {
    faults.push(invalidField(at.index(0).child("ip"), first, "must be equal to `hostIP`"));
  }
  each(unlessBefore(addressesIn(before, list), legacyIp))(addresses, at, faults, undefined);
  if (oneOfEachFamily(addresses)) return;
  const shown = addresses.map((ip) => ({ IP: ip }));
  faults.push(invalidField(at, shown, "may specify no more than one IP for each IP family"));
}

function oneOfEachFamily(addresses: readonly string[]): boolean {
  if (addresses.length < 2) return true;
  const families = addresses.map((address) => parseIpSloppy(address)?.family);
  return addresses.length === 2 && families.includes(4) && families.includes(6);
}

/** Whether an update changed a pod's spec; that is what its generation counts. */
export function podSpecChanged(object: KubeObject, old: KubeObject): boolean {
  return !equalJson(object["spec"], old["spec"]);
}
