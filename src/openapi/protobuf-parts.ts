import { stringifyJson } from "../codec/json-text.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { ProtobufWriter, Write } from "./protobuf-writer.ts";

// What the messages of OpenAPI v2 and v3 (gnostic) are alike in.

/** A message that is a map: a repeated field of name and value. */
export function named<T>(field: number, members: Readonly<Record<string, T>> | ReadonlyJsonObject, write: (value: T) => Write): Write {
  return (message) => {
    for (const [name, value] of Object.entries(members)) {
      message.message(field, (entry) => {
        entry.text(1, name);
        entry.message(2, write(value as T));
      });
    }
  };
}

/** Members whose names begin with x-: a repeated field of name and value. */
export function extensions(message: ProtobufWriter, field: number, members: ReadonlyJsonObject): void {
  for (const [name, value] of Object.entries(members)) {
    if (!name.startsWith("x-") || value === undefined) continue;
    message.message(field, (extension) => {
      extension.text(1, name);
      extension.message(2, anyValue(value));
    });
  }
}

/** Any value, as YAML text, which JSON is. */
export function anyValue(value: ReadonlyJson): Write {
  return (message) => message.text(2, `${stringifyJson(value)}\n`);
}

/** A message in a field of another. */
export function wrapped(field: number, write: Write): Write {
  return (message) => message.message(field, write);
}

/** A value where it is a text. */
export function text(value: ReadonlyJson | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
