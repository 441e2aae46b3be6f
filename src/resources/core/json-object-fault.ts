import { isObject } from "../../object/json.ts";
import { quoteText } from "../../object/quote.ts";
import { jsonOfType } from "../json-of-type.ts";

/** What is wrong with bytes that should be a JSON object (or null), in the words that clients know; undefined: nothing. */
export function jsonObjectFault(bytes: Buffer): string | undefined {
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (first !== undefined && first >= 0x80) {
    return `invalid character '${quoteText(String.fromCharCode(first)).slice(1, -1)}' looking for beginning of value`;
  }
  const read = jsonOfType(bytes.toString("utf8"), isObject, "map[string]interface {}");
  return "problem" in read ? read.problem : undefined;
}
