import { JsonError } from "../codec/json-scan.ts";
import { jsonKind } from "../codec/json-kind.ts";
import { parseJson } from "../codec/json-text.ts";
import type { JsonValue } from "../object/json.ts";

/**
 * What a JSON text within an object says, or what is wrong with it, in the words that clients know: no JSON, or not of the
 * form that `fits` wants; `type` is what messages call that form. null always fits.
 */
export function jsonOfType(
  text: string,
  fits: (value: JsonValue) => boolean,
  type: string,
): { readonly value: JsonValue } | { readonly problem: string } {
  try {
    const { value } = parseJson(text);
    if (value === null || fits(value)) return { value };
    return { problem: `json: cannot unmarshal ${jsonKind(value)} into Go value of type ${type}` };
  } catch (error) {
    if (error instanceof JsonError) return { problem: error.message };
    throw error;
  }
}
