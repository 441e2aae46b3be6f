import { duplicateField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { pathSegmentName } from "../../object/names.ts";
import { asList, asObject, stringsIn } from "../../object/read.ts";
import { optional } from "../../validation/presence.ts";
import { oneOf } from "../../validation/scalars.ts";
import { all, fields, struct } from "../../validation/structure.ts";
import type { Check } from "../../validation/check.ts";

const OPERATIONS = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

/** Which requests a webhook or policy is asked about: operations on resources. */
export const operationRule: Check = all(
  struct((rule, at, faults) => {
    wildcardAlone(stringsIn(rule, "operations"), at.child("operations"), faults, "if '*' is present, must not specify other operations");
    stringsIn(rule, "operations").forEach((operation, i) => {
      if (!OPERATIONS.includes(operation)) faults.push(notSupportedField(at.child("operations").index(i), operation, OPERATIONS));
    });
    wildcardAlone(stringsIn(rule, "apiGroups"), at.child("apiGroups"), faults, "if '*' is present, must not specify other API groups");
    wildcardAlone(
      stringsIn(rule, "apiVersions"),
      at.child("apiVersions"),
      faults,
      "if '*' is present, must not specify other API versions",
    );
    stringsIn(rule, "apiVersions").forEach((version, i) => {
      if (version === "") faults.push(requiredField(at.child("apiVersions").index(i)));
    });
    checkResources(stringsIn(rule, "resources"), at.child("resources"), faults);
  }),
  fields({ scope: optional(oneOf("*", "Cluster", "Namespaced")) }),
);

/** The same, for objects of certain names only. */
export const namedOperationRule: Check = all(
  struct((rule, at, faults) => {
    const seen = new Set<string>();
    stringsIn(rule, "resourceNames").forEach((name, i) => {
      const place = at.child("resourceNames").index(i);
      for (const message of pathSegmentName(name)) faults.push(invalidField(place, name, message));
      if (seen.has(name)) faults.push(duplicateField(place, name));
      seen.add(name);
    });
  }),
  operationRule,
);

/** Operations that carry an object which can be changed, or may. */
const MUTABLE_OPERATIONS = ["*", "CONNECT", "CREATE", "UPDATE"];

/** Rules of something that changes objects name no other operations; faults are of all rules together. */
export const mutableOperations: Check = (value, at, faults) => {
  for (const operation of asList(value).flatMap((rule) => stringsIn(asObject(rule), "operations"))) {
    if (!MUTABLE_OPERATIONS.includes(operation)) faults.push(notSupportedField(at.child("operations"), operation, MUTABLE_OPERATIONS));
  }
};

function wildcardAlone(values: readonly string[], at: FieldPath, faults: FieldError[], detail: string): void {
  if (values.length === 0) faults.push(requiredField(at));
  if (values.length > 1 && values.includes("*")) faults.push(invalidField(at, values, detail));
}

/** Resources are `pods`, `pods/log`, `*`, `pods/*`, a resource or subresource of all (`*` before or after the slash); none may be said twice by way of a wildcard. */
function checkResources(resources: readonly string[], at: FieldPath, faults: FieldError[]): void {
  if (resources.length === 0) faults.push(requiredField(at));
  const allSubresourcesOf = new Set<string>();
  const ofAllResources = new Set<string>();
  let plain = false;
  resources.forEach((resource, i) => {
    const place = at.index(i);
    if (resource === "") {
      faults.push(requiredField(place));
      return;
    }
    const slash = resource.indexOf("/");
    if (slash < 0) {
      plain = resource !== "*";
      return;
    }
    const name = resource.slice(0, slash);
    const sub = resource.slice(slash + 1);
    if (allSubresourcesOf.has(name)) faults.push(invalidField(place, resource, `if '${name}/*' is present, must not specify ${resource}`));
    if (ofAllResources.has(sub)) faults.push(invalidField(place, resource, `if '*/${sub}' is present, must not specify ${resource}`));
    if (sub === "*") allSubresourcesOf.add(name);
    if (name === "*") ofAllResources.add(sub);
  });
  if (resources.length > 1 && resources.includes("*/*")) {
    faults.push(invalidField(at, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes("*") && plain) {
    faults.push(invalidField(at, resources, "if '*' is present, must not specify other resources without subresources"));
  }
}
