import { isConditionTrue } from "../../object/conditions.ts";
import { forbiddenField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dns1035Label, dnsSubdomain, kindName } from "../../object/names.ts";
import { booleanIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { checkReviewVersions } from "../admissionregistration/review-versions.ts";
import { webhookClientConfig } from "../admissionregistration/webhook-client.ts";
import type { Check } from "../../validation/check.ts";
import { required } from "../../validation/presence.ts";
import { oneOf } from "../../validation/scalars.ts";
import { certificatesFault } from "../../x509/certificates.ts";
import { APPROVAL, approvalOf } from "./approval.ts";
import { schemaOf } from "./schema-parts.ts";
import { shownVersion } from "./shown-definition.ts";
import {
  checkColumns,
  checkDeprecation,
  checkScale,
  checkSchema,
  checkSelectableFields,
  hasDefaultsIn,
  hasStatus,
} from "./validate-version.ts";

const SPEC = FieldPath.root.child("spec");
const STATUS = FieldPath.root.child("status");
const scope: Check = required(oneOf("Cluster", "Namespaced"));
const conversionStrategy: Check = required(oneOf("None", "Webhook"));

/** Faults of a definition as a whole; of a change also what may not change, some of it once the definition is established. */
export function definitionFaults(object: KubeObject, old?: KubeObject): FieldError[] {
  const spec = objectIn(object, "spec");
  return [
    ...specFaults(spec, old !== undefined && checksBundleOf(old)),
    ...(old === undefined ? [] : immutableFaults(object, old)),
    ...storedVersionFaults(objectIn(object, "status"), spec),
    ...approvalFaults(object, old),
    ...preservingFaults(spec),
  ];
}

function immutableFaults(object: KubeObject, old: KubeObject): FieldError[] {
  const established = isConditionTrue(old, "Established");
  return IMMUTABLE.filter(({ onceEstablished }) => established || !onceEstablished).flatMap(({ parents, name }) => {
    const [now = "", before = ""] = [object, old].map((one) => stringIn(parents.reduce<ReadonlyJsonObject>(objectIn, one), name));
    return now === before ? [] : [invalidField(FieldPath.root.descend(parents).child(name), now, "field is immutable")];
  });
}

const IMMUTABLE: readonly { readonly parents: readonly string[]; readonly name: string; readonly onceEstablished: boolean }[] = [
  { parents: ["spec"], name: "scope", onceEstablished: true },
  { parents: ["spec", "names"], name: "kind", onceEstablished: true },
  { parents: ["spec"], name: "group", onceEstablished: false },
  { parents: ["spec", "names"], name: "plural", onceEstablished: false },
];

/** The name that a definition must have. */
export function definitionNameFaults(object: KubeObject): FieldError[] {
  const spec = objectIn(object, "spec");
  const name = object.metadata.name ?? "";
  if (name === "" || name === `${stringIn(objectIn(spec, "names"), "plural")}.${stringIn(spec, "group")}`) return [];
  return [invalidField("metadata.name", name, 'must be spec.names.plural+"."+spec.group')];
}

/** Whether the certificates of a conversion webhook are looked at: not before it is asked, nor where they were bad already. */
function checksBundleOf(old: KubeObject): boolean {
  const bundle = bundleOf(objectIn(objectIn(old, "spec"), "conversion"));
  return isConditionTrue(old, "Established") && (bundle === "" || certificatesFault(bundle) === undefined);
}

function bundleOf(conversion: ReadonlyJsonObject): string {
  return stringIn(objectIn(objectIn(conversion, "webhook"), "clientConfig"), "caBundle");
}

function specFaults(spec: ReadonlyJsonObject, checksBundle: boolean): FieldError[] {
  const faults: FieldError[] = [];
  const versions = objectsIn(spec, "versions");
  const at = SPEC.child("versions");
  checkGroup(stringIn(spec, "group"), faults);
  scope(getOwn(spec, "scope"), SPEC.child("scope"), faults, undefined);
  for (const [index, version] of versions.entries()) {
    if (schemaOf(version) === undefined) faults.push(requiredField(at.index(index).child("schema", "openAPIV3Schema")));
  }
  const names = versions.map((version) => stringIn(version, "name"));
  // What is the same in all versions is told as what all of them have.
  const shared = sharedOf(versions);
  if (getOwn(spec, "preserveUnknownFields") === true && versions.some(hasDefaultsIn)) {
    faults.push(invalidField(SPEC.child("preserveUnknownFields"), true, "must be false in order to use defaults in the schema"));
  }
  for (const [index, version] of versions.entries()) checkVersion(version, shared, at.index(index), faults);
  const shown = (): ReadonlyJson => versions.map((version) => shownVersion(version, shared));
  if (new Set(names).size < names.length) faults.push(invalidField(at, shown(), "must contain unique version names"));
  if (versions.filter((version) => booleanIn(version, "storage")).length !== 1) {
    const absent = !Array.isArray(getOwn(spec, "versions"));
    faults.push(invalidField(at, absent ? null : shown(), "must have exactly one version marked as storage version"));
  }
  const [first] = names;
  if (first !== undefined && first !== "") checkLabel(first, SPEC.child("version"), faults);
  const own = objectIn(spec, "names");
  for (const member of ["plural", "singular", "kind", "listKind"]) {
    if (stringIn(own, member) === "") faults.push(requiredField(SPEC.child("names", member)));
  }
  checkNames(own, SPEC.child("names"), faults);
  checkShared(versions, shared, faults);
  checkConversion(objectIn(spec, "conversion"), getOwn(spec, "preserveUnknownFields") === true, checksBundle, faults);
  return faults;
}

/** The members of a version that all versions of a definition may have in common. */
type VersionMember = "schema" | "subresources" | "additionalPrinterColumns" | "selectableFields";
const MEMBERS: readonly VersionMember[] = ["schema", "subresources", "additionalPrinterColumns", "selectableFields"];

/** What all versions have in common. */
function sharedOf(versions: readonly ReadonlyJsonObject[]): ReadonlySet<VersionMember> {
  const [first = {}] = versions;
  const same = (name: string): boolean =>
    versions.every((version) => equalJson(getOwn(version, name) ?? null, getOwn(first, name) ?? null));
  return new Set(MEMBERS.filter(same));
}

/** Checks what a version does not have in common with the others. */
function checkVersion(version: ReadonlyJsonObject, shared: ReadonlySet<VersionMember>, at: FieldPath, faults: FieldError[]): void {
  checkLabel(stringIn(version, "name"), at.child("name"), faults);
  checkDeprecation(version, at.child("deprecationWarning"), faults);
  if (!shared.has("schema")) checkSchema(version, hasStatus(version), at.child("schema"), faults);
  if (!shared.has("subresources")) checkScale(version, at, faults);
  if (!shared.has("additionalPrinterColumns")) checkColumns(version, at, faults);
  if (shared.has("selectableFields")) return;
  // The original's text says the contrary of what it means.
  const without = "may only be set when `version.schema.openAPIV3Schema` is not included";
  checkSelectableFields(version, shared.has("schema") ? undefined : schemaOf(version), without, at, faults);
}

/** Checks what all versions have in common. */
function checkShared(versions: readonly ReadonlyJsonObject[], shared: ReadonlySet<VersionMember>, faults: FieldError[]): void {
  const [sample] = versions;
  if (sample === undefined) return;
  if (shared.has("schema")) checkSchema(sample, versions.some(hasStatus), SPEC.child("validation"), faults);
  if (shared.has("subresources")) checkScale(sample, SPEC, faults);
  if (shared.has("additionalPrinterColumns")) checkColumns(sample, SPEC, faults);
  if (!shared.has("selectableFields")) return;
  const without = "may only be set when validations.schema is included";
  checkSelectableFields(sample, shared.has("schema") ? schemaOf(sample) : undefined, without, SPEC, faults);
}

function checkGroup(group: string, faults: FieldError[]): void {
  const at = SPEC.child("group");
  if (group === "") {
    faults.push(requiredField(at));
    return;
  }
  const problems = dnsSubdomain(group);
  if (problems.length > 0) faults.push(invalidField(at, group, problems.join(",")));
  else if (!group.includes(".")) faults.push(invalidField(at, group, "should be a domain with at least one dot"));
}

function checkLabel(value: string, at: FieldPath, faults: FieldError[]): void {
  const problems = dns1035Label(value);
  if (problems.length > 0) faults.push(invalidField(at, value, problems.join(",")));
}

/** Faults of the names that a definition is told to be served under. */
export function acceptedNamesFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  checkNames(objectIn(objectIn(object, "status"), "acceptedNames"), STATUS.child("acceptedNames"), faults);
  return faults;
}

