import { parseUint64 } from "../object/int64.ts";
import type { JsonObject } from "../object/json.ts";
import { plainError } from "../object/status.ts";

/**
 * Whether an object that is to be changed names a version: "" and zero are none. Errors: StatusError 500 for what is no
 * version, as the original answers.
 */
export function checkVersion({ resourceVersion }: JsonObject): boolean {
  if (typeof resourceVersion !== "string" || resourceVersion === "") return false;
  const read = parseUint64(resourceVersion);
  if ("problem" in read) throw plainError(read.problem);
  return read.value !== 0n;
}

/** Whether an object names a version, which one that is to be created may not; the original passes over what is no number. */
export function namesVersion({ resourceVersion }: JsonObject): boolean {
  if (typeof resourceVersion !== "string" || resourceVersion === "") return false;
  const read = parseUint64(resourceVersion);
  return "value" in read && read.value !== 0n;
}
