import { forbiddenField, invalidField, requiredField, tooLongField, type FieldError } from "../object/field-error.ts";
import { FieldPath } from "../object/field-path.ts";
import { equalJson, getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { parseGroupVersion } from "../object/kube-object.ts";
import { dnsLabel, isUnqualifiedFinalizer, pathSegmentName, qualifiedNameRules } from "../object/names.ts";
import { asString, booleanIn, listIn, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import { quoteText } from "../object/quote.ts";
import { annotations, labels } from "./labels.ts";
import { nonNegative } from "./scalars.ts";

/** What the rules of metadata must know of the kind. */
export interface MetaRules {
  readonly namespaced: boolean;
  /** Checks a name, or with `prefix` a generateName; gives messages. */
  readonly nameRule: (name: string, prefix: boolean) => readonly string[];
  /** Built-in kinds take only known or domain-qualified finalizers; custom resources take any qualified name. */
  readonly qualifiedFinalizers: boolean;
}

const metadata = FieldPath.root.child("metadata");

/** Faults in the metadata of an object that is about to be created. */
export function validateObjectMeta(object: ReadonlyJsonObject, rules: MetaRules): FieldError[] {
  const faults: FieldError[] = [];
  checkObjectMeta(objectIn(object, "metadata"), metadata, faults, rules);
  return faults;
}

/**
 * Faults in the metadata of an update: what holds for every object, and what may not change. `object` has the uid and
 * timestamps that the registry keeps for the client.
 */
export function validateObjectMetaUpdate(
  object: ReadonlyJsonObject,
  old: ReadonlyJsonObject,
  rules: MetaRules,
): FieldError[] {
  const faults: FieldError[] = [];
  const meta = objectIn(object, "metadata");
  const oldMeta = objectIn(old, "metadata");
  checkObjectMeta(meta, metadata, faults, { ...rules, nameRule: pathSegmentName, qualifiedFinalizers: false });
  if (oldMeta["deletionTimestamp"] !== undefined) checkNoNewFinalizers(meta, oldMeta, faults);
  if (stringIn(meta, "resourceVersion") === "") {
    faults.push(invalidField(metadata.child("resourceVersion"), "", "must be specified for an update"));
  }
  if (numberIn(meta, "generation") < numberIn(oldMeta, "generation")) {
    faults.push(invalidField(metadata.child("generation"), numberIn(meta, "generation"), "must not be decremented"));
  }
  for (const [name, zero] of immutableMembers) {
    const value = getOwn(meta, name);
    if (!equalJson(value ?? zero, getOwn(oldMeta, name) ?? zero)) {
      faults.push(invalidField(metadata.child(name), value ?? zero, "field is immutable"));
    }
  }
  if (rules.qualifiedFinalizers) checkQualifiedFinalizers(meta, metadata, faults);
  // The name in the URL is the object's; a changed one never comes this far but through another door.
  if (stringIn(meta, "name") !== stringIn(oldMeta, "name")) checkName(meta, metadata, faults, rules.nameRule);
  return faults;
}

/** Members of metadata that no update changes, with what absence stands for. */
const immutableMembers: readonly (readonly [string, ReadonlyJson])[] = [
  ["name", ""],
  ["namespace", ""],
  ["uid", ""],
  ["creationTimestamp", null],
  ["deletionTimestamp", null],
  ["deletionGracePeriodSeconds", null],
];

/** The rules of any ObjectMeta, appended to `faults`; templates' metadata have their own, shorter ones. */
export function checkObjectMeta(
  meta: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  rules: MetaRules,
): void {
  const generateName = stringIn(meta, "generateName");
  if (generateName !== "") {
    for (const message of rules.nameRule(generateName, true)) {
      faults.push(invalidField(at.child("generateName"), generateName, message));
    }
  }
  checkName(meta, at, faults, rules.nameRule);
  checkNamespace(meta, at, faults, rules.namespaced);
  nonNegative(getOwn(meta, "generation"), at.child("generation"), faults, undefined);
  labels(getOwn(meta, "labels"), at.child("labels"), faults, undefined);
  annotations(getOwn(meta, "annotations"), at.child("annotations"), faults, undefined);
  checkOwnerReferences(meta, at.child("ownerReferences"), faults);
  checkFinalizers(meta, at.child("finalizers"), faults);
  checkManagedFields(meta, at.child("managedFields"), faults);
  if (rules.qualifiedFinalizers) checkQualifiedFinalizers(meta, at, faults);
}

function checkName(
  meta: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  nameRule: MetaRules["nameRule"],
): void {
  const name = stringIn(meta, "name");
  if (name === "") {
    faults.push(requiredField(at.child("name"), "name or generateName is required"));
    return;
  }
  for (const message of nameRule(name, false)) faults.push(invalidField(at.child("name"), name, message));
}

function checkNamespace(meta: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], namespaced: boolean): void {
  const namespace = stringIn(meta, "namespace");
  const place = at.child("namespace");
  if (!namespaced) {
    if (namespace !== "") faults.push(forbiddenField(place, "not allowed on this type"));
  } else if (namespace === "") {
    faults.push(requiredField(place));
  } else {
    for (const message of dnsLabel(namespace)) faults.push(invalidField(place, namespace, message));
  }
}

function checkOwnerReferences(meta: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const references = objectsIn(meta, "ownerReferences");
  let controller = "";
  for (const reference of references) {
    const apiVersion = stringIn(reference, "apiVersion");
    const kind = stringIn(reference, "kind");
    const parsed = parseGroupVersion(apiVersion);
    if (parsed === undefined || parsed.version === "") {
      faults.push(invalidField(at.child("apiVersion"), apiVersion, "version must not be empty"));
    }
    for (const name of ["kind", "name", "uid"]) {
      if (stringIn(reference, name) === "") faults.push(invalidField(at.child(name), "", "must not be empty"));
    }
    // Events are too many and too short-lived to own anything.
    if (apiVersion === "v1" && kind === "Event") {
      faults.push(invalidField(at, shownOwner(reference), "/v1, Kind=Event is disallowed from being an owner"));
    }
    if (!booleanIn(reference, "controller")) continue;
    const current = `${kind}/${stringIn(reference, "name")}`;
    if (controller === "") {
      controller = current;
    } else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`;
      faults.push(invalidField(at, references.map(shownOwner), detail));
    }
  }
}

function shownOwner(reference: ReadonlyJsonObject): ReadonlyJsonObject {
  return {
    apiVersion: stringIn(reference, "apiVersion"),
    kind: stringIn(reference, "kind"),
    name: stringIn(reference, "name"),
    uid: stringIn(reference, "uid"),
    controller: getOwn(reference, "controller"),
    blockOwnerDeletion: getOwn(reference, "blockOwnerDeletion"),
  };
}

/** Finalizers by which a delete's propagation policy is kept (concepts/architecture/garbage-collection). */
const propagationFinalizers = ["orphan", "foregroundDeletion"] as const;

function checkFinalizers(meta: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const finalizers = stringsIn(meta, "finalizers");
  for (const finalizer of finalizers) {
    for (const message of qualifiedNameRules(finalizer)) faults.push(invalidField(at, finalizer, message));
  }
  if (propagationFinalizers.every((finalizer) => finalizers.includes(finalizer))) {
    const detail = `finalizer ${propagationFinalizers.join(" and ")} cannot be both set`;
    faults.push(invalidField(at, finalizers, detail));
  }
}

function checkQualifiedFinalizers(meta: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  listIn(meta, "finalizers").forEach((value, i) => {
    const finalizer = asString(value);
    if (!isUnqualifiedFinalizer(finalizer)) return;
    const detail = "name is neither a standard finalizer name nor is it fully qualified";
    faults.push(invalidField(at.child("finalizers").index(i), finalizer, detail));
  });
}

function checkNoNewFinalizers(meta: ReadonlyJsonObject, oldMeta: ReadonlyJsonObject, faults: FieldError[]): void {
  const known = new Set(stringsIn(oldMeta, "finalizers"));
  const added = [...new Set(stringsIn(meta, "finalizers"))].filter((finalizer) => !known.has(finalizer)).sort();
  if (added.length === 0) return;
  const shown = `[]string{${added.map(quoteText).join(", ")}}`;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`;
  faults.push(forbiddenField(metadata.child("finalizers"), detail));
}

const managerLimit = 128;
const subresourceLimit = 256;

function checkManagedFields(meta: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  objectsIn(meta, "managedFields").forEach((entry, i) => {
    const place = at.index(i);
    const operation = stringIn(entry, "operation");
    if (operation !== "Apply" && operation !== "Update") {
      faults.push(invalidField(place.child("operation"), operation, "must be `Apply` or `Update`"));
    }
    const fieldsType = stringIn(entry, "fieldsType");
    if (fieldsType !== "" && fieldsType !== "FieldsV1") {
      faults.push(invalidField(place.child("fieldsType"), fieldsType, "must be `FieldsV1`"));
    }
    checkFieldManager(stringIn(entry, "manager"), place.child("manager"), faults);
    if (Buffer.byteLength(stringIn(entry, "subresource")) > subresourceLimit) {
      faults.push(tooLongField(place.child("subresource"), subresourceLimit));
    }
  });
}

/** The rules of a field manager's name: printable and of at most 128 bytes (KEP-555). */
export function checkFieldManager(manager: string, at: FieldPath, faults: FieldError[]): void {
  if (Buffer.byteLength(manager) > managerLimit) faults.push(tooLongField(at, managerLimit));
  let position = 0;
  for (const character of manager) {
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      faults.push(invalidField(at, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
}
