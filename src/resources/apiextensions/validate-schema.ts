import { forbiddenField, notSupportedField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, listIn, objectIn, stringIn } from "../../object/read.ts";
import { MAX_SCHEMA_DEPTH, META_MEMBERS, subschemas } from "./schema-parts.ts";
import { defaultFaults } from "./validate-defaults.ts";
import { checkExtensions } from "./validate-extensions.ts";
import { checkRuleForms } from "./validate-rule-forms.ts";
import { ruleFaults } from "./validate-rules.ts";
import { structuralFaults } from "./validate-structure.ts";

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];

/** Faults of a version's openAPIV3Schema (concepts/extend-kubernetes, CustomResourceDefinition: structural schemas). */
export function schemaFaults(schema: ReadonlyJsonObject, at: FieldPath): FieldError[] {
  const keywords: FieldError[] = [];
  const hasStructuralForm = checkKeywords(schema, at, { root: true, insideMeta: false, noDefaults: undefined }, keywords, 0);
  const structural = hasStructuralForm ? structuralFaults(schema, at) : [];
  if (hasStructuralForm && structural.length === 0) structural.push(...defaultFaults(schema, at));
  const faults: FieldError[] = [];
  if (getOwn(schema, "nullable") === true) faults.push(forbiddenField(at.child("nullable"), "nullable cannot be true at the root"));
  faults.push(...structural, ...keywords);
  // What expressions mean is asked only of a schema that means something itself.
  if (hasStructuralForm && structural.length === 0) faults.push(...ruleFaults(schema, at, keywords));
  return faults;
}

/** Where in a definition's schema a subschema stands. */
interface Standing {
  readonly root: boolean;
  /** In the type or metadata of the object or of one that is embedded. */
  readonly insideMeta: boolean;
  /** Why defaults may not be said here; undefined where they may. */
  readonly noDefaults: string | undefined;
}

/** False: the schema has keywords that the structural form cannot hold at all, so that nothing more can be said of it. */
function checkKeywords(schema: ReadonlyJsonObject, at: FieldPath, standing: Standing, faults: FieldError[], depth: number): boolean {
  if (depth > MAX_SCHEMA_DEPTH) return true;
  let hasStructuralForm = checkOwnKeywords(schema, at, standing, faults);
  if (getOwn(schema, "uniqueItems") === true) {
    const detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    faults.push(forbiddenField(at.child("uniqueItems"), detail));
  }
  const additional = getOwn(schema, "additionalProperties");
  if (isSet(schema, "additionalProperties") && additional !== true && Object.keys(objectIn(schema, "properties")).length > 0) {
    faults.push(forbiddenField(at.child("additionalProperties"), "additionalProperties and properties are mutual exclusive"));
  }
  for (const sub of subschemas(schema, at)) {
    const own = standingOf(sub.schema, schema, standing);
    if (!checkKeywords(sub.schema, sub.at, own, faults, depth + 1)) hasStructuralForm = false;
  }
  if (!checkExtensions(schema, at, faults)) hasStructuralForm = false;
  checkRuleForms(schema, at, faults);
  return hasStructuralForm;
}

function standingOf(sub: ReadonlyJsonObject, schema: ReadonlyJsonObject, standing: Standing): Standing {
  const { insideMeta, noDefaults } = standing;
  if (sub === getOwn(schema, "additionalProperties") && insideMeta) {
    return { root: false, insideMeta, noDefaults: "inside additionalProperties applying to object metadata" };
  }
  if (standing.root || getOwn(schema, "x-kubernetes-embedded-resource") === true) {
    const properties = objectIn(schema, "properties");
    for (const name of META_MEMBERS) {
      if (getOwn(properties, name) !== sub) continue;
      return { root: false, insideMeta: true, noDefaults: standing.root ? `in top-level ${name}` : noDefaults };
    }
  }
  return { root: false, insideMeta, noDefaults };
}

function checkOwnKeywords(schema: ReadonlyJsonObject, at: FieldPath, standing: Standing, faults: FieldError[]): boolean {
  const type = stringIn(schema, "type");
  if (type !== "" && !TYPES.includes(type)) faults.push(notSupportedField(at.child("type"), type, TYPES));
  if (isSet(schema, "default") && standing.noDefaults !== undefined) {
    faults.push(forbiddenField(at.child("default"), `must not be set ${standing.noDefaults}`));
  }
  const told = faults.length;
  for (const [keyword, used] of UNSUPPORTED) {
    if (used(schema, keyword)) faults.push(forbiddenField(at.child(keyword), `${keyword} is not supported`));
  }
  const unsupported = faults.length > told;
  if (type === "null") faults.push(forbiddenField(at.child("type"), "type cannot be set to null, use nullable as an alternative"));
  const several = Array.isArray(getOwn(schema, "items"));
  if (several && listIn(schema, "items").length > 0) {
    faults.push(forbiddenField(at.child("items"), "items must be a schema object and not an array"));
  }
  if (standing.insideMeta && getOwn(schema, "x-kubernetes-embedded-resource") === true) {
    faults.push(forbiddenField(at.child("x-kubernetes-embedded-resource"), "must not be used inside of resource meta"));
  }
  return !unsupported && !several;
}

const filledIn = (schema: ReadonlyJsonObject, keyword: string): boolean =>
  stringIn(schema, keyword) !== "" || Object.keys(objectIn(schema, keyword)).length > 0;

/** Keywords of JSON Schema that definitions may not use, and when they are used. */
const UNSUPPORTED: readonly (readonly [string, (schema: ReadonlyJsonObject, keyword: string) => boolean])[] = [
  ["id", filledIn],
  ["additionalItems", isSet],
  ["patternProperties", filledIn],
  ["definitions", filledIn],
  ["dependencies", isSet],
  ["$ref", isSet],
];
