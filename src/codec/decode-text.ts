import type { JsonValue } from "../object/json.ts";
import { JsonError } from "./json-scan.ts";
import { parseJson } from "./json-text.ts";
import { parseYaml, YamlError, type ReadYaml } from "./yaml-read.ts";

/** The value of a JSON text. Errors: what `fault` makes of the message of a text that is none. */
export function decodeJson(text: string, fault: (message: string) => Error): JsonValue {
  try {
    return parseJson(text).value;
  } catch (error) {
    throw error instanceof JsonError ? fault(error.message) : error;
  }
}

/** The value of a YAML text; the last of repeated keys counts. Errors: as for `readYaml`. */
export function decodeYaml(text: string, fault: (message: string) => Error): JsonValue {
  return readYaml(text, fault).value;
}

/** What a YAML text says. Errors: what `fault` makes of the message of a text that is none. */
export function readYaml(text: string, fault: (message: string) => Error): ReadYaml {
  try {
    return parseYaml(text);
  } catch (error) {
    throw error instanceof YamlError ? fault(error.message) : error;
  }
}
