import type { JsonObject } from "../object/json.ts";

/**
 * A decoded object seen as the type of its kind: `const pod = typed<Pod>(object)`, once, where a function takes an object
 * of a kind that it knows. Nothing is checked: the decoder has seen to it that what is there has the declared type. What
 * is optional may be absent; members that are not optional are there unless the writer left them out and validation has
 * not run yet.
 */
export function typed<T extends JsonObject>(object: JsonObject): T {
  return object as T;
}
