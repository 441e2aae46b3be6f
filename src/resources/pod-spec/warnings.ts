import { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { labelValue } from "../../object/names.ts";
import { quoteText } from "../../object/quote.ts";
import { isSet, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { warnOfAddress } from "../../validation/address-warnings.ts";
import { warnOfFraction } from "./amount-warnings.ts";
import { renamedNodeLabels } from "./node-labels.ts";
import { warnOfPorts } from "./port-warnings.ts";
import { appArmorOfContainer, nameProfiles, seccompOfContainer, seccompOfPod } from "./profile-annotations.ts";
import { visitContainers } from "./scope.ts";
import { warnOfVolumes } from "./volume-warnings.ts";

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
  warnOfVolumes(objectsIn(spec, "volumes"), specAt.child("volumes"), warnings);
  warnOfRepeats(spec, specAt, warnings);
  for (const name of byteResources) warnOfFraction(objectIn(spec, "overhead"), name, specAt.child("overhead"), warnings);
  warnOfProfiles(spec, annotations, at, warnings);
  warnOfPorts(spec, specAt, warnings);
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
  for (const key of sortedKeys(objectIn(spec, "nodeSelector"))) {
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
    if (message !== undefined) warnings.push(`${place.child("key").toString()}: ${stringIn(expression, "key")} is ${message}`);
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
    const key = stringIn(constraint, "topologyKey");
    const message = labelProblem(key);
    if (message !== undefined) warnings.push(`${place.child("topologyKey").toString()}: ${key} is ${message}`);
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
  const secrets = objectsIn(spec, "imagePullSecrets").map((secret) => stringIn(secret, "name"));
  const secretAt = (i: number): string => at.child("imagePullSecrets").index(i).child("name").toString();
  const known = new Set<string>();
  secrets.forEach((name, i) => {
    if (known.has(name)) warnings.push(`${secretAt(i)}: duplicate name ${quoteText(name)}`);
    known.add(name);
  });
  secrets.forEach((name, i) => {
    if (name === "") warnings.push(`${secretAt(i)}: invalid empty name ""`);
  });
}

/** Resources that are counted in bytes. */
const byteResources = ["memory", "ephemeral-storage"];

/** Profiles named by annotations alone, and beside them what is said of each container. */
function warnOfProfiles(spec: ReadonlyJsonObject, annotations: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  const place = at.child("metadata", "annotations");
  const named = nameProfiles(annotations);
  const useField = (key: string, since: string, field: string): void => {
    if (isSet(annotations, key)) warnings.push(`${place.key(key).toString()}: ${since}; use the "${field}" field instead`);
  };
  const ofPod = objectIn(spec, "securityContext");
  // Of a pod's, what writes the annotation into the field has told.
  const ofTemplate = at !== FieldPath.root;
  if (named && !isSet(ofPod, "seccompProfile")) useField(seccompOfPod, "non-functional in v1.27+", "seccompProfile");
  const ofContainer = (container: ReadonlyJsonObject): void => {
    const context = objectIn(container, "securityContext");
    const name = stringIn(container, "name");
    if (!isSet(context, "seccompProfile")) {
      useField(`${seccompOfContainer}${name}`, "non-functional in v1.27+", "seccompProfile");
    }
    if (ofTemplate && !isSet(ofPod, "appArmorProfile") && !isSet(context, "appArmorProfile")) {
      useField(`${appArmorOfContainer}${name}`, "deprecated since v1.30", "appArmorProfile");
    }
  };
  visitContainers(spec, at.child("spec"), (container, containerAt) => {
    if (named) ofContainer(container);
    warnOfContainer(container, containerAt, warnings);
  });
}

function warnOfContainer(container: ReadonlyJsonObject, at: FieldPath, warnings: string[]): void {
  if (isSet(container, "resources")) {
    const resources = objectIn(container, "resources");
    const place = at.child("resources");
    for (const name of byteResources) {
      for (const list of ["limits", "requests"]) warnOfFraction(objectIn(resources, list), name, place.child(list), warnings);
    }
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
