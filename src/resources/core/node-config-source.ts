import { forbiddenField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { configKey, dnsLabel, dnsSubdomain } from "../../object/names.ts";
import { isSet, objectIn, stringIn } from "../../object/read.ts";

/** What the rules of a reference ask of the version that it names: a spec may not name one, a status must. */
type Use = "spec" | "status";

const rules: Readonly<Record<string, (value: string) => string[]>> = {
  namespace: (value) => dnsLabel(value),
  name: (value) => dnsSubdomain(value),
  kubeletConfigKey: configKey,
};

/** Appends what is wrong with a reference to a kubelet's configuration, from when it could be changed through the API. */
export function checkConfigSource(source: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], use: Use): void {
  if (!isSet(source, "configMap")) {
    faults.push(invalidField(at, { ConfigMap: null }, "exactly one reference subfield must be non-nil"));
    return;
  }
  const map = objectIn(source, "configMap");
  const place = at.child("configMap");
  for (const name of ["uid", "resourceVersion"]) {
    const given = stringIn(map, name) !== "";
    if (use === "spec" && given) faults.push(forbiddenField(place.child(name), `${name} must not be set in spec`));
    if (use === "status" && !given) faults.push(requiredField(place.child(name)));
  }
  for (const [name, rule] of Object.entries(rules)) {
    const value = stringIn(map, name);
    if (value === "") faults.push(requiredField(place.child(name)));
    else for (const message of rule(value)) faults.push(invalidField(place.child(name), value, message));
  }
}

/** The references in a node's status: what it was given, runs with, and ran with last. */
export function checkConfigStatus(config: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  for (const name of ["assigned", "active", "lastKnownGood"]) {
    if (isSet(config, name)) checkConfigSource(objectIn(config, name), at.child(name), faults, "status");
  }
}
