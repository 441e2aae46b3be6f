import { forbiddenField, invalidField, requiredField, tooLongField, type FieldError } from "../object/field-error.ts";
import { FieldPath } from "../object/field-path.ts";
import { equalJson, getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { parseGroupVersion } from "../object/kube-object.ts";
import { dnsLabel, isUnqualifiedFinalizer, pathSegmentName, qualifiedNameRules } from "../object/names.ts";
import { asString, booleanIn, listIn, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import { isPrintable, quoteText } from "../object/quote.ts";
import { annotations, labels } from "./labels.ts";
import { nonNegative } from "./scalars.ts";

/** What the rules of metadata must know of the kind. */
export interface MetaRules {
  readonly namespaced: boolean;
  /** Checks a name, or with `prefix` a generateName; gives messages. */
  readonly nameRule: (name: string, prefix: boolean) => readonly string[];
  /** Built-in kinds take only known or domain-qualified finalizers; custom resources take any qualified name. */
  readonly qualifiedFinalizers: boolean;
  /** How often the kind itself checks metadata on updates; most do once each way, as absence says too. */
  readonly updates?: MetaChecks;
}

/** How often a kind's own rules look at metadata on updates, after the generic ones. */
export interface MetaChecks {
  /** As what changed, and may not. */
  readonly asChanged: 0 | 1;
  /** As a whole, as on creates. */
  readonly asWhole: 0 | 1 | 2;
}

const metadata = FieldPath.root.child("metadata");

/** Faults in the metadata of an object that lies within another, at `at`: it need not have a name. */
export function embeddedMetaFaults(meta: ReadonlyJsonObject, at: FieldPath): FieldError[] {
  const named = stringIn(meta, "name") === "" ? { ...meta, name: "unnamed" } : meta;
  const namespaced = stringIn(meta, "namespace") !== "";
  return metaFaults(named, at, { namespaced, nameRule: pathSegmentName, qualifiedFinalizers: false });
}

/** Faults in the metadata of an object that is about to be created. */
export function validateObjectMeta(object: ReadonlyJsonObject, rules: MetaRules): FieldError[] {
  return metaFaults(objectIn(object, "metadata"), metadata, rules);
}

/**
 * Faults in the metadata of an update: what holds for every object, and what may not change. `object` has the uid and
 * timestamps that the registry keeps for the client. Causes tell a fault as often as upstream finds it: its generic code
 * checks metadata as such and as changed, then the kind checks it as changed, as a whole, or both.
 */
export function validateObjectMetaUpdate(object: ReadonlyJsonObject, old: ReadonlyJsonObject, rules: MetaRules): FieldError[] {
  const meta = objectIn(object, "metadata");
  const parts = partsOf(meta, metadata);
  const qualified = rules.qualifiedFinalizers ? parts.qualified : [];
  const generic = [
    ...identity(meta, metadata, { ...rules, nameRule: pathSegmentName }),
    ...parts.own,
    ...parts.finalizers,
    ...parts.managed,
  ];
  const changed = [...changesOf(meta, objectIn(old, "metadata")), ...parts.own, ...parts.managed];
  const whole = [...identity(meta, metadata, rules), ...parts.own, ...parts.finalizers, ...parts.managed, ...qualified];
  const { asChanged, asWhole } = rules.updates ?? { asChanged: 1, asWhole: 1 };
  return [
    ...generic,
    ...changed,
    ...(asChanged === 1 ? [...changed, ...qualified] : []),
    ...Array.from({ length: asWhole }, () => whole).flat(),
  ];
}

/** What may not change, whatever the kind. */
function changesOf(meta: ReadonlyJsonObject, old: ReadonlyJsonObject): FieldError[] {
  const faults: FieldError[] = [];
  if (old["deletionTimestamp"] !== undefined) checkNoNewFinalizers(meta, old, faults);
  if (stringIn(meta, "resourceVersion") === "") {
    faults.push(invalidField(metadata.child("resourceVersion"), "", "must be specified for an update"));
  }
  if (numberIn(meta, "generation") < numberIn(old, "generation")) {
    faults.push(invalidField(metadata.child("generation"), numberIn(meta, "generation"), "must not be decremented"));
  }
  for (const [name, zero] of immutableMembers) {
    const value = getOwn(meta, name);
    if (!equalJson(value ?? zero, getOwn(old, name) ?? zero)) {
      faults.push(invalidField(metadata.child(name), value ?? zero, "field is immutable"));
    }
  }
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

/** Faults by the rules of any ObjectMeta; templates' metadata have their own, shorter ones. */
function metaFaults(meta: ReadonlyJsonObject, at: FieldPath, rules: MetaRules): FieldError[] {
  const { own, finalizers, managed, qualified } = partsOf(meta, at);
  return [...identity(meta, at, rules), ...own, ...finalizers, ...managed, ...(rules.qualifiedFinalizers ? qualified : [])];
}

/** What is wrong with an object's name and place, and its generation. */
function identity(meta: ReadonlyJsonObject, at: FieldPath, rules: MetaRules): FieldError[] {
  const faults: FieldError[] = [];
  const generateName = stringIn(meta, "generateName");
  if (generateName !== "") {
    for (const message of rules.nameRule(generateName, true)) {
      faults.push(invalidField(at.child("generateName"), generateName, message));
    }
  }
  checkName(meta, at, faults, rules.nameRule);
  checkNamespace(meta, at, faults, rules.namespaced);
  nonNegative(getOwn(meta, "generation"), at.child("generation"), faults, undefined);
  return faults;
}

/** What is wrong with the rest of metadata, apart by when upstream looks at it. */
interface Parts {
  /** Labels, annotations and owners. */
  readonly own: readonly FieldError[];
  readonly finalizers: readonly FieldError[];
  readonly managed: readonly FieldError[];
  /** Finalizers without a domain. */
  readonly qualified: readonly FieldError[];
}

function partsOf(meta: ReadonlyJsonObject, at: FieldPath): Parts {
  const own: FieldError[] = [];
  const finalizers: FieldError[] = [];
  const managed: FieldError[] = [];
  const qualified: FieldError[] = [];
  labels(getOwn(meta, "labels"), at.child("labels"), own, undefined);
  annotations(getOwn(meta, "annotations"), at.child("annotations"), own, undefined);
  checkOwnerReferences(meta, at.child("ownerReferences"), own);
  checkFinalizers(meta, at.child("finalizers"), finalizers);
  checkManagedFields(meta, at.child("managedFields"), managed);
  checkQualifiedFinalizers(meta, at, qualified);
  return { own, finalizers, managed, qualified };
}

function checkName(meta: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], nameRule: MetaRules["nameRule"]): void {
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
  let all: ReadonlyJson | undefined;
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
      // One list for all faults: with many owners, one each would fill memory.
      all ??= references.map(shownOwner);
      faults.push(invalidField(at, all, detail));
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
    if (!isPrintable(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      faults.push(invalidField(at, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
}
