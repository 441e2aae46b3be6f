import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { shownAs, type ShownMembers } from "../pod-spec/shown.ts";
import { MAX_SCHEMA_DEPTH, schemaOf } from "./schema-parts.ts";

/** A rule as messages show it: with the original's names of its fields. */
export const ruleShown: ShownMembers = [
  ["Rule", "rule", ""],
  ["Message", "message", ""],
  ["MessageExpression", "messageExpression", ""],
  ["Reason", "reason", null],
  ["FieldPath", "fieldPath", ""],
  ["OptionalOldSelf", "optionalOldSelf", null],
];

const RULES = "x-kubernetes-validations";

/** What a member of a schema is made of, where that is not a plain value. */
type Kind = "schema" | "list" | "map" | "either" | "items" | "dependencies";

/** The members of a schema in the original's order, with its names. */
const SCHEMA: readonly (readonly [name: string, member: string, absent: ReadonlyJson, kind?: Kind])[] = [
  ["ID", "id", ""],
  ["Schema", "$schema", ""],
  ["Ref", "$ref", null],
  ["Description", "description", ""],
  ["Type", "type", ""],
  ["Nullable", "nullable", false],
  ["Format", "format", ""],
  ["Title", "title", ""],
  ["Default", "default", null],
  ["Maximum", "maximum", null],
  ["ExclusiveMaximum", "exclusiveMaximum", false],
  ["Minimum", "minimum", null],
  ["ExclusiveMinimum", "exclusiveMinimum", false],
  ["MaxLength", "maxLength", null],
  ["MinLength", "minLength", null],
  ["Pattern", "pattern", ""],
  ["MaxItems", "maxItems", null],
  ["MinItems", "minItems", null],
  ["UniqueItems", "uniqueItems", false],
  ["MultipleOf", "multipleOf", null],
  ["Enum", "enum", null],
  ["MaxProperties", "maxProperties", null],
  ["MinProperties", "minProperties", null],
  ["Required", "required", null],
  ["Items", "items", null, "items"],
  ["AllOf", "allOf", null, "list"],
  ["OneOf", "oneOf", null, "list"],
  ["AnyOf", "anyOf", null, "list"],
  ["Not", "not", null, "schema"],
  ["Properties", "properties", null, "map"],
  ["AdditionalProperties", "additionalProperties", null, "either"],
  ["PatternProperties", "patternProperties", null, "map"],
  ["Dependencies", "dependencies", null, "dependencies"],
  ["AdditionalItems", "additionalItems", null, "either"],
  ["Definitions", "definitions", null, "map"],
  ["ExternalDocs", "externalDocs", null],
  ["Example", "example", null],
  ["XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields", null],
  ["XEmbeddedResource", "x-kubernetes-embedded-resource", false],
  ["XIntOrString", "x-kubernetes-int-or-string", false],
  ["XListMapKeys", "x-kubernetes-list-map-keys", null],
  ["XListType", "x-kubernetes-list-type", null],
  ["XMapType", "x-kubernetes-map-type", null],
];

/** A schema as messages show it. */
export function shownSchema(schema: ReadonlyJsonObject, depth = 0): ReadonlyJsonObject {
  const shown: { [name: string]: ReadonlyJson } = {};
  for (const [name, member, absent, kind] of SCHEMA) {
    const value = getOwn(schema, member) ?? absent;
    shown[name] = kind === undefined || value === null || depth > MAX_SCHEMA_DEPTH ? value : shownPart(value, kind, depth + 1);
  }
  const rules = getOwn(schema, RULES);
  shown["XValidations"] = isList(rules) ? rules.map((rule) => (isObject(rule) ? shownAs(rule, ruleShown) : rule)) : null;
  return shown;
}

/** The members by which a schema says something, in the original's order and with its names. */
export function saidIn(schema: ReadonlyJsonObject): string[] {
  const said = SCHEMA.filter(([, member, , kind]) => {
    const value = getOwn(schema, member) ?? null;
    return value !== null && value !== "" && (value !== false || kind === "either");
  });
  return [...said.map(([name]) => name), ...(isList(getOwn(schema, RULES)) ? ["XValidations"] : [])];
}

function shownPart(value: ReadonlyJson, kind: Kind, depth: number): ReadonlyJson {
  const schema = (one: ReadonlyJson | undefined): ReadonlyJson => (isObject(one) ? shownSchema(one, depth) : null);
  switch (kind) {
    case "schema":
      return schema(value);
    case "list":
      return isList(value) ? value.map(schema) : value;
    case "items":
      return { Schema: schema(value), JSONSchemas: isList(value) ? value.map(schema) : null };
    case "either":
      return { Allows: value !== false, Schema: schema(value) };
    case "map":
      return mapped(value, schema);
    case "dependencies":
      return mapped(value, (one) => ({ Schema: schema(one), Property: isList(one) ? one : null }));
  }
}

function mapped(value: ReadonlyJson, shown: (one: ReadonlyJson | undefined) => ReadonlyJson): ReadonlyJson {
  if (!isObject(value)) return value;
  return Object.fromEntries(sortedKeys(value).map((key) => [key, shown(getOwn(value, key))]));
}

function isList(value: ReadonlyJson | undefined): value is readonly ReadonlyJson[] {
  return Array.isArray(value);
}

const scaleShown: ShownMembers = [
  ["SpecReplicasPath", "specReplicasPath", ""],
  ["StatusReplicasPath", "statusReplicasPath", ""],
  ["LabelSelectorPath", "labelSelectorPath", null],
];
const columnShown: ShownMembers = [
  ["Name", "name", ""],
  ["Type", "type", ""],
  ["Format", "format", ""],
  ["Description", "description", ""],
  ["Priority", "priority", 0],
  ["JSONPath", "jsonPath", ""],
];

const versionShown: ShownMembers = [
  ["Name", "name", ""],
  ["Served", "served", false],
  ["Storage", "storage", false],
  ["Deprecated", "deprecated", false],
  ["DeprecationWarning", "deprecationWarning", null],
  ["Schema", "schema", null],
  [
    "Subresources",
    "subresources",
    null,
    [
      ["Status", "status", null],
      ["Scale", "scale", null, scaleShown],
    ],
  ],
  ["AdditionalPrinterColumns", "additionalPrinterColumns", null, columnShown],
  ["SelectableFields", "selectableFields", null, [["JSONPath", "jsonPath", ""]]],
];

/** A version as messages show it: what all versions have in common is not there. */
export function shownVersion(version: ReadonlyJsonObject, shared: ReadonlySet<string>): ReadonlyJsonObject {
  const without = Object.fromEntries(Object.entries(version).filter(([name]) => !shared.has(name)));
  const shown = shownAs(without, versionShown);
  if (!isObject(getOwn(without, "schema"))) return shown;
  const schema = schemaOf(without);
  return { ...shown, Schema: { OpenAPIV3Schema: schema === undefined ? null : shownSchema(schema) } };
}
