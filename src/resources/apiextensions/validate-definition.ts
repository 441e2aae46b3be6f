import { isConditionTrue } from "../../object/conditions.ts";
import {
  duplicateField,
  forbiddenField,
  invalidField,
  notSupportedField,
  requiredField,
  type FieldError,
} from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dns1035Label, dnsSubdomain } from "../../object/names.ts";
import { booleanIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { checkReviewVersions } from "../admissionregistration/review-versions.ts";
import { webhookClientConfig } from "../admissionregistration/webhook-client.ts";
import { isPrintable } from "../../object/quote.ts";
import { hasDefaults, schemaFaults } from "./validate-schema.ts";

const SPEC = FieldPath.root.child("spec");
const STATUS = FieldPath.root.child("status");
const APPROVAL = "api-approved.kubernetes.io";
const APPROVAL_HELP = "see https://github.com/kubernetes/enhancements/pull/1111";
const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const MAX_SELECTABLE = 8;
const LONGEST_WARNING = 256;

/** Faults of a definition as a whole; of a change also what may not change, some of it once the definition is established. */
export function definitionFaults(object: KubeObject, old?: KubeObject): FieldError[] {
  const spec = objectIn(object, "spec");
  return [
    ...specFaults(spec),
    ...(old === undefined ? [] : immutableFaults(object, old)),
    ...storedVersionFaults(objectIn(object, "status"), spec),
    ...approvalFaults(object),
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

function specFaults(spec: ReadonlyJsonObject): FieldError[] {
  const faults: FieldError[] = [];
  const versions = objectsIn(spec, "versions");
  checkGroup(stringIn(spec, "group"), faults);
  checkEnum(spec, "scope", ["Cluster", "Namespaced"], SPEC, faults);
  for (const [index, version] of versions.entries()) {
    if (isObject(getOwn(objectIn(version, "schema"), "openAPIV3Schema"))) continue;
    faults.push(requiredField(SPEC.child("versions").index(index).child("schema", "openAPIV3Schema")));
  }
  const names = versions.map((version) => stringIn(version, "name"));
  // What is the same in all versions is told as what all of them have.
  const shared = sharedOf(versions);
  if (getOwn(spec, "preserveUnknownFields") === true && versions.some(hasDefaultsIn)) {
    faults.push(invalidField(SPEC.child("preserveUnknownFields"), true, "must be false in order to use defaults in the schema"));
  }
  for (const [index, version] of versions.entries()) {
    const at = SPEC.child("versions").index(index);
    const problems = dns1035Label(names[index] ?? "");
    if (problems.length > 0) faults.push(invalidField(at.child("name"), names[index] ?? "", problems.join(",")));
    if (!shared.schema) checkSchema(version, at.child("schema"), faults);
    if (!shared.rest) checkVersion(version, at, faults);
    const warning = getOwn(version, "deprecationWarning");
    if (typeof warning !== "string") continue;
    for (const detail of deprecationProblems(warning, booleanIn(version, "deprecated"))) {
      faults.push(invalidField(at.child("deprecationWarning"), warning, detail));
    }
  }
  const shown = versions.map((version) => shownVersion(version, shared));
  const at = SPEC.child("versions");
  if (new Set(names).size < names.length) faults.push(invalidField(at, shown, "must contain unique version names"));
  if (versions.filter((version) => booleanIn(version, "storage")).length !== 1) {
    const absent = !Array.isArray(getOwn(spec, "versions"));
    faults.push(invalidField(at, absent ? null : shown, "must have exactly one version marked as storage version"));
  }
  const [first] = names;
  if (first !== undefined && first !== "") {
    const problems = dns1035Label(first);
    if (problems.length > 0) faults.push(invalidField(SPEC.child("version"), first, problems.join(",")));
  }
  checkNames(objectIn(spec, "names"), faults);
  const [sample] = versions;
  if (sample !== undefined && shared.schema) checkSchema(sample, SPEC.child("validation"), faults);
  if (sample !== undefined && shared.rest) checkVersion(sample, SPEC, faults);
  checkConversion(objectIn(spec, "conversion"), getOwn(spec, "preserveUnknownFields") === true, faults);
  return faults;
}

/** What is wrong with the text that users of a version are warned with. */
function deprecationProblems(warning: string, deprecated: boolean): string[] {
  const problems = deprecated ? [] : ["can only be set for deprecated versions"];
  if (Buffer.byteLength(warning) > LONGEST_WARNING) problems.push(`must be <= ${LONGEST_WARNING} characters long`);
  if (warning === "") problems.push("must not be an empty string");
  const characters = [...warning];
  const hidden = characters.findIndex((character) => !isPrintable(character));
  if (hidden >= 0) {
    const index = Buffer.byteLength(characters.slice(0, hidden).join(""));
    problems.push(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`);
  }
  return problems;
}

interface Shared {
  readonly schema: boolean;
  readonly rest: boolean;
}

/** Whether all versions have one schema, and one set of columns, subresources and selectable fields. */
function sharedOf(versions: readonly ReadonlyJsonObject[]): Shared {
  const [first] = versions;
  const same = (name: string): boolean =>
    versions.every((version) => equalJson(getOwn(version, name) ?? null, getOwn(first ?? {}, name) ?? null));
  return { schema: same("schema"), rest: ["subresources", "additionalPrinterColumns", "selectableFields"].every(same) };
}

/** A version as messages show it: with the original's names of its fields. */
function shownVersion(version: ReadonlyJsonObject, shared: Shared): ReadonlyJsonObject {
  return {
    Name: stringIn(version, "name"),
    Served: booleanIn(version, "served"),
    Storage: booleanIn(version, "storage"),
    Deprecated: booleanIn(version, "deprecated"),
    DeprecationWarning: getOwn(version, "deprecationWarning") ?? null,
    Schema: shared.schema ? null : (getOwn(version, "schema") ?? null),
    Subresources: shared.rest ? null : (getOwn(version, "subresources") ?? null),
    AdditionalPrinterColumns: shared.rest ? null : (getOwn(version, "additionalPrinterColumns") ?? null),
    SelectableFields: shared.rest ? null : (getOwn(version, "selectableFields") ?? null),
  };
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

function checkEnum(parent: ReadonlyJsonObject, name: string, values: readonly string[], at: FieldPath, faults: FieldError[]): void {
  const value = stringIn(parent, name);
  if (value === "") faults.push(requiredField(at.child(name)));
  else if (!values.includes(value)) faults.push(notSupportedField(at.child(name), value, values));
}

function checkNames(names: ReadonlyJsonObject, faults: FieldError[]): void {
  const at = SPEC.child("names");
  for (const member of ["plural", "singular", "kind", "listKind"])
    if (stringIn(names, member) === "") faults.push(requiredField(at.child(member)));
  const label = (value: string, place: FieldPath): void => {
    const problems = dns1035Label(value);
    if (problems.length > 0) faults.push(invalidField(place, value, problems.join(",")));
  };
  for (const member of ["plural", "singular"]) if (stringIn(names, member) !== "") label(stringIn(names, member), at.child(member));
  for (const member of ["kind", "listKind"]) {
    const value = stringIn(names, member);
    const problems = value === "" ? [] : dns1035Label(value.toLowerCase());
    if (problems.length === 0) continue;
    const detail = `may have mixed case, but should otherwise match: ${problems.join(",")}`;
    faults.push(invalidField(at.child(member), value, detail));
  }
  for (const [index, name] of stringsIn(names, "shortNames").entries()) label(name, at.child("shortNames").index(index));
  const kind = stringIn(names, "kind");
  if (kind !== "" && kind === stringIn(names, "listKind")) {
    faults.push(invalidField(at.child("listKind"), kind, "kind and listKind may not be the same"));
  }
  for (const [index, name] of stringsIn(names, "categories").entries()) label(name, at.child("categories").index(index));
}

function checkSchema(version: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const schema = getOwn(objectIn(version, "schema"), "openAPIV3Schema");
  if (!isObject(schema)) return;
  const place = at.child("openAPIV3Schema");
  const type = stringIn(schema, "type");
  if (isObject(getOwn(objectIn(version, "subresources"), "status")) && type !== "" && type !== "object") {
    const detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    faults.push(invalidField(place.child("type"), type, detail));
  }
  faults.push(...schemaFaults(schema, place));
}

function hasDefaultsIn(version: ReadonlyJsonObject): boolean {
  return hasDefaults(objectIn(objectIn(version, "schema"), "openAPIV3Schema"));
}

function checkVersion(version: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  checkScale(version, at.child("subresources", "scale"), faults);
  for (const [index, column] of objectsIn(version, "additionalPrinterColumns").entries()) {
    checkColumn(column, at.child("additionalPrinterColumns").index(index), faults);
  }
  checkSelectableFields(version, at.child("selectableFields"), faults);
}

function checkScale(version: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const scale = getOwn(objectIn(version, "subresources"), "scale");
  if (!isObject(scale)) return;
  const check = (name: string, prefixes: readonly string[], detail: string, needed: boolean): void => {
    const path = stringIn(scale, name);
    const place = at.child(name);
    if (path === "") {
      if (needed) faults.push(requiredField(place));
      return;
    }
    const problem = pathProblem(path);
    if (problem !== undefined) faults.push(invalidField(place, path, problem));
    else if (!prefixes.some((prefix) => path.startsWith(prefix))) faults.push(invalidField(place, path, detail));
  };
  check("specReplicasPath", [".spec."], "should be a json path under .spec", true);
  check("statusReplicasPath", [".status."], "should be a json path under .status", true);
  check("labelSelectorPath", [".spec.", ".status."], "should be a json path under either .spec or .status", false);
}

/** What is wrong with a path of members: .spec.replicas. */
function pathProblem(path: string): string | undefined {
  return path.startsWith(".") ? undefined : "must be a simple json path starting with .";
}

/** Its path is told by the original's name of the field. */
function checkColumn(column: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  if (stringIn(column, "name") === "") faults.push(requiredField(at.child("name")));
  const type = stringIn(column, "type");
  const types = `must be one of ${COLUMN_TYPES.join(",")}`;
  if (type === "") faults.push(requiredField(at.child("type"), types));
  else if (!COLUMN_TYPES.includes(type)) faults.push(invalidField(at.child("type"), type, types));
  const format = stringIn(column, "format");
  if (format !== "" && !COLUMN_FORMATS.includes(format)) {
    faults.push(invalidField(at.child("format"), format, `must be one of ${COLUMN_FORMATS.join(",")}`));
  }
  const path = stringIn(column, "jsonPath");
  if (path === "") faults.push(requiredField(at.child("JSONPath")));
  else if (!path.startsWith(".") && !path.startsWith("[")) {
    faults.push(invalidField(at.child("JSONPath"), path, "must be a simple json path starting with ."));
  }
}

/** Selectable fields lead to texts, numbers and flags of the schema (KEP-4358). */
function checkSelectableFields(version: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const schema = objectIn(objectIn(version, "schema"), "openAPIV3Schema");
  const fields = objectsIn(version, "selectableFields");
  if (fields.length > 0 && !isObject(getOwn(objectIn(version, "schema"), "openAPIV3Schema"))) {
    faults.push(invalidField(at, "", "may only be set when validations.schema is included"));
    return;
  }
  if (fields.length > MAX_SELECTABLE) {
    faults.push({ type: "TooMany", field: String(at), value: fields.length, detail: `must have at most ${MAX_SELECTABLE} items` });
  }
  const seen = new Set<string>();
  for (const [index, field] of fields.entries()) {
    const path = stringIn(field, "jsonPath");
    const place = at.index(index).child("jsonPath");
    if (path === "") {
      faults.push(requiredField(place));
      continue;
    }
    if (seen.has(path)) {
      faults.push(duplicateField(place, path));
      continue;
    }
    seen.add(path);
    const start = /^[^.[]+/.exec(path)?.[0];
    if (start !== undefined) {
      faults.push(invalidField(place, path, `is an invalid path: expected [ or . but got: ${start}`));
      continue;
    }
    const found = path.startsWith(".metadata") ? undefined : schemaAt(schema, path);
    if (found === undefined) faults.push(invalidField(place, path, "is an invalid path: does not refer to a valid field"));
    else if (!["string", "boolean", "integer"].includes(stringIn(found, "type"))) {
      const detail = "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
      faults.push(invalidField(place, path, detail));
    }
  }
}

function schemaAt(schema: ReadonlyJsonObject, path: string): ReadonlyJsonObject | undefined {
  let found: ReadonlyJsonObject | undefined = schema;
  for (const name of path.replace(/^\./, "").split(".")) {
    const property: ReadonlyJson | undefined = getOwn(objectIn(found, "properties"), name);
    if (!isObject(property)) return undefined;
    found = property;
  }
  return found;
}

function checkConversion(conversion: ReadonlyJsonObject, preserving: boolean, faults: FieldError[]): void {
  const at = SPEC.child("conversion");
  checkEnum(conversion, "strategy", ["None", "Webhook"], at, faults);
  const webhook = objectIn(conversion, "webhook");
  const client = getOwn(webhook, "clientConfig");
  const versions = getOwn(webhook, "conversionReviewVersions");
  const clientAt = at.child("webhookClientConfig");
  const versionsAt = at.child("conversionReviewVersions");
  if (stringIn(conversion, "strategy") !== "Webhook") {
    const detail = "should not be set when strategy is not set to Webhook";
    if (client !== undefined) faults.push(forbiddenField(clientAt, detail));
    if (versions !== undefined) faults.push(forbiddenField(versionsAt, detail));
    return;
  }
  if (client === undefined) faults.push(requiredField(clientAt, "required when strategy is set to Webhook"));
  else webhookClientConfig(client, clientAt, faults, undefined);
  if (preserving) faults.push(invalidField(at.child("strategy"), "Webhook", "must be None if spec.preserveUnknownFields is true"));
  const names = stringsIn(webhook, "conversionReviewVersions");
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

/** Groups of the project's own need somebody's approval. */
function approvalFaults(object: KubeObject): FieldError[] {
  const group = stringIn(objectIn(object, "spec"), "group");
  if (!["k8s.io", "kubernetes.io"].some((domain) => group === domain || group.endsWith(`.${domain}`))) return [];
  const at = FieldPath.root.child("metadata", "annotations").key(APPROVAL);
  const value = object.metadata.annotations?.[APPROVAL] ?? "";
  const needed = `protected groups must have approval annotation "${APPROVAL}"`;
  if (value === "") return [requiredField(at, `${needed}, ${APPROVAL_HELP}`)];
  if (value.startsWith("unapproved") || /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/]+/.test(value)) return [];
  return [invalidField(at, value, `${needed} with either a URL or a reason starting with "unapproved", ${APPROVAL_HELP}`)];
}

function preservingFaults(spec: ReadonlyJsonObject): FieldError[] {
  if (getOwn(spec, "preserveUnknownFields") !== true) return [];
  const detail = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
  return [invalidField(SPEC.child("preserveUnknownFields"), true, detail)];
}
