import { invalidField, notFoundField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { configKey, dnsSubdomain, environmentName, maskTrailingHyphen } from "../../object/names.ts";
import { asList, asObject, isSet, stringIn } from "../../object/read.ts";
import { skippingAbsent, type Check } from "../../validation/check.ts";
import { filled, required } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import { environmentFieldRef, resourceFieldRef } from "./field-selectors.ts";
import { nonReservedPath } from "./paths.ts";
import type { PodScope } from "./scope.ts";

/** A key of a ConfigMap or Secret of the pod's namespace. */
const keySelector: Check = fields({ name: text(dnsSubdomain), key: required(text(configKey)) });

/** A variable in a file that an earlier container wrote into a shared emptyDir (KEP-3721). */
const fileKeySelector: Check<PodScope> = all(
  fields({
    volumeName: required(),
    path: required(nonReservedPath),
    key: required(text(environmentName)),
  }),
  struct((ref, at, faults, scope) => {
    const name = stringIn(ref, "volumeName");
    if (name === "") return;
    const volume = scope.volumes.get(name);
    if (volume === undefined) faults.push(notFoundField(at.child("volumeName"), name));
    else if (!isSet(volume, "emptyDir")) {
      faults.push(invalidField(at.child("volumeName"), name, "referenced volume must be of type emptyDir"));
    }
  }),
);

const valueSources = Object.entries<Check<PodScope>>({
  fieldRef: environmentFieldRef,
  resourceFieldRef: resourceFieldRef(false),
  configMapKeyRef: keySelector,
  secretKeyRef: keySelector,
  fileKeyRef: fileKeySelector,
});
const noValueSource = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
const severalMembers = "may not have more than one field specified at a time";

const valueFrom: Check<PodScope> = struct((variable, at, faults, scope) => {
  if (!isSet(variable, "valueFrom")) return;
  const place = at.child("valueFrom");
  const found = checkSources(valueSources, asObject(variable["valueFrom"]), place, faults, scope);
  if (found === 0) faults.push(invalidField(place, "", noValueSource));
  if (stringIn(variable, "value") !== "") {
    if (found > 0) faults.push(invalidField(place, "", "may not be specified when `value` is not empty"));
  } else if (found > 1) {
    faults.push(invalidField(place, "", severalMembers));
  }
});

/** The rules of a container's environment variables. */
export const environment: Check<PodScope> = each(all(fields({ name: required(text(environmentName)) }), valueFrom));

/** Of a source that fills the environment as a whole upstream takes the beginning of a name as well: a hyphen may end it. */
const nameOfSource: Check = fields({ name: required(text((name) => dnsSubdomain(maskTrailingHyphen(name)))) });
const prefixRule: Check = fields({ prefix: filled(text(environmentName)) });

const environmentSources = Object.entries<Check<PodScope>>({ configMapRef: nameOfSource, secretRef: nameOfSource });

/** The rules of sources that fill the environment as a whole; how many there are is told of the list. */
export const environmentFrom: Check<PodScope> = skippingAbsent((value, at, faults, scope) => {
  asList(value).forEach((source, i) => {
    const place = at.index(i);
    prefixRule(source, place, faults, scope);
    const found = checkSources(environmentSources, asObject(source), place, faults, scope);
    if (found === 0) faults.push(invalidField(at, "", "must specify one of: `configMapRef` or `secretRef`"));
    else if (found > 1) faults.push(invalidField(at, "", severalMembers));
  });
});

/** Checks every member that is there, and counts them. */
function checkSources(
  sources: readonly (readonly [string, Check<PodScope>])[],
  object: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  scope: PodScope,
): number {
  let found = 0;
  for (const [name, check] of sources) {
    if (!isSet(object, name)) continue;
    found++;
    check(object[name], at.child(name), faults, scope);
  }
  return found;
}
