import { duplicateField, forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { equalJson, structIn, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsSubdomain, qualifiedNameRules } from "../../object/names.ts";
import { isSet, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { legacyIp, unlessBefore } from "../../validation/addresses.ts";
import { each } from "../../validation/structure.ts";
import type { Strategy } from "../definition.ts";
import { restore } from "../keep-old.ts";
import { checkPodAnnotationChanges } from "../pod-spec/pod-annotations.ts";
import { podPaths } from "./pod-rules.ts";

/** How a pod changes through pods/status: its spec and owners stay, its status is the writer's. */
export const podStatusStrategy: Partial<Strategy> = {
  prepareForUpdate(object, old) {
    restore(object, old, "spec");
    restore(object.metadata, old.metadata, "ownerReferences");
    delete object.metadata.deletionTimestamp;
    const status = structIn(object, "status");
    const before = objectIn(old, "status");
    if (!status["qosClass"]) restore(status, before, "qosClass");
    if (!status["observedGeneration"]) restore(status, before, "observedGeneration");
  },
  validateUpdate: (object, old) => validateStatus(object, old),
};

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
  checkPodAnnotationChanges(object.metadata, old.metadata, podPaths.annotations, faults);
  checkConditions(status, at.child("conditions"), faults);
  const nominated = stringIn(status, "nominatedNodeName");
  if (nominated !== "" && nominated !== stringIn(before, "nominatedNodeName")) {
    for (const message of dnsSubdomain(nominated)) {
      faults.push(invalidField(at.child("nominatedNodeName"), nominated, message));
    }
  }
  const restartPolicy = stringIn(objectIn(old, "spec"), "restartPolicy");
  for (const list of ["containerStatuses", "initContainerStatuses"]) {
    checkTerminated(objectsIn(status, list), objectsIn(before, list), restartPolicy, at.child(list), faults);
  }
  checkPodIps(status, before, at.child("podIPs"), faults);
  checkHostIps(status, before, at.child("hostIPs"), faults);
  checkClaimStatuses(status, objectIn(object, "spec"), at.child("resourceClaimStatuses"), faults);
  if (stringIn(status, "qosClass") !== stringIn(before, "qosClass")) {
    faults.push(invalidField(at.child("qosClass"), stringIn(status, "qosClass"), "field is immutable"));
  }
  if (numberIn(status, "observedGeneration") < 0) {
    const value = numberIn(status, "observedGeneration");
    faults.push(invalidField(at.child("observedGeneration"), value, "must be a non-negative integer"));
  }
  return faults;
}

function checkConditions(status: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  objectsIn(status, "conditions").forEach((condition, i) => {
    const type = stringIn(condition, "type");
    for (const message of qualifiedNameRules(type)) faults.push(invalidField(at.index(i).child("Type"), type, message));
    const generation = numberIn(condition, "observedGeneration");
    if (generation < 0) {
      faults.push(invalidField(at.index(i).child("observedGeneration"), generation, "must be a non-negative integer"));
    }
  });
}

/** A container that has ended for good does not run again. */
function checkTerminated(
  statuses: readonly ReadonlyJsonObject[],
  before: readonly ReadonlyJsonObject[],
  restartPolicy: string,
  at: FieldPath,
  faults: FieldError[],
): void {
  if (restartPolicy === "Always") return;
  before.forEach((old, i) => {
    const state = objectIn(old, "state");
    if (!isSet(state, "terminated")) return;
    if (restartPolicy === "OnFailure" && numberIn(objectIn(state, "terminated"), "exitCode") !== 0) return;
    const current = statuses.find((one) => stringIn(one, "name") === stringIn(old, "name"));
    if (current === undefined || isSet(objectIn(current, "state"), "terminated")) return;
    faults.push(forbiddenField(at.index(i).child("state"), "may not be transitioned to non-terminated state"));
  });
}

const onePerFamily = "may specify no more than one IP for each IP family";

const addressesIn = (status: ReadonlyJsonObject, list: string): string[] => objectsIn(status, list).map((one) => stringIn(one, "ip"));

function checkPodIps(status: ReadonlyJsonObject, before: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const addresses = addressesIn(status, "podIPs");
  each(unlessBefore(addressesIn(before, "podIPs"), legacyIp))(addresses, at, faults, undefined);
  if (!oneOfEachFamily(addresses)) faults.push(invalidField(at, addresses.map(shownIp), onePerFamily));
  addresses.forEach((address, i) => {
    if (addresses.indexOf(address) < i) faults.push(duplicateField(at.index(i), shownIp(address)));
  });
}

function checkHostIps(status: ReadonlyJsonObject, before: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const addresses = addressesIn(status, "hostIPs");
  const [first] = addresses;
  if (first === undefined) return;
  if (first !== stringIn(status, "hostIP")) {
    faults.push(invalidField(at.index(0).child("ip"), first, "must be equal to `hostIP`"));
  }
  each(unlessBefore(addressesIn(before, "hostIPs"), legacyIp))(addresses, at, faults, undefined);
  if (!oneOfEachFamily(addresses)) faults.push(invalidField(at, addresses.map(shownIp), onePerFamily));
}

function oneOfEachFamily(addresses: readonly string[]): boolean {
  if (addresses.length < 2) return true;
  const sixth = addresses.map((address) => address.includes(":"));
  return addresses.length === 2 && sixth[0] !== sixth[1];
}

function shownIp(ip: string): ReadonlyJsonObject {
  return { IP: ip };
}

function checkClaimStatuses(status: ReadonlyJsonObject, spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const known = new Set(objectsIn(spec, "resourceClaims").map((claim) => stringIn(claim, "name")));
  const seen = new Set<string>();
  objectsIn(status, "resourceClaimStatuses").forEach((one, i) => {
    const name = stringIn(one, "name");
    const place = at.index(i);
    if (!known.has(name)) {
      const detail = "must match the name of an entry in `spec.resourceClaims`";
      faults.push(invalidField(place.child("name"), name, detail));
    }
    if (seen.has(name)) faults.push(duplicateField(place.child("name"), name));
    seen.add(name);
    if (!isSet(one, "resourceClaimName")) return;
    const claim = stringIn(one, "resourceClaimName");
    for (const message of dnsSubdomain(claim)) faults.push(invalidField(place.child("resourceClaimName"), claim, message));
  });
}

/** Whether an update changed a pod's spec; that is what its generation counts. */
export function podSpecChanged(object: KubeObject, old: KubeObject): boolean {
  return !equalJson(object["spec"], old["spec"]);
}