function checkNames(names: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  for (const member of ["plural", "singular"])
    if (stringIn(names, member) !== "") checkLabel(stringIn(names, member), at.child(member), faults);
  for (const member of ["kind", "listKind"]) {
    const value = stringIn(names, member);
    const problems = value === "" ? [] : kindName(value);
    for (const problem of problems) faults.push(invalidField(at.child(member), value, problem));
  }
  for (const [index, name] of stringsIn(names, "shortNames").entries()) checkLabel(name, at.child("shortNames").index(index), faults);
  const kind = stringIn(names, "kind");
  if (kind !== "" && kind === stringIn(names, "listKind")) {
    faults.push(invalidField(at.child("listKind"), kind, "kind and listKind may not be the same"));
  }
  for (const [index, name] of stringsIn(names, "categories").entries()) checkLabel(name, at.child("categories").index(index), faults);
}

function checkConversion(conversion: ReadonlyJsonObject, preserving: boolean, checksBundle: boolean, faults: FieldError[]): void {
  const at = SPEC.child("conversion");
  const strategy = stringIn(conversion, "strategy");
  if (preserving && strategy !== "None") {
    faults.push(invalidField(at.child("strategy"), strategy, "must be None if spec.preserveUnknownFields is true"));
  }
  conversionStrategy(strategy, at.child("strategy"), faults, undefined);
  const webhook = objectIn(conversion, "webhook");
  const client = getOwn(webhook, "clientConfig");
  const names = stringsIn(webhook, "conversionReviewVersions");
  const clientAt = at.child("webhookClientConfig");
  const versionsAt = at.child("conversionReviewVersions");
  if (strategy !== "Webhook") {
    const detail = "should not be set when strategy is not set to Webhook";
    if (client !== undefined) faults.push(forbiddenField(clientAt, detail));
    if (names.length > 0) faults.push(forbiddenField(versionsAt, detail));
    return;
  }
  if (client === undefined) faults.push(requiredField(clientAt, "required when strategy is set to Webhook"));
  else {
    webhookClientConfig(client, clientAt, faults, undefined);
    const bundle = bundleOf(conversion);
    const wrong = checksBundle && bundle !== "" ? certificatesFault(bundle) : undefined;
    if (wrong !== undefined) faults.push(invalidField(clientAt.child("caBundle"), bundle, wrong));
  }
  if (names.length === 0) faults.push(requiredField(versionsAt));
  else checkReviewVersions(names, versionsAt, faults);
}

