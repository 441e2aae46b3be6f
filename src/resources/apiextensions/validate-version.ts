import { duplicateField, invalidField, requiredField, tooManyField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { isPrintable } from "../../object/quote.ts";
import { booleanIn, isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { hasDefaults, schemaOf } from "./schema-parts.ts";
import { saidIn, shownSchema } from "./shown-definition.ts";
import { placesIn } from "./validate-rule-forms.ts";
import { schemaFaults } from "./validate-schema.ts";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const NO_PATH = "must be a simple json path starting with .";
const MAX_SELECTABLE = 8;
const LONGEST_WARNING = 256;

/** What a schema may say at its root beside the status subresource, by the original's names: what else it said of status would be lost. */
const BESIDE_STATUS: ReadonlySet<string> = new Set([
  "Description",
  "Type",
  "Format",
  "Title",
  "Maximum",
  "ExclusiveMaximum",
  "Minimum",
  "ExclusiveMinimum",
  "MaxLength",
  "MinLength",
  "Pattern",
  "MaxItems",
  "MinItems",
  "UniqueItems",
  "MultipleOf",
  "Required",
  "Items",
  "Properties",
  "ExternalDocs",
  "Example",
  "XPreserveUnknownFields",
  "XValidations",
]);

/** Checks the schema of a version, or of all versions. `status`: there is a status subresource. */
export function checkSchema(version: ReadonlyJsonObject, status: boolean, at: FieldPath, faults: FieldError[]): void {
  const schema = schemaOf(version);
  if (schema === undefined) return;
  const place = at.child("openAPIV3Schema");
  if (status) checkRoot(schema, place, faults);
  faults.push(...schemaFaults(schema, place));
}

function checkRoot(schema: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  for (const name of saidIn(schema)) {
    const type = stringIn(schema, "type");
    if (name === "Type" && type !== "object") {
      const detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
      faults.push(invalidField(at.child("type"), type, detail));
      return;
    }
    if (BESIDE_STATUS.has(name)) continue;
    const names = `[${[...BESIDE_STATUS].join(" ")}]`;
    const detail = `only ${names} fields are allowed at the root of the schema if the status subresource is enabled`;
    faults.push(invalidField(at, shownSchema(schema), detail));
    return;
  }
}

/** Whether there is a default anywhere in the schema of a version. */
export function hasDefaultsIn(version: ReadonlyJsonObject): boolean {
  return hasDefaults(schemaOf(version) ?? {});
}

/** Whether a version has a status subresource. */
export function hasStatus(version: ReadonlyJsonObject): boolean {
  return isSet(objectIn(version, "subresources"), "status");
}

/** Checks the paths of a version's scale subresource. */
export function checkScale(version: ReadonlyJsonObject, place: FieldPath, faults: FieldError[]): void {
  const at = place.child("subresources", "scale");
  const scale = getOwn(objectIn(version, "subresources"), "scale");
  if (!isObject(scale)) return;
  const check = (name: string, prefixes: readonly string[], detail: string, needed: boolean): void => {
    const path = stringIn(scale, name);
    const own = at.child(name);
    if (path === "") {
      if (needed) faults.push(requiredField(own));
      return;
    }
    if (!path.startsWith(".")) faults.push(invalidField(own, path, NO_PATH));
    else if (!prefixes.some((prefix) => path.startsWith(prefix))) faults.push(invalidField(own, path, detail));
  };
  check("specReplicasPath", [".spec."], "should be a json path under .spec", true);
  check("statusReplicasPath", [".status."], "should be a json path under .status", true);
  check("labelSelectorPath", [".spec.", ".status."], "should be a json path under either .spec or .status", false);
}

/** Checks the columns of a version. */
export function checkColumns(version: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  for (const [index, column] of objectsIn(version, "additionalPrinterColumns").entries()) {
    checkColumn(column, at.child("additionalPrinterColumns").index(index), faults);
  }
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
  else if (!path.startsWith(".")) faults.push(invalidField(at.child("JSONPath"), path, NO_PATH));
}

/**
 * Checks the selectable fields of a version (KEP-4358): they lead to texts, numbers and flags of the schema. `schema`:
 * the one that lies beside them; `without` says that there is none.
 */
export function checkSelectableFields(
  version: ReadonlyJsonObject,
  schema: ReadonlyJsonObject | undefined,
  without: string,
  place: FieldPath,
  faults: FieldError[],
): void {
  const at = place.child("selectableFields");
  const fields = objectsIn(version, "selectableFields");
  if (fields.length === 0) return;
  if (schema === undefined) {
    faults.push(invalidField(at, "", without));
    return;
  }
  const find = placesIn(schema);
  const seen = new Set<string>();
  for (const [index, field] of fields.entries()) {
    const path = stringIn(field, "jsonPath");
    const own = at.index(index).child("jsonPath");
    if (path === "") {
      faults.push(requiredField(own));
      continue;
    }
    const found = find(path, false);
    if (found.fault !== undefined) {
      faults.push(invalidField(own, path, `is an invalid path: ${found.fault}`));
      continue;
    }
    if (found.steps[0] === ".metadata") faults.push(invalidField(own, path, "must not point to fields in metadata"));
    if (!["string", "boolean", "integer"].includes(stringIn(found.schema, "type"))) {
      const detail = "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
      faults.push(invalidField(own, path, detail));
    }
    const steps = found.steps.join("");
    if (seen.has(steps)) faults.push(duplicateField(own, path));
    seen.add(steps);
  }
  if (seen.size > MAX_SELECTABLE) faults.push(tooManyField(at, seen.size, MAX_SELECTABLE));
}

/** Checks the text that users of a version are warned with. */
export function checkDeprecation(version: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const warning = getOwn(version, "deprecationWarning");
  if (typeof warning !== "string") return;
  for (const detail of deprecationProblems(warning, booleanIn(version, "deprecated"))) faults.push(invalidField(at, warning, detail));
}

function deprecationProblems(warning: string, deprecated: boolean): string[] {
  if (!deprecated) return ["can only be set for deprecated versions"];
  const problems: string[] = [];
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
