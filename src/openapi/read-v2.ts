import { isObject, setOwn, type JsonObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { objectIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import type { Method } from "./operation.ts";
import type { V2Operation, V2Parameter, V2PathItem } from "./v2.ts";

/** Schemas below schemas that are read. */
const MAX_DEPTH = 64;
const METHODS: readonly Method[] = ["get", "put", "post", "delete", "options", "head", "patch"];

/** Gives references of what is read their names here. */
export type Rename = (reference: string) => string;

/** A path of somebody else's OpenAPI v2 document, with what such paths have and nothing beside. */
export function readPathItem(item: ReadonlyJsonObject, rename: Rename): V2PathItem {
  const read: { -readonly [K in keyof V2PathItem]: V2PathItem[K] } = {};
  for (const method of METHODS) if (isObject(item[method])) read[method] = readOperation(objectIn(item, method), rename);
  const parameters = readParameters(item, rename);
  if (parameters.length > 0) read.parameters = parameters;
  return read;
}

function readOperation(one: ReadonlyJsonObject, rename: Rename): V2Operation {
  const [consumes, parameters] = [stringsIn(one, "consumes"), readParameters(one, rename)];
  const responses = Object.entries(objectIn(one, "responses")).filter((entry): entry is [string, ReadonlyJsonObject] => isObject(entry[1]));
  return {
    ...extensions(one),
    description: stringIn(one, "description"),
    ...(consumes.length === 0 ? {} : { consumes }),
    produces: stringsIn(one, "produces"),
    schemes: ["https"],
    tags: stringsIn(one, "tags"),
    operationId: stringIn(one, "operationId"),
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: Object.fromEntries(
      responses.map(([code, response]) => {
        const schema = isObject(response["schema"]) ? { schema: readSchema(response["schema"], rename) } : {};
        return [code, { description: stringIn(response, "description"), ...schema }];
      }),
    ),
  };
}

function readParameters(holder: ReadonlyJsonObject, rename: Rename): V2Parameter[] {
  return objectsIn(holder, "parameters").map((one) => readParameter(one, rename));
}

/** A parameter, of an operation or shared. */
export function readParameter(one: ReadonlyJsonObject, rename: Rename): V2Parameter {
  const reference = stringIn(one, "$ref");
  if (reference !== "") return { $ref: rename(reference) };
  const required = one["required"] === true ? ({ required: true } as const) : {};
  const [name, place] = [stringIn(one, "name"), stringIn(one, "in")];
  if (place === "body") return { name, in: "body", ...required, schema: readSchema(objectIn(one, "schema"), rename) };
  const described = {
    name,
    description: stringIn(one, "description"),
    ...required,
    type: stringIn(one, "type"),
    uniqueItems: true,
  } as const;
  return { ...described, in: place === "path" ? "path" : "query" };
}

/** A schema, its references renamed. What lies too deep is left open. */
export function readSchema(one: ReadonlyJsonObject, rename: Rename, depth = 0): JsonObject {
  const read: JsonObject = {};
  if (depth > MAX_DEPTH) return read;
  for (const [key, value] of Object.entries(one)) {
    const said = value === undefined ? undefined : schemaMember(key, value, rename, depth);
    if (said !== undefined) setOwn(read, key, said);
  }
  return read;
}

function schemaMember(key: string, value: ReadonlyJson, rename: Rename, depth: number): JsonObject[string] {
  switch (key) {
    case "$ref":
      return typeof value === "string" ? rename(value) : undefined;
    case "required":
      return Array.isArray(value) ? value.filter((name) => typeof name === "string") : undefined;
    case "enum":
      return Array.isArray(value) ? (value as JsonObject[string]) : undefined;
    case "items":
    case "additionalProperties":
      return isObject(value) ? readSchema(value, rename, depth + 1) : typeof value === "boolean" ? value : undefined;
    case "properties": {
      const properties: JsonObject = {};
      for (const [name, property] of Object.entries(isObject(value) ? value : {}))
        if (isObject(property)) setOwn(properties, name, readSchema(property, rename, depth + 1));
      return properties;
    }
    default:
      return key.startsWith("x-") || typeof value !== "object" ? (value as JsonObject[string]) : undefined;
  }
}

function extensions(one: ReadonlyJsonObject): ReadonlyJsonObject {
  return Object.fromEntries(Object.entries(one).filter(([key]) => key.startsWith("x-")));
}