/** Objects may lie in the store in any version that was ever the storage version: none of them may go. */
function storedVersionFaults(status: ReadonlyJsonObject, spec: ReadonlyJsonObject): FieldError[] {
  const at = STATUS.child("storedVersions");
  const stored = stringsIn(status, "storedVersions");
  if (stored.length === 0) return [invalidField(at, null, "must have at least one stored version")];
  const faults: FieldError[] = [];
  const missing = new Map(stored.map((name, index) => [name, index]));
  for (const version of objectsIn(spec, "versions")) {
    const name = stringIn(version, "name");
    if (booleanIn(version, "storage") && !missing.has(name)) {
      faults.push(invalidField(at, stored, `must have the storage version ${name}`));
    }
    missing.delete(name);
  }
  for (const [name, index] of missing) {
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    faults.push(invalidField(at.index(index), name, detail));
  }
  return faults;
}

/** Groups of the project's own need somebody's approval; what was wrong before may stay so. */
function approvalFaults(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const approval = approvalOf(object);
  if (approval === undefined || (old !== undefined && approvalOf(old)?.state === approval.state)) return [];
  const at = FieldPath.root.child("metadata", "annotations").key(APPROVAL);
  if (approval.state === "missing") return [requiredField(at, approval.reason)];
  return approval.state === "invalid" ? [invalidField(at, object.metadata.annotations?.[APPROVAL] ?? "", approval.reason)] : [];
}

function preservingFaults(spec: ReadonlyJsonObject): FieldError[] {
  if (getOwn(spec, "preserveUnknownFields") !== true) return [];
  const detail = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
  return [invalidField(SPEC.child("preserveUnknownFields"), true, detail)];
}
