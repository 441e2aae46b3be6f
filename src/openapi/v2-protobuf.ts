import { isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { anyValue, extensions, named, text, wrapped } from "./protobuf-parts.ts";
import { ProtobufWriter, type Write } from "./protobuf-writer.ts";
import type { V2Document, V2Operation, V2Parameter, V2PathItem } from "./v2.ts";

/**
 * The OpenAPI v2 document as the message openapi.v2.Document (gnostic), which clients before 1.27 read. Each function
 * writes one message; the numbers are those of its fields.
 */
export function v2Protobuf(document: V2Document): Buffer {
  const message = new ProtobufWriter();
  message.text(1, document.swagger);
  message.message(2, (info) => {
    info.text(1, document.info.title);
    info.text(2, document.info.version);
  });
  message.message(8, named(2, document.paths, pathItem));
  message.message(9, named(1, document.definitions, schema));
  message.message(
    10,
    named(1, document.parameters, (parameter) => parameterMessage(parameter)),
  );
  for (const requirement of document.security)
    message.message(
      12,
      named(1, requirement, (scopes) => (list) => list.texts(1, scopes as readonly string[])),
    );
  message.message(
    13,
    named(1, document.securityDefinitions, (definition) => (item) => item.message(2, apiKey(definition as ReadonlyJsonObject))),
  );
  return message.finish();
}

function apiKey(definition: ReadonlyJsonObject): Write {
  return (message) => {
    message.text(1, text(definition["type"]));
    message.text(2, text(definition["name"]));
    message.text(3, text(definition["in"]));
    message.text(4, text(definition["description"]));
  };
}

const METHOD_FIELDS = { get: 2, put: 3, post: 4, delete: 5, options: 6, head: 7, patch: 8 } as const;

function pathItem(item: V2PathItem): Write {
  return (message) => {
    for (const [method, field] of Object.entries(METHOD_FIELDS)) {
      const one = item[method as keyof typeof METHOD_FIELDS];
      if (one !== undefined) message.message(field, operation(one));
    }
    parameters(message, 9, item.parameters);
  };
}

function operation(one: V2Operation): Write {
  return (message) => {
    message.texts(1, one.tags);
    message.text(3, one.description);
    message.text(5, one.operationId);
    message.texts(6, one.produces);
    message.texts(7, one.consumes);
    parameters(message, 8, one.parameters);
    message.message(
      9,
      named(
        1,
        one.responses,
        (response) => (value) =>
          value.message(1, (inner) => {
            inner.text(1, response.description);
            if (response.schema !== undefined) inner.message(2, wrapped(1, schema(response.schema)));
          }),
      ),
    );
    message.texts(10, one.schemes);
    extensions(message, 13, one as unknown as ReadonlyJsonObject);
  };
}

function parameters(message: ProtobufWriter, field: number, list: readonly V2Parameter[] | undefined): void {
  for (const parameter of list ?? []) {
    const item: Write =
      "$ref" in parameter ? wrapped(2, (reference) => reference.text(1, parameter.$ref)) : wrapped(1, parameterMessage(parameter));
    message.message(field, item);
  }
}

/** openapi.v2.Parameter: a body, or what stands in path or query; those two messages number their fields differently. */
function parameterMessage(parameter: V2Parameter): Write {
  if ("$ref" in parameter) return () => {};
  if (parameter.in === "body") {
    return wrapped(1, (body) => {
      body.text(2, parameter.name);
      body.text(3, parameter.in);
      body.flag(4, parameter.required);
      body.message(5, schema(parameter.schema));
    });
  }
  const inQuery = parameter.in === "query";
  return wrapped(
    2,
    wrapped(inQuery ? 3 : 4, (message) => {
      message.flag(1, parameter.required);
      message.text(2, parameter.in);
      message.text(3, parameter.description);
      message.text(4, parameter.name);
      message.text(inQuery ? 6 : 5, parameter.type);
      message.flag(inQuery ? 20 : 19, parameter.uniqueItems);
    }),
  );
}

function schema(one: ReadonlyJsonObject): Write {
  return (message) => {
    message.text(1, text(one["$ref"]));
    message.text(2, text(one["format"]));
    message.text(4, text(one["description"]));
    message.texts(19, one["required"] as readonly string[] | undefined);
    for (const value of (one["enum"] as readonly ReadonlyJson[] | undefined) ?? []) message.message(20, anyValue(value));
    const additional = one["additionalProperties"];
    if (isObject(additional)) message.message(21, wrapped(1, schema(additional)));
    if (typeof one["type"] === "string") message.message(22, (type) => type.text(1, text(one["type"])));
    const { items, properties } = one;
    if (isObject(items)) message.message(23, wrapped(1, schema(items)));
    if (isObject(properties))
      message.message(
        25,
        named(1, properties, (property) => schema(property as ReadonlyJsonObject)),
      );
    extensions(message, 31, one);
  };
}
