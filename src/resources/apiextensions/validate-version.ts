import { duplicateField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { isPrintable } from "../../object/quote.ts";
import { booleanIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { hasDefaults, schemaFaults } from "./validate-schema.ts";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const NO_PATH = "must be a simple json path starting with .";
const MAX_SELECTABLE = 8;
const LONGEST_WARNING = 256;

/** Checks the schema of a version. */
export function checkSchema(version: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
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

/** Whether there is a default anywhere in the schema of a version. */
export function hasDefaultsIn(version: ReadonlyJsonObject): boolean {
  return hasDefaults(objectIn(objectIn(version, "schema"), "openAPIV3Schema"));
}

/** Checks what a version says beside its schema and names: its scale, its columns and its selectable fields. */
export function checkVersion(version: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
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
    if (!path.startsWith(".")) faults.push(invalidField(place, path, NO_PATH));
    else if (!prefixes.some((prefix) => path.startsWith(prefix))) faults.push(invalidField(place, path, detail));
  };
  check("specReplicasPath", [".spec."], "should be a json path under .spec", true);
  check("statusReplicasPath", [".status."], "should be a json path under .status", true);
  check("labelSelectorPath", [".spec.", ".status."], "should be a json path under either .spec or .status", false);
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
    faults.push(invalidField(at.child("JSONPath"), path, NO_PATH));
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

/** Checks the text that users of a version are warned with. */
export function checkDeprecation(version: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const warning = getOwn(version, "deprecationWarning");
  if (typeof warning !== "string") return;
  for (const detail of deprecationProblems(warning, booleanIn(version, "deprecated"))) faults.push(invalidField(at, warning, detail));
}

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
