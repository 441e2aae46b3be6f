import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { isObject, type JsonObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { components, referredDefinitions } from "./components.ts";
import { REF_PREFIX, type MediaTypes, type Method, type Operation, type PathItem } from "./operation.ts";
import type { Parameter } from "./parameter.ts";
import type { DocumentMaker, OpenApiParts } from "./v3.ts";

const V2_PREFIX = "#/definitions/";

/** A parameter as OpenAPI v2 has it, or a reference to a shared one. */
export type V2Parameter =
  | { readonly $ref: string }
  | { readonly name: string; readonly in: "body"; readonly required?: true; readonly schema: ReadonlyJsonObject }
  | {
      readonly name: string;
      readonly in: "path" | "query";
      readonly description: string;
      readonly required?: true;
      readonly type: string;
      readonly uniqueItems: true;
    };

/** An operation of a path, in the form of OpenAPI v2. */
export interface V2Operation {
  readonly "description": string;
  readonly "consumes"?: readonly string[];
  readonly "produces": readonly string[];
  readonly "schemes": readonly ["https"];
  readonly "tags": readonly string[];
  readonly "operationId": string;
  readonly "parameters"?: readonly V2Parameter[];
  readonly "responses": Readonly<Record<string, { readonly description: string; readonly schema?: ReadonlyJsonObject }>>;
  readonly "x-kubernetes-action"?: string;
  readonly "x-kubernetes-group-version-kind"?: ReadonlyJson;
}

/** A path in the form of OpenAPI v2. */
export type V2PathItem = { readonly [method in Method]?: V2Operation } & { readonly parameters?: readonly V2Parameter[] };

/** The OpenAPI v2 document, which holds all group versions. */
export interface V2Document {
  readonly swagger: "2.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, V2PathItem>>;
  readonly definitions: Readonly<Record<string, ReadonlyJsonObject>>;
  readonly parameters: Readonly<Record<string, V2Parameter>>;
  readonly securityDefinitions: ReadonlyJsonObject;
  readonly security: readonly ReadonlyJsonObject[];
}

/** Makes it from the paths of the v3 documents, one after the other, so that other requests get their turn between them. */
export async function v2Document(documents: ReadonlyMap<string, DocumentMaker>, parts: OpenApiParts): Promise<V2Document> {
  const v3Paths: [string, PathItem][] = [];
  for (const { make } of documents.values()) {
    v3Paths.push(...Object.entries(make().paths));
    await setImmediate();
  }
  v3Paths.sort(([a], [b]) => (a < b ? -1 : 1));
  const shared = new SharedParameters();
  const paths = v3Paths.map(([path, item]) => [path, convertItem(item, shared)] as const);
  const definitions = Object.entries(components(referredDefinitions(v3Paths), parts, undefined));
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: parts.release },
    paths: Object.fromEntries(paths),
    definitions: Object.fromEntries(definitions.map(([name, schema]) => [name, convertSchema(schema)])),
    parameters: shared.all(),
    securityDefinitions: { BearerToken: { description: "A bearer token.", type: "apiKey", name: "authorization", in: "header" } },
    security: [{ BearerToken: [] }],
  };
}

/**
 * Parameters that many operations have, told once. Clients of old look for dryRun and fieldValidation in the operations
 * themselves, so these are always written in place.
 */
class SharedParameters {
  readonly #byText = new Map<string, { readonly name: string; readonly parameter: V2Parameter }>();

  use(parameter: Exclude<V2Parameter, { readonly $ref: string }>): V2Parameter {
    if (parameter.name === "dryRun" || parameter.name === "fieldValidation" || parameter.name === "name") return parameter;
    const text = JSON.stringify(parameter);
    let known = this.#byText.get(text);
    if (known === undefined) {
      known = { name: `${parameter.name}-${createHash("sha256").update(text).digest("base64url").slice(0, 8)}`, parameter };
      this.#byText.set(text, known);
    }
    return { $ref: `#/parameters/${known.name}` };
  }

