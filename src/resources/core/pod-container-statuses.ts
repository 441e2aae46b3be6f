import {
  duplicateField,
  forbiddenField,
  invalidField,
  notSupportedField,
  requiredField,
  type FieldError,
} from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { optional } from "../../validation/presence.ts";
import { each, fields } from "../../validation/structure.ts";
import { mayRestart } from "../pod-spec/restarts.ts";
import { isWindowsPod } from "../pod-spec/scope.ts";
import { id } from "../pod-spec/security-context.ts";

/** The lists of statuses, each with the list of containers that it tells of. Ephemeral containers never run twice. */
const lists = [
  ["containerStatuses", "containers"],
  ["initContainerStatuses", "initContainers"],
  ["ephemeralContainerStatuses", undefined],
] as const;

type Containers = ReadonlyMap<string, ReadonlyJsonObject>;

function containersIn(spec: ReadonlyJsonObject, list: string | undefined): Containers {
  const containers = list === undefined ? [] : objectsIn(spec, list);
  return new Map(containers.map((container) => [stringIn(container, "name"), container]));
}

/** Appends where a container that has ended for good is said to run again; `spec` is the pod's. */
export function checkTransitions(
  status: ReadonlyJsonObject,
  before: ReadonlyJsonObject,
  spec: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
): void {
  for (const [list, of] of lists) {
    const containers = containersIn(spec, of);
    const revived = new Set(
      objectsIn(status, list)
        .filter((one) => !isSet(objectIn(one, "state"), "terminated"))
        .map((one) => stringIn(one, "name")),
    );
    objectsIn(before, list).forEach((old, i) => {
      const state = objectIn(old, "state");
      const name = stringIn(old, "name");
      if (!isSet(state, "terminated") || !revived.has(name)) return;
      const container = containers.get(name);
      const exitCode = numberIn(objectIn(state, "terminated"), "exitCode");
      if (container !== undefined && mayRestart(container, spec, exitCode)) return;
      faults.push(forbiddenField(at.child(list).index(i).child("state"), "may not be transitioned to non-terminated state"));
    });
  }
}

const linuxUser = fields({ uid: id, gid: id, supplementalGroups: each(id) });

/** Appends what is wrong with the users that containers are said to run as (KEP-3619). */
export function checkUsers(status: ReadonlyJsonObject, spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const windows = isWindowsPod(spec);
  for (const [list] of lists) {
    objectsIn(status, list).forEach((one, i) => {
      const user = objectIn(one, "user");
      if (!isSet(user, "linux")) return;
      const place = at.child(list).index(i).child("user", "linux");
      if (windows) faults.push(forbiddenField(place, "cannot be set for a windows pod"));
      else linuxUser(user["linux"], place, faults, undefined);
    });
  }
}

const healths = ["Healthy", "Unhealthy", "Unknown"];

/** Appends what is wrong with what is said of the health of devices (KEP-4680). */
export function checkAllocatedResources(status: ReadonlyJsonObject, spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  for (const [list, of] of lists) {
    const containers = containersIn(spec, of);
    objectsIn(status, list).forEach((one, i) => {
      const place = at.child(list).index(i).child("allocatedResourcesStatus");
      const resources = objectsIn(one, "allocatedResourcesStatus");
      if (of === undefined) {
        if (resources.length > 0) faults.push(forbiddenField(place, "must not be specified in container status"));
        return;
      }
      // A status may tell of a container that the pod has not; nothing is known of what it asks for.
      const container = resources.length === 0 ? undefined : containers.get(stringIn(one, "name"));
      const asked = container === undefined ? undefined : askedBy(container);
      resources.forEach((resource, j) => {
        if (asked !== undefined) checkAskedFor(stringIn(resource, "name"), asked, place.index(j).child("name"), faults);
        checkHealth(objectsIn(resource, "resources"), place.index(j).child("resources"), faults);
      });
    });
  }
}

/** What a container asks for: resources by name, and claims as statuses write them. */
interface Asked {
  readonly requests: ReadonlyJsonObject;
  readonly claims: ReadonlySet<string>;
}

function askedBy(container: ReadonlyJsonObject): Asked {
  const resources = objectIn(container, "resources");
  const claims = objectsIn(resources, "claims").map((claim) => {
    const request = stringIn(claim, "request");
    return `claim:${stringIn(claim, "name")}${request === "" ? "" : `/${request}`}`;
  });
  return { requests: objectIn(resources, "requests"), claims: new Set(claims) };
}

function checkAskedFor(name: string, { requests, claims }: Asked, at: FieldPath, faults: FieldError[]): void {
  if (!name.startsWith("claim:")) {
    if (!isSet(requests, name)) faults.push(invalidField(at, name, "must match one of the container's resource requests"));
    return;
  }
  if (claims.has(name)) return;
  const form = "'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
  faults.push(invalidField(at, name, `must match one of the container's resource claims in a format ${form}`));
}

const message = optional((value, at, faults) => {
  if (value === "") faults.push(requiredField(at, "must be non-empty if specified"));
});

function checkHealth(resources: readonly ReadonlyJsonObject[], at: FieldPath, faults: FieldError[]): void {
  const seen = new Set<string>();
  resources.forEach((resource, k) => {
    const health = stringIn(resource, "health");
    const name = stringIn(resource, "resourceID");
    if (!healths.includes(health)) faults.push(notSupportedField(at.index(k).child("health"), health, healths));
    message(getOwn(resource, "message"), at.index(k).child("message"), faults, undefined);
    if (seen.has(name)) faults.push(duplicateField(at.index(k).child("resourceID"), name));
    seen.add(name);
  });
}
