import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { GroupVersionKind } from "../object/kube-object.ts";
import type { Descriptions } from "./descriptions.ts";
import type { AnySchema, Field, ObjectSchema, ScalarSchema, Schema } from "./schema.ts";

/** Definitions of types that have an encoding of their own, by what the tables call them. */
const special: Readonly<Record<string, { readonly name: string; readonly schema: ReadonlyJsonObject }>> = {
  time: { name: "io.k8s.apimachinery.pkg.apis.meta.v1.Time", schema: { type: "string", format: "date-time" } },
  microTime: { name: "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", schema: { type: "string", format: "date-time" } },
  duration: { name: "io.k8s.apimachinery.pkg.apis.meta.v1.Duration", schema: { type: "string" } },
  quantity: { name: "io.k8s.apimachinery.pkg.api.resource.Quantity", schema: { oneOf: [{ type: "string" }, { type: "number" }] } },
  intOrString: {
    name: "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
    schema: { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] },
  },
  rawExtension: { name: "io.k8s.apimachinery.pkg.runtime.RawExtension", schema: { type: "object" } },
  fieldsV1: { name: "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", schema: { type: "object" } },
  json: { name: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON", schema: {} },
  orArray: { name: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray", schema: {} },
  orBoolean: { name: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool", schema: {} },
  orStringArray: { name: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray", schema: {} },
};

/** Definitions that are not in the tables of types, by name: documents that refer to them include them. */
export const specialDefinitions: ReadonlyMap<string, ReadonlyJsonObject> = new Map([
  ...Object.values(special).map(({ name, schema }) => [name, schema] as const),
  ["io.k8s.apimachinery.pkg.apis.meta.v1.Patch", { type: "object" }],
]);

/** What a definition's document needs beside the type. */
interface DocumentParts {
  readonly descriptions: Descriptions;
  /** Kinds that the definition stands for (x-kubernetes-group-version-kind). */
  readonly kinds: readonly GroupVersionKind[];
  /** Called with the name of each definition that is referred to, so that the document can include it. */
  readonly refer: (definition: string) => void;
}

/** The OpenAPI v3 schema of a built-in type, as a document shows it under its definition's name. */
export function openApiDefinition(schema: ObjectSchema, parts: DocumentParts): ReadonlyJsonObject {
  const name = schema.name ?? "";
  const properties: Record<string, ReadonlyJson> = {};
  const required: string[] = [];
  // Required members come in the tables' order, which is the original's; properties by name.
  for (const field of [...schema.fields.values()].sort(byName)) {
    properties[field.name] = property(field, parts.descriptions.of(name, field.name), parts.refer);
  }
  for (const field of schema.fields.values()) if (field.required) required.push(field.name);
  const description = parts.descriptions.of(name);
  return {
    ...(description !== undefined && { description }),
    type: "object",
    ...(required.length > 0 && { required }),
    ...(schema.fields.size > 0 && { properties }),
    ...(parts.kinds.length > 0 && {
      "x-kubernetes-group-version-kind": parts.kinds.map(({ group, kind, version }) => ({ group, kind, version })),
    }),
    ...(schema.atomic === true && { "x-kubernetes-map-type": "atomic" }),
    ...(schema.unions !== undefined && {
      "x-kubernetes-unions": schema.unions.map((union) => ({
        ...(union.discriminator !== undefined && { discriminator: union.discriminator }),
        "fields-to-discriminateBy": union.fields,
      })),
    }),
  };
}

function byName(a: Field, b: Field): number {
  return a.name < b.name ? -1 : 1;
}

function property(field: Field, description: string | undefined, refer: (definition: string) => void): ReadonlyJsonObject {
  const { schema } = field;
  const referred = definitionOf(schema);
  const shape = referred === undefined ? inlineSchema(schema, refer) : referenceOf(referred, refer);
  const given = documentedDefault(field);
  // Beside a $ref nothing may stand, so it is wrapped as soon as something does.
  const wrapped = referred !== undefined && (description !== undefined || given !== undefined) ? { allOf: [shape] } : shape;
  return {
    ...(description !== undefined && { description }),
    ...wrapped,
    ...(given !== undefined && { default: given }),
    ...(schema.type === "list" && schema.listTypeDeclared === true && { "x-kubernetes-list-type": schema.listType }),
    ...(schema.type === "list" && schema.keys.length > 0 && { "x-kubernetes-list-map-keys": schema.keys }),
    ...(schema.type === "map" && schema.atomic !== undefined && { "x-kubernetes-map-type": schema.atomic ? "atomic" : "granular" }),
    // A struct's own definition says how it is owned; only the exception is said here.
    ...(schema.type === "object" && schema.atomic === false && { "x-kubernetes-map-type": "granular" }),
    ...(field.patchStrategy !== undefined && { "x-kubernetes-patch-strategy": field.patchStrategy.join(",") }),
    ...(field.patchMergeKey !== undefined && { "x-kubernetes-patch-merge-key": field.patchMergeKey }),
  };
}

/** Documents show Go's zero of structs and of scalars without omitempty as a default. */
function documentedDefault(field: Field): ReadonlyJson | undefined {
  if (field.default !== undefined) return field.default;
  if (field.documentedDefault !== undefined) return field.documentedDefault;
  if (field.zero === undefined || field.zero === null) return undefined;
  switch (field.schema.type) {
    case "object":
      return {};
    case "string":
    case "boolean":
    case "int32":
    case "int64":
    case "number":
      return field.zero;
    default:
      return undefined;
  }
}

/** Name of the definition that a type is referred to by; undefined for what is written in place. */
function definitionOf(schema: Schema): string | undefined {
  if (schema.type === "object") return schema.name;
  if (schema.type === "any") return special[anyName(schema)]?.name;
  return special[schema.type]?.name;
}

function anyName(schema: AnySchema): string {
  if (schema.any !== "jsonSchemaProps") return schema.any;
  return schema.alternative === "array" ? "orArray" : schema.alternative === "boolean" ? "orBoolean" : "orStringArray";
}

function referenceOf(definition: string, refer: (definition: string) => void): ReadonlyJsonObject {
  refer(definition);
  return { $ref: `#/components/schemas/${definition}` };
}

function inlineSchema(schema: Schema, refer: (definition: string) => void): ReadonlyJsonObject {
  switch (schema.type) {
    case "list":
      return { type: "array", items: itemSchema(schema.items, refer) };
    case "map":
      return { type: "object", additionalProperties: itemSchema(schema.values, refer) };
    case "object":
      return { type: "object" };
    case "any":
      return {};
    default:
      return scalarSchema(schema);
  }
}

function itemSchema(schema: Schema, refer: (definition: string) => void): ReadonlyJsonObject {
  const referred = definitionOf(schema);
  return referred === undefined ? inlineSchema(schema, refer) : referenceOf(referred, refer);
}

const scalarShapes: Readonly<Record<string, ReadonlyJsonObject>> = {
  string: { type: "string" },
  boolean: { type: "boolean" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  number: { type: "number", format: "double" },
  bytes: { type: "string", format: "byte" },
};

function scalarSchema(schema: ScalarSchema): ReadonlyJsonObject {
  return {
    ...scalarShapes[schema.type],
    ...(schema.format !== undefined && { format: schema.format }),
    ...(schema.enum !== undefined && { enum: schema.enum }),
  };
}
