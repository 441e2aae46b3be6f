import { parseOwnJson, stringifyJson } from "../codec/json-text.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { copyWithoutManagedFields, withoutManagedFields } from "./managed-fields.ts";

/** Where an object says what it is, in the answers of this server. */
const OBJECT = /^\{\s*"(?:kind|apiVersion)":/;

/** The Status that an answer is; undefined where it is none, or none that the original tells of. */
export function statusOf({ value }: ApiAnswer): ReadonlyJsonObject | undefined {
  // A client that takes no form of ours is answered before there is an object to tell of.
  return value?.["kind"] === "Status" && value["reason"] !== "NotAcceptable" ? value : undefined;
}

/** The JSON bytes of an answer that does not stream; undefined where it is none. */
export function jsonOf(answer: ApiAnswer): Buffer | undefined {
  const type = answer.headers["content-type"];
  const body = answer.json?.() ?? (typeof type === "string" && type.startsWith("application/json") ? answer.body : undefined);
  return Buffer.isBuffer(body) ? body : undefined;
}

/** An object made for an answer, as JSON without line breaks. */
export function valueText(value: ReadonlyJsonObject, omitManagedFields: boolean): string {
  return stringifyJson(omitManagedFields ? copyWithoutManagedFields(value) : value);
}

/** The object that JSON bytes are, as JSON without line breaks; "" where they are none. */
export function objectText(json: Buffer, omitManagedFields: boolean): string {
  if (!OBJECT.test(json.toString("latin1", 0, 40))) return "";
  const text = json.toString("utf8").trimEnd();
  const owned = omitManagedFields && text.includes('"managedFields"');
  if (!owned && !text.includes("\n")) return text;
  const value = parseOwnJson(text);
  return stringifyJson(owned ? withoutManagedFields(value) : value);
}
