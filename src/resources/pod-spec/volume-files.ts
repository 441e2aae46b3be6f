import { forbiddenField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { asNumber, asObject, isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { anything, required } from "../../validation/presence.ts";
import { each, fields, struct } from "../../validation/structure.ts";
import { resourceFieldRef, volumeFieldRef } from "./field-selectors.ts";
import { fileMode, nonReservedPath } from "./paths.ts";
import type { PodRuleOptions } from "./scope.ts";
import { keyToPath } from "./volume-sources.ts";

const resourceRef = resourceFieldRef(true);

/** A file made of a field of the pod. Its faults are told of the volume, not of the item. */
function checkDownwardFile(file: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  required(nonReservedPath)(getOwn(file, "path"), at.child("path"), faults, undefined);
  if (isSet(file, "fieldRef")) {
    volumeFieldRef(file["fieldRef"], at.child("fieldRef"), faults, undefined);
    if (isSet(file, "resourceFieldRef")) {
      faults.push(invalidField(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
    }
  } else if (isSet(file, "resourceFieldRef")) {
    resourceRef(file["resourceFieldRef"], at.child("resourceFieldRef"), faults, undefined);
  } else {
    faults.push(requiredField(at, "one of fieldRef and resourceFieldRef is required"));
  }
  if (isSet(file, "mode")) fileMode(file["mode"], at.child("mode"), faults, undefined);
}

/** The rules of a volume of files made of the pod's own fields. */
export const downwardApi: Check = struct((source, at, faults, context) => {
  if (isSet(source, "defaultMode")) fileMode(source["defaultMode"], at.child("defaultMode"), faults, context);
  for (const file of objectsIn(source, "items")) checkDownwardFile(file, at, faults);
});

const tokenSecondsMin = 600;
const tokenSecondsMax = 2 ** 32;

/** Paths in a projected volume, each of which one source may have. */
class ProjectedPaths {
  readonly #taken = new Set<string>();
  readonly #at: FieldPath;
  readonly #faults: FieldError[];

  constructor(at: FieldPath, faults: FieldError[]) {
    this.#at = at;
    this.#faults = faults;
  }

  take(path: string, shown: string): void {
    if (path === "") return;
    if (this.#taken.has(path)) this.#faults.push(invalidField(this.#at, shown, "conflicting duplicate paths"));
    this.#taken.add(path);
  }
}

const sources = ["secret", "configMap", "downwardAPI", "serviceAccountToken"] as const;

/** The rules of a volume put together from several sources. */
export const projected: Check<PodRuleOptions> = struct((volume, at, faults, options) => {
  if (isSet(volume, "defaultMode")) fileMode(volume["defaultMode"], at.child("defaultMode"), faults, options);
  const paths = new ProjectedPaths(at, faults);
  listIn(volume, "sources").forEach((item, i) => {
    const source = asObject(item);
    const place = at.child("sources").index(i);
    checkKeys(source, "secret", place, faults, paths);
    checkKeys(source, "configMap", place, faults, paths);
    if (isSet(source, "downwardAPI")) {
      for (const file of objectsIn(objectIn(source, "downwardAPI"), "items")) {
        checkDownwardFile(file, place.child("downwardAPI"), faults);
        paths.take(stringIn(file, "path"), stringIn(file, "path"));
      }
    }
    if (isSet(source, "serviceAccountToken")) checkToken(source, at, place.child("serviceAccountToken"), faults, options);
    if (sources.filter((name) => isSet(source, name)).length > 1) {
      faults.push(forbiddenField(place, "may not specify more than 1 volume type per source"));
    }
  });
});

const named: Check = fields({ name: required() });
const keyPaths: Check = fields({ items: each(keyToPath) });

function checkKeys(
  source: ReadonlyJsonObject,
  member: "secret" | "configMap",
  at: FieldPath,
  faults: FieldError[],
  paths: ProjectedPaths,
): void {
  if (!isSet(source, member)) return;
  const keys = objectIn(source, member);
  named(keys, at.child(member), faults, undefined);
  keyPaths(keys, at.child(member), faults, undefined);
  for (const item of objectsIn(keys, "items")) paths.take(stringIn(item, "path"), stringIn(keys, "name"));
}

/** Where a token's file hides another one, there is only a warning. */
function checkToken(
  source: ReadonlyJsonObject,
  volume: FieldPath,
  at: FieldPath,
  faults: FieldError[],
  options: Pick<PodRuleOptions, "allowAnyTokenPath">,
): void {
  const token = objectIn(source, "serviceAccountToken");
  const seconds = asNumber(getOwn(token, "expirationSeconds"));
  const place = at.child("expirationSeconds");
  if (seconds < tokenSecondsMin) {
    faults.push(invalidField(place, seconds, "may not specify a duration less than 10 minutes"));
  }
  if (seconds > tokenSecondsMax) {
    faults.push(invalidField(place, seconds, "may not specify a duration larger than 2^32 seconds"));
  }
  const path = required(options.allowAnyTokenPath === true ? anything : nonReservedPath);
  path(getOwn(token, "path"), volume.child("path"), faults, undefined);
}

/** Pods without a service account have no token. Templates get theirs when their pods are made. */
export function checkTokensNeedAccount(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  if (stringIn(spec, "serviceAccountName") !== "") return;
  objectsIn(spec, "volumes").forEach((volume, i) => {
    objectsIn(objectIn(volume, "projected"), "sources").forEach((source, j) => {
      if (!isSet(source, "serviceAccountToken")) return;
      const place = at.child("volumes").index(i).child("projected", "sources").index(j).child("serviceAccountToken");
      faults.push(forbiddenField(place, "must not be specified when serviceAccountName is not set"));
    });
  });
}
