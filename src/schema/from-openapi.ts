import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import type { Field, ObjectSchema, Schema } from "./schema.ts";

/** Members of an OpenAPI schema that say more than the type; kept for the validator as they are. */
const validationKeys = [
  "allOf",
  "anyOf",
  "enum",
  "exclusiveMaximum",
  "exclusiveMinimum",
  "format",
  "maxItems",
  "maxLength",
  "maxProperties",
  "maximum",
  "minItems",
  "minLength",
  "minProperties",
  "minimum",
  "multipleOf",
  "not",
  "oneOf",
  "pattern",
  "required",
  "uniqueItems",
  "x-kubernetes-validations",
];

/**
 * The type that a structural OpenAPI v3 schema describes (concepts/extend-kubernetes, CustomResourceDefinition). Made as
 * it is walked, so that a big definition costs only what is used of it. `objectMeta` is the type of metadata in objects
 * that are embedded (and of the object itself, with `root`). A schema that is not structural gives a type that lets
 * through what it cannot tell.
 */
export function schemaFromOpenApi(
  openapi: ReadonlyJsonObject,
  objectMeta: ObjectSchema,
  options: { readonly root?: boolean } = {},
): Schema {
  const common = commonOf(openapi);
  if (getOwn(openapi, "x-kubernetes-int-or-string") === true) return { type: "intOrString", ...common };
  const preserveUnknown = getOwn(openapi, "x-kubernetes-preserve-unknown-fields") === true;
  switch (getOwn(openapi, "type")) {
    case "object":
      return objectOrMap(openapi, objectMeta, options.root === true, preserveUnknown);
    case "array": {
      const items = getOwn(openapi, "items");
      return {
        type: "list",
        items: isObject(items) ? schemaFromOpenApi(items, objectMeta) : { type: "any", any: "json" },
        listType: listTypeOf(getOwn(openapi, "x-kubernetes-list-type")),
        keys: textsOf(getOwn(openapi, "x-kubernetes-list-map-keys")),
        ...common,
      };
    }
    case "string":
      return { type: "string", ...common, ...formatAndEnum(openapi) };
    case "integer":
      return { type: getOwn(openapi, "format") === "int32" ? "int32" : "int64", ...common };
    case "number":
      return { type: "number", ...common };
    case "boolean":
      return { type: "boolean", ...common };
    default:
      return { type: "any", any: "json", ...common };
  }
}

function objectOrMap(openapi: ReadonlyJsonObject, objectMeta: ObjectSchema, root: boolean, preserveUnknown: boolean): Schema {
  const common = commonOf(openapi);
  const atomic = getOwn(openapi, "x-kubernetes-map-type") === "atomic" ? { atomic: true } : {};
  const additional = getOwn(openapi, "additionalProperties");
  if (isObject(additional)) return { type: "map", values: schemaFromOpenApi(additional, objectMeta), ...atomic, ...common };
  if (additional === true) return { type: "map", values: { type: "any", any: "json" }, ...atomic, ...common };
  const embedded = root || getOwn(openapi, "x-kubernetes-embedded-resource") === true;
  return new OpenApiObject(openapi, objectMeta, {
    ...common,
    ...atomic,
    ...(embedded && { embedded }),
    ...(preserveUnknown && { preserveUnknown }),
  });
}

type ObjectSettings = Pick<ObjectSchema, "atomic" | "embedded" | "nullable" | "preserveUnknown" | "validations">;

class OpenApiObject implements ObjectSchema {
  readonly type = "object";
  readonly atomic?: boolean;
  readonly embedded?: boolean;
  readonly nullable?: boolean;
  readonly preserveUnknown?: boolean;
  readonly validations?: ReadonlyJson;
  readonly #openapi: ReadonlyJsonObject;
  readonly #objectMeta: ObjectSchema;
  #fields: ReadonlyMap<string, Field> | undefined;

