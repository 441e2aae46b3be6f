import type { FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { hasInvalidValues, labelSelector } from "../../validation/labels.ts";
import { nonReservedPath } from "./paths.ts";
import { isDeletionCostGood } from "./pod-annotations.ts";
import { containersOf, type PodRuleOptions } from "./scope.ts";
import { sharesNamespaceOf } from "./sysctls.ts";

const selector = labelSelector();

/**
 * What an update is forgiven because the pod or the template that was there had it: servers of old let in more. `meta` is
 * the old one's metadata.
 */
export function forgiven(spec: ReadonlyJsonObject, meta: ReadonlyJsonObject): Omit<PodRuleOptions, "allowPrivileged"> {
  return {
    allowInvalidDeletionCost: !isDeletionCostGood(objectIn(meta, "annotations")),
    allowInvalidSelectorValues: podTerms(spec).some((term) => isWrong(selector, term, "labelSelector", "namespaceSelector")),
    allowInvalidNodeValues: requiredNodeTerms(spec).some(hasInvalidValues),
    allowInvalidSpreadSelectors: objectsIn(spec, "topologySpreadConstraints").some((one) => isWrong(selector, one, "labelSelector")),
    allowAnyTokenPath: tokens(spec).some((token) => isWrong(nonReservedPath, token, "path")),
    allowSysctlsOfNode: objectsIn(objectIn(spec, "securityContext"), "sysctls").some(
      (one) => sharesNamespaceOf(spec, stringIn(one, "name")) !== undefined,
    ),
    allowDevicesInUserNamespace:
      spec["hostUsers"] === false && containersOf(spec).some((container) => listIn(container, "volumeDevices").length > 0),
    allowSeLinuxMountOption: isSet(objectIn(spec, "securityContext"), "seLinuxChangePolicy"),
  };
}

function isWrong(check: Check, owner: ReadonlyJsonObject, ...members: readonly string[]): boolean {
  const faults: FieldError[] = [];
  for (const member of members) check(owner[member], FieldPath.root, faults, undefined);
  return faults.length > 0;
}

const required = "requiredDuringSchedulingIgnoredDuringExecution";

function podTerms(spec: ReadonlyJsonObject): ReadonlyJsonObject[] {
  return ["podAffinity", "podAntiAffinity"].flatMap((kind) => {
    const terms = objectIn(objectIn(spec, "affinity"), kind);
    const preferred = objectsIn(terms, "preferredDuringSchedulingIgnoredDuringExecution");
    return [...objectsIn(terms, required), ...preferred.map((one) => objectIn(one, "podAffinityTerm"))];
  });
}

function requiredNodeTerms(spec: ReadonlyJsonObject): readonly ReadonlyJsonObject[] {
  return objectsIn(objectIn(objectIn(objectIn(spec, "affinity"), "nodeAffinity"), required), "nodeSelectorTerms");
}

function tokens(spec: ReadonlyJsonObject): ReadonlyJsonObject[] {
  return objectsIn(spec, "volumes")
    .flatMap((volume) => objectsIn(objectIn(volume, "projected"), "sources"))
    .filter((source) => isSet(source, "serviceAccountToken"))
    .map((source) => objectIn(source, "serviceAccountToken"));
}