  all(): Record<string, V2Parameter> {
    const known = [...this.#byText.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return Object.fromEntries(known.map(({ name, parameter }) => [name, parameter]));
  }
}

function convertItem({ parameters, ...operations }: PathItem, shared: SharedParameters): V2PathItem {
  return {
    ...Object.fromEntries(Object.entries(operations).map(([method, operation]) => [method, convertOperation(operation, shared)])),
    ...(parameters === undefined ? {} : { parameters: parameters.map((parameter) => convertParameter(parameter, shared)) }),
  };
}

/** The original says of documents that they take what they give, but nothing of those that are no objects (OpenID). */
function documentConsumes({ responses }: Operation, produces: readonly string[]): readonly string[] {
  const schema = Object.values(responses["200"]?.content ?? {})[0]?.schema;
  return schema !== undefined && "$ref" in schema ? produces : [];
}

/** Bodies that every kind sends alike are shared; objects' own are written in place. */
const COMMON_BODIES: ReadonlySet<string> = new Set(["DeleteOptions", "Patch"]);

function convertOperation(operation: Operation, shared: SharedParameters): V2Operation {
  const { requestBody, parameters = [] } = operation;
  const action = operation["x-kubernetes-action"];
  const produces = mediaTypes(operation.responses["200"]?.content ?? operation.responses["201"]?.content);
  const consumes =
    action === undefined ? documentConsumes(operation, produces) : requestBody === undefined ? ["*/*"] : mediaTypes(requestBody.content);
  const converted = parameters.map((parameter) => convertParameter(parameter, shared));
  if (requestBody !== undefined) converted.unshift(convertBody(requestBody, shared));
  return {
    description: operation.description,
    ...(consumes.length === 0 ? {} : { consumes }),
    produces,
    schemes: ["https"],
    tags: operation.tags,
    operationId: operation.operationId,
    ...(converted.length === 0 ? {} : { parameters: converted }),
    responses: Object.fromEntries(
      Object.entries(operation.responses).map(([code, { description, content }]) => {
        const schema = content && Object.values(content)[0]?.schema;
        return [code, schema === undefined ? { description } : { description, schema: convertSchema(schema) }];
      }),
    ),
    ...(action === undefined ? {} : { "x-kubernetes-action": action }),
    ...(operation["x-kubernetes-group-version-kind"] === undefined
      ? {}
      : { "x-kubernetes-group-version-kind": { ...operation["x-kubernetes-group-version-kind"] } }),
  };
}

function convertBody({ content, required }: NonNullable<Operation["requestBody"]>, shared: SharedParameters): V2Parameter {
  const schema = convertSchema((Object.values(content)[0] as MediaTypes[string]).schema);
  const body = { name: "body", in: "body", ...(required === undefined ? {} : { required }), schema } as const;
  const name = String(schema["$ref"]).split(".").at(-1) ?? "";
  return COMMON_BODIES.has(name) ? shared.use(body) : body;
}

function convertParameter({ name, in: place, description, required, schema }: Parameter, shared: SharedParameters): V2Parameter {
  return shared.use({
    uniqueItems: true,
    type: schema.type,
    description,
    name,
    in: place,
    ...(required === undefined ? {} : { required }),
  });
}

/** The order in which the original lists media types here, which is not v3's. */
const ORDER: readonly string[] = [
  "text/plain",
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "application/json;stream=watch",
  "application/vnd.kubernetes.protobuf;stream=watch",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];

function mediaTypes(media: MediaTypes | undefined): string[] {
  return Object.keys(media ?? {}).sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
}

/** Members of a schema that v2 has not, or says otherwise. */
const NOT_IN_V2: ReadonlySet<string> = new Set(["default", "allOf", "oneOf"]);

/** A schema of v3 as v2 tells it: references may have siblings, and what may be of several types is a string. */
function convertSchema(schema: ReadonlyJsonObject): JsonObject {
  const converted: JsonObject = {};
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined || NOT_IN_V2.has(key)) continue;
    if (key === "$ref" && typeof value === "string") converted["$ref"] = V2_PREFIX + value.slice(REF_PREFIX.length);
    else if ((key === "items" || key === "additionalProperties") && isObject(value)) converted[key] = convertSchema(value);
    else if (key === "properties" && isObject(value)) {
      converted[key] = Object.fromEntries(
        Object.entries(value).map(([name, property]) => [name, convertSchema(property as ReadonlyJsonObject)]),
      );
    } else converted[key] = value as JsonObject;
  }
  const { allOf, oneOf } = schema;
  if (Array.isArray(allOf)) Object.assign(converted, convertSchema(allOf[0] as ReadonlyJsonObject));
  if (Array.isArray(oneOf)) converted["type"] = "string";
  return converted;
}
