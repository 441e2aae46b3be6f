import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { labelValue } from "../../object/names.ts";
import { formatQuantity, quantityMilliValue } from "../../object/quantity.ts";
import { quoteText } from "../../object/quote.ts";
import { isSet, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { warnOfAddress } from "../../validation/address-warnings.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { renamedNodeLabels } from "./node-labels.ts";
import { appArmorOfContainer, seccompOfContainer, seccompOfPod } from "./pod-annotations.ts";
import { portWarnings } from "./port-warnings.ts";
import { visitContainers } from "./scope.ts";
import { volumeWarnings } from "./volume-warnings.ts";

/** Annotations that became fields. */
const deprecatedAnnotations: ReadonlyMap<string, string> = new Map([
  ["scheduler.alpha.kubernetes.io/critical-pod", 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ["security.alpha.kubernetes.io/sysctls", 'non-functional in v1.11+; use the "sysctls" field instead'],
  ["security.alpha.kubernetes.io/unsafe-sysctls", 'non-functional in v1.11+; use the "sysctls" field instead'],
]);

const required = "requiredDuringSchedulingIgnoredDuringExecution";
const preferred = "preferredDuringSchedulingIgnoredDuringExecution";

/**
 * What a writer of a pod or a template should know though it is no fault. `at` is where the template is (the root for a
 * pod); its metadata and spec are given apart.
 */
export function podSpecWarnings(spec: ReadonlyJsonObject, meta: ReadonlyJsonObject, at: FieldPath): string[] {
  const warnings: string[] = [];
  const specAt = at.child("spec");
  warnOfNodes(spec, specAt, warnings);
  warnOfSpread(spec, specAt, warnings);
  const annotations = objectIn(meta, "annotations");
  for (const [key, message] of deprecatedAnnotations) {
    if (isSet(annotations, key)) warnings.push(`${at.child("metadata", "annotations").key(key).toString()}: ${message}`);
  }
  warnings.push(...volumeWarnings(objectsIn(spec, "volumes"), specAt.child("volumes")));
  warnOfRepeats(spec, specAt, warnings);
  warnOfFractions(objectIn(spec, "overhead"), specAt.child("overhead"), warnings);
  warnOfProfiles(spec, annotations, at, warnings);
  visitContainers(spec, specAt, (container, place) => warnOfContainer(container, place, warnings));
  warnings.push(...portWarnings(spec, specAt));
  if (numberIn(spec, "terminationGracePeriodSeconds") < 0) {
    const place = specAt.child("terminationGracePeriodSeconds");
    warnings.push(`${place.toString()}: must be >= 0; negative values are invalid and will be treated as 1`);
  }
  warnOfPodTerms(objectIn(spec, "affinity"), specAt.child("affinity"), warnings);
  warnOfAddresses(spec, specAt, warnings);
  return warnings;
}

/** What is said of a label of nodes that has a newer name. */
function labelProblem(label: string): string | undefined {
  const renamed = renamedNodeLabels.get(label);
  return renamed === undefined ? undefined : `deprecated since ${renamed.since}; use "${renamed.name}" instead`;
}

function warnOfNodes(spec: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  for (const key of Object.keys(objectIn(spec, "nodeSelector")).sort()) {
    const message = labelProblem(key);
    if (message !== undefined) warnings.push(`${at.child("nodeSelector").key(key).toString()}: ${message}`);
  }
  const affinity = objectIn(objectIn(spec, "affinity"), "nodeAffinity");
  const place = at.child("affinity", "nodeAffinity");
  objectsIn(objectIn(affinity, required), "nodeSelectorTerms").forEach((term, i) =>
    warnOfNodeTerm(term, false, place.child(required, "nodeSelectorTerms").index(i), warnings),
  );
  objectsIn(affinity, preferred).forEach((one, i) =>
    warnOfNodeTerm(objectIn(one, "preference"), true, place.child(preferred).index(i).child("preference"), warnings),
  );
}

/** Labels of nodes with newer names, and of preferences values that no label can have, in a term of a node selector. */
export function warnOfNodeTerm(term: ReadonlyJsonObject, checkValues: boolean, at: FieldPath, warnings: string[]): void {
  objectsIn(term, "matchExpressions").forEach((expression, i) => {
    const place = at.child("matchExpressions").index(i);
    const message = labelProblem(stringIn(expression, "key"));
    if (message !== undefined) warnings.push(`${place.child("key").toString()}: ${message}`);
    if (!checkValues) return;
    stringsIn(expression, "values").forEach((value, j) => {
      for (const wrong of labelValue(value)) {
        warnings.push(`${place.child("values").index(j).toString()}: ${value} is invalid, ${wrong}`);
      }
    });
  });
}

function warnOfSpread(spec: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  objectsIn(spec, "topologySpreadConstraints").forEach((constraint, i) => {
    const place = at.child("topologySpreadConstraints").index(i);
    const message = labelProblem(stringIn(constraint, "topologyKey"));
    if (message !== undefined) warnings.push(`${place.child("topologyKey").toString()}: ${message}`);
    if (!isSet(constraint, "labelSelector")) warnings.push(`${place.child("labelSelector").toString()}: ${matchesNothing}`);
  });
}

const matchesNothing = "a null labelSelector results in matching no pod";

function warnOfPodTerms(affinity: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  const warn = (term: ReadonlyJsonObject, place: FieldPath): void => {
    if (!isSet(term, "labelSelector")) warnings.push(`${place.child("labelSelector").toString()}: ${matchesNothing}`);
  };
  for (const kind of ["podAffinity", "podAntiAffinity"]) {
    const terms = objectIn(affinity, kind);
    const place = at.child(kind);
    objectsIn(terms, required).forEach((term, i) => warn(term, place.child(required).index(i)));
    objectsIn(terms, preferred).forEach((one, i) =>
      warn(objectIn(one, "podAffinityTerm"), place.child(preferred).index(i).child("podAffinityTerm")),
    );
  }
}

function warnOfRepeats(spec: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  const addresses = new Set<string>();
  objectsIn(spec, "hostAliases").forEach((alias, i) => {
    const ip = stringIn(alias, "ip");
    if (addresses.has(ip)) warnings.push(`${at.child("hostAliases").index(i).child("ip").toString()}: duplicate ip ${quoteText(ip)}`);
    addresses.add(ip);
  });
  const secrets = new Set<string>();
  objectsIn(spec, "imagePullSecrets").forEach((secret, i) => {
    const name = stringIn(secret, "name");
    const place = at.child("imagePullSecrets").index(i).child("name");
    if (name === "") warnings.push(`${place.toString()}: invalid empty name ""`);
    else if (secrets.has(name)) warnings.push(`${place.toString()}: duplicate name ${quoteText(name)}`);
    secrets.add(name);
  });
}

/** Amounts of bytes that are no whole number. */
export function warnOfFractions(
  resources: ReadonlyJsonObject,
  at: FieldPath,
  warnings: string[],
  names: readonly string[] = ["memory", "ephemeral-storage"],
): void {
  for (const name of names) {
    if (!isSet(resources, name)) continue;
    const amount = asQuantity(getOwn(resources, name));
    if (quantityMilliValue(amount) % 1000n === 0n) continue;
    const shown = quoteText(formatQuantity(amount));
    warnings.push(`${at.key(name).toString()}: fractional byte value ${shown} is invalid, must be an integer`);
  }
}

function warnOfProfiles(spec: ReadonlyJsonObject, annotations: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  const place = at.child("metadata", "annotations");
  const useField = (key: string, since: string, field: string): void => {
    if (isSet(annotations, key)) warnings.push(`${place.key(key).toString()}: ${since}; use the "${field}" field instead`);
  };
  const ofPod = objectIn(spec, "securityContext");
  if (!isSet(ofPod, "seccompProfile")) useField(seccompOfPod, "non-functional in v1.27+", "seccompProfile");
  visitContainers(spec, at, (container) => {
    const context = objectIn(container, "securityContext");
    const name = stringIn(container, "name");
    if (!isSet(context, "seccompProfile")) {
      useField(`${seccompOfContainer}${name}`, "non-functional in v1.27+", "seccompProfile");
    }
    if (!isSet(ofPod, "appArmorProfile") && !isSet(context, "appArmorProfile")) {
      useField(`${appArmorOfContainer}${name}`, "deprecated since v1.30", "appArmorProfile");
    }
  });
}

function warnOfContainer(container: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  const resources = objectIn(container, "resources");
  for (const list of ["limits", "requests"]) {
    warnOfFractions(objectIn(resources, list), at.child("resources", list), warnings);
  }
  const names = new Set<string>();
  objectsIn(container, "env").forEach((variable, i) => {
    const name = stringIn(variable, "name");
    // A variable may build on its earlier value: X=$(X):more.
    const own = `$(${name})`;
    const value = stringIn(variable, "value");
    const builds = !isSet(variable, "valueFrom") && value !== own && value.includes(own);
    if (names.has(name) && !builds) {
      const place = at.child("env").index(i);
      warnings.push(`${place.toString()}: hides previous definition of ${quoteText(name)}, which may be dropped when using apply`);
    }
    names.add(name);
  });
}

function warnOfAddresses(spec: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  stringsIn(objectIn(spec, "dnsConfig"), "nameservers").forEach((address, i) =>
    warnOfAddress(address, at.child("dnsConfig", "nameservers").index(i), warnings),
  );
  objectsIn(spec, "hostAliases").forEach((alias, i) =>
    warnOfAddress(stringIn(alias, "ip"), at.child("hostAliases").index(i).child("ip"), warnings),
  );
}
