import { parseJson } from "../codec/json-text.ts";
import { isObject, type ReadonlyJsonObject } from "../object/json.ts";

/**
 * The JSON object that another server answered with. Numbers are read as numbers: what documents describe has no other.
 * Errors: Error for what is no JSON object, or one nested without end.
 */
export function answeredObject(body: Buffer): ReadonlyJsonObject {
  const text = body.toString("utf8");
  parseJson(text); // refuses what is nested without end
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error("the answer is no object");
  return value;
}