  constructor(openapi: ReadonlyJsonObject, objectMeta: ObjectSchema, settings: ObjectSettings) {
    this.#openapi = openapi;
    this.#objectMeta = objectMeta;
    if (settings.atomic !== undefined) this.atomic = settings.atomic;
    if (settings.embedded !== undefined) this.embedded = settings.embedded;
    if (settings.nullable !== undefined) this.nullable = settings.nullable;
    if (settings.preserveUnknown !== undefined) this.preserveUnknown = settings.preserveUnknown;
    if (settings.validations !== undefined) this.validations = settings.validations;
  }

  get fields(): ReadonlyMap<string, Field> {
    if (this.#fields === undefined) {
      const properties = getOwn(this.#openapi, "properties");
      const required = new Set(textsOf(getOwn(this.#openapi, "required")));
      const fields = new Map<string, Field>();
      for (const [name, property] of isObject(properties) ? Object.entries(properties) : []) {
        if (isObject(property)) fields.set(name, new OpenApiField(name, property, required.has(name), this.#objectMeta));
      }
      if (this.embedded === true) addObjectFields(fields, this.#objectMeta);
      this.#fields = fields;
    }
    return this.#fields;
  }
}

/** apiVersion, kind and metadata are what they are in every object; a definition may only restrict metadata's name. */
function addObjectFields(fields: Map<string, Field>, objectMeta: ObjectSchema): void {
  const text: Schema = { type: "string" };
  for (const name of ["apiVersion", "kind"]) {
    if (!fields.has(name)) fields.set(name, { name, schema: text, required: false, dropZero: false });
  }
  const declared = fields.get("metadata")?.schema;
  const schema = declared?.type === "object" && declared.fields.size > 0 ? restricted(objectMeta, declared) : objectMeta;
  fields.set("metadata", { name: "metadata", schema, required: false, dropZero: false });
}

function restricted(objectMeta: ObjectSchema, declared: ObjectSchema): ObjectSchema {
  const fields = new Map(objectMeta.fields);
  for (const [name, field] of declared.fields) if (fields.has(name)) fields.set(name, field);
  return {
    type: "object",
    fields,
    ...(objectMeta.name !== undefined && { name: objectMeta.name }),
    ...(declared.validations !== undefined && { validations: declared.validations }),
  };
}

class OpenApiField implements Field {
  readonly name: string;
  readonly element: string;
  readonly required: boolean;
  readonly dropZero = false;
  readonly default?: ReadonlyJson;
  readonly #openapi: ReadonlyJsonObject;
  readonly #objectMeta: ObjectSchema;
  #schema: Schema | undefined;

  constructor(name: string, openapi: ReadonlyJsonObject, required: boolean, objectMeta: ObjectSchema) {
    this.name = name;
    this.element = `f:${name}`;
    this.required = required;
    this.#openapi = openapi;
    this.#objectMeta = objectMeta;
    const given = getOwn(openapi, "default");
    if (given !== undefined && given !== null) this.default = given;
  }

  get schema(): Schema {
    this.#schema ??= schemaFromOpenApi(this.#openapi, this.#objectMeta);
    return this.#schema;
  }
}

function commonOf(openapi: ReadonlyJsonObject): { nullable?: true; validations?: ReadonlyJson } {
  const validations: Record<string, ReadonlyJson> = {};
  for (const key of validationKeys) {
    const value = getOwn(openapi, key);
    if (value !== undefined) validations[key] = value;
  }
  return {
    ...(getOwn(openapi, "nullable") === true && { nullable: true as const }),
    ...(Object.keys(validations).length > 0 && { validations }),
  };
}

function formatAndEnum(openapi: ReadonlyJsonObject): { format?: string; enum?: readonly string[] } {
  const format = getOwn(openapi, "format");
  const values = getOwn(openapi, "enum");
  return { ...(typeof format === "string" && { format }), ...(Array.isArray(values) && { enum: textsOf(values) }) };
}

function listTypeOf(value: ReadonlyJson | undefined): "atomic" | "set" | "map" {
  return value === "set" || value === "map" ? value : "atomic";
}

function textsOf(value: ReadonlyJson | undefined): string[] {
  return Array.isArray(value) ? value.filter((item: ReadonlyJson) => typeof item === "string") : [];
}
