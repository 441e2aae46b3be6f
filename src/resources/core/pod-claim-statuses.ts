import { duplicateField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { dnsLabel, dnsSubdomain } from "../../object/names.ts";
import { isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { optional, required } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { containersOf, lastingLists } from "../pod-spec/scope.ts";

const claimName = text(dnsSubdomain);
const claimNameIfAny = optional(claimName);

/** Appends what is wrong with what is said of a pod's claims; the names of the claims made for it are told of its own. */
export function checkClaimStatuses(status: ReadonlyJsonObject, spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const known = new Set(objectsIn(spec, "resourceClaims").map((claim) => stringIn(claim, "name")));
  const seen = new Set<string>();
  objectsIn(status, "resourceClaimStatuses").forEach((one, i) => {
    const name = stringIn(one, "name");
    const place = at.index(i).child("name");
    if (!known.has(name)) faults.push(invalidField(place, name, "must match the name of an entry in `spec.resourceClaims`"));
    if (seen.has(name)) faults.push(duplicateField(place, name));
    seen.add(name);
    claimNameIfAny(getOwn(one, "resourceClaimName"), place, faults, undefined);
  });
}

const requestName = text(dnsLabel);
const madeClaimName = required(claimName);
/** What tells a mapping from others. */
const mappingMembers = ["containerName", "resourceName", "requestName"];
const unknownContainer = "must match the name of an entry in spec.initContainers.name or spec.containers.name";
const unknownResource =
  "must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests";

/** Appends what is wrong with the claim that was made for a pod's extended resources (KEP-5004). */
export function checkExtendedClaimStatus(status: ReadonlyJsonObject, spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  if (!isSet(status, "extendedResourceClaimStatus")) return;
  const claim = objectIn(status, "extendedResourceClaimStatus");
  const containers = new Map(containersOf(spec, lastingLists).map((one) => [stringIn(one, "name"), one]));
  const mappings = objectsIn(claim, "requestMappings");
  const mappingsAt = at.child("requestMappings");
  if (mappings.length === 0) faults.push(requiredField(mappingsAt, "at least one request mapping is required"));
  const seen = new Set<string>();
  mappings.forEach((mapping, i) => {
    const place = mappingsAt.index(i);
    const of = (member: string): string => stringIn(mapping, member);
    const container = containers.get(of("containerName"));
    if (container === undefined) {
      faults.push(invalidField(place.child("containerName"), of("containerName"), unknownContainer));
    } else if (!isSet(objectIn(objectIn(container, "resources"), "requests"), of("resourceName"))) {
      faults.push(invalidField(place.child("resourceName"), of("resourceName"), unknownResource));
    }
    requestName(of("requestName"), at.child("requestName"), faults, undefined);
    const key = JSON.stringify(mappingMembers.map(of));
    if (seen.has(key)) for (const member of mappingMembers) faults.push(duplicateField(place.child(member), of(member)));
    seen.add(key);
  });
  madeClaimName(getOwn(claim, "resourceClaimName"), at.child("resourceClaimName"), faults, undefined);
}
