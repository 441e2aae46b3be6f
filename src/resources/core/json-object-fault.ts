import { JsonError } from "../../codec/json-scan.ts";
import { jsonKind } from "../../codec/json-kind.ts";
import { parseJson } from "../../codec/json-text.ts";
import { isObject } from "../../object/json.ts";
import { quoteText } from "../../object/quote.ts";

/** What is wrong with bytes that should be a JSON object (or null), in the words that clients know; undefined: nothing. */
export function jsonObjectFault(bytes: Buffer): string | undefined {
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (first !== undefined && first >= 0x80) {
    return `invalid character '${quoteText(String.fromCharCode(first)).slice(1, -1)}' looking for beginning of value`;
  }
  try {
    const { value } = parseJson(bytes.toString("utf8"));
    return value === null || isObject(value)
      ? undefined
      : `json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`;
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
}
