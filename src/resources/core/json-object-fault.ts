import { JsonError } from "../../codec/json-scan.ts";
import { parseJson } from "../../codec/json-text.ts";
import type { JsonValue } from "../../object/json.ts";
import { quoteText } from "../../object/quote.ts";

/** What is wrong with bytes that should be a JSON object (or null), in the words that clients know; undefined: nothing. */
export function jsonObjectFault(bytes: Buffer): string | undefined {
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (first !== undefined && first >= 0x80) {
    return `invalid character '${quoteText(String.fromCharCode(first)).slice(1, -1)}' looking for beginning of value`;
  }
  try {
    const found = typeName(parseJson(bytes.toString("utf8")).value);
    return found === undefined ? undefined : `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
}

function typeName(value: JsonValue): string | undefined {
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
    case "bigint":
      return "number";
    default:
      return undefined;
  }
}
