import { isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { anyValue, extensions, named, text, wrapped } from "./protobuf-parts.ts";
import { ProtobufWriter, type Write } from "./protobuf-writer.ts";

/**
 * An OpenAPI v3 document as the message openapi.v3.Document (gnostic). Each function writes one message; the numbers are
 * those of its fields. The document is plain JSON.
 */
export function v3Protobuf(document: ReadonlyJsonObject): Buffer {
  const message = new ProtobufWriter();
  message.text(1, text(document["openapi"]));
  message.message(2, info(objectOf(document["info"])));
  message.message(4, named(1, objectOf(document["paths"]), pathItem));
  message.message(5, components(objectOf(document["components"])));
  return message.finish();
}

function info(one: ReadonlyJsonObject): Write {
  return (message) => {
    message.text(1, text(one["title"]));
    message.text(2, text(one["description"]));
    message.text(6, text(one["version"]));
  };
}

function components({ schemas, securitySchemes }: ReadonlyJsonObject): Write {
  return (message) => {
    if (isObject(schemas)) message.message(1, named(1, schemas, schemaOrReference));
    if (isObject(securitySchemes))
      message.message(
        7,
        named(1, securitySchemes, (scheme: ReadonlyJsonObject) => wrapped(1, security(scheme))),
      );
  };
}

function security(one: ReadonlyJsonObject): Write {
  return (message) => {
    message.text(1, text(one["type"]));
    message.text(2, text(one["description"]));
    message.text(3, text(one["name"]));
    message.text(4, text(one["in"]));
  };
}

const METHOD_FIELDS = { get: 4, put: 5, post: 6, delete: 7, options: 8, head: 9, patch: 10 } as const;

function pathItem(one: ReadonlyJsonObject): Write {
  return (message) => {
    for (const [method, field] of Object.entries(METHOD_FIELDS)) {
      const asked = one[method];
      if (isObject(asked)) message.message(field, operation(asked));
    }
    for (const parameter of objectsOf(one["parameters"])) message.message(13, wrapped(1, parameterMessage(parameter)));
  };
}

function operation(one: ReadonlyJsonObject): Write {
  return (message) => {
    message.texts(1, one["tags"] as readonly string[] | undefined);
    message.text(3, text(one["description"]));
    message.text(5, text(one["operationId"]));
    for (const parameter of objectsOf(one["parameters"])) message.message(6, wrapped(1, parameterMessage(parameter)));
    const { requestBody, responses } = one;
    if (isObject(requestBody)) message.message(7, wrapped(1, body(requestBody)));
    if (isObject(responses))
      message.message(
        8,
        named(2, responses, (answer: ReadonlyJsonObject) => wrapped(1, response(answer))),
      );
    extensions(message, 13, one);
  };
}

function parameterMessage(one: ReadonlyJsonObject): Write {
  return (message) => {
    message.text(1, text(one["name"]));
    message.text(2, text(one["in"]));
    message.text(3, text(one["description"]));
    message.flag(4, one["required"] === true);
    if (isObject(one["schema"])) message.message(10, schemaOrReference(one["schema"]));
  };
}

function body(one: ReadonlyJsonObject): Write {
  return (message) => {
    message.text(1, text(one["description"]));
    message.message(2, content(one["content"]));
    message.flag(3, one["required"] === true);
  };
}

function response(one: ReadonlyJsonObject): Write {
  return (message) => {
    message.text(1, text(one["description"]));
    if (one["content"] !== undefined) message.message(3, content(one["content"]));
  };
}

/** By media type, what a body is. */
function content(types: ReadonlyJson | undefined): Write {
  return named(1, objectOf(types), (one: ReadonlyJsonObject) => (message) => {
    if (isObject(one["schema"])) message.message(1, schemaOrReference(one["schema"]));
  });
}

function schemaOrReference(one: ReadonlyJsonObject): Write {
  const reference = text(one["$ref"]);
  return reference === undefined ? wrapped(1, schema(one)) : wrapped(2, (message) => message.text(1, reference));
}

/** Members of a schema that are texts, whole numbers, numbers and flags, by their fields. */
const TEXTS = { title: 9, pattern: 17, type: 25, description: 34, format: 35 } as const;
const INTEGERS = { maxLength: 15, minLength: 16, maxItems: 18, minItems: 19, maxProperties: 21, minProperties: 22 } as const;
const NUMBERS = { multipleOf: 10, maximum: 11, minimum: 13 } as const;
const FLAGS = { nullable: 1, exclusiveMaximum: 12, exclusiveMinimum: 14, uniqueItems: 20 } as const;
const CHOICES = { allOf: 26, oneOf: 27, anyOf: 28 } as const;

function schema(one: ReadonlyJsonObject): Write {
  return (message) => {
    for (const [name, field] of Object.entries(FLAGS)) message.flag(field, one[name] === true);
    for (const [name, field] of Object.entries(NUMBERS)) message.double(field, numberOf(one[name]));
    for (const [name, field] of Object.entries(INTEGERS)) message.integer(field, numberOf(one[name]));
    for (const [name, field] of Object.entries(TEXTS)) message.text(field, text(one[name]));
    message.texts(23, one["required"] as readonly string[] | undefined);
    const { enum: values, not, items, properties, additionalProperties, default: byDefault } = one;
    if (Array.isArray(values)) for (const value of values) message.message(24, anyValue(value));
    for (const [name, field] of Object.entries(CHOICES))
      for (const choice of objectsOf(one[name])) message.message(field, schemaOrReference(choice));
    if (isObject(not)) message.message(29, schema(not));
    if (isObject(items)) message.message(30, wrapped(1, schemaOrReference(items)));
    if (isObject(properties)) message.message(31, named(1, properties, schemaOrReference));
    if (isObject(additionalProperties)) message.message(32, wrapped(1, schemaOrReference(additionalProperties)));
    else if (additionalProperties === true) message.message(32, (either) => either.flag(2, true));
    if (byDefault !== undefined) message.message(33, defaultType(byDefault));
    extensions(message, 36, one);
  };
}

/** A default that is a number, a truth or a text; of others the message only says that there is one. */
function defaultType(value: ReadonlyJson): Write {
  return (message) => {
    if (typeof value === "number" || typeof value === "bigint") message.double(1, Number(value));
    else if (typeof value === "boolean") message.integer(2, value ? 1 : 0);
    else if (typeof value === "string") message.texts(3, [value]);
  };
}

function objectOf(value: ReadonlyJson | undefined): ReadonlyJsonObject {
  return isObject(value) ? value : {};
}

function objectsOf(value: ReadonlyJson | undefined): readonly ReadonlyJsonObject[] {
  return Array.isArray(value) ? value.filter((item): item is ReadonlyJsonObject => isObject(item)) : [];
}

function numberOf(value: ReadonlyJson | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
