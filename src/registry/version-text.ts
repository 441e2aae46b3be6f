import type { JsonObject } from "../object/json.ts";
import { plainError } from "../object/status.ts";

const LARGEST = 18446744073709551615n;

/** A resourceVersion that a client sends with an object that it changes. Errors: StatusError 500 as the original answers. */
export function checkVersionText({ resourceVersion }: JsonObject): void {
  if (typeof resourceVersion !== "string" || resourceVersion === "") return;
  const fault = versionFault(resourceVersion);
  if (fault !== undefined) throw plainError(`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: ${fault}`);
}

/** Whether an object names a version, which one that is to be created may not; the original passes over what is no number. */
export function namesVersion({ resourceVersion }: JsonObject): boolean {
  return typeof resourceVersion === "string" && !/^0*$/.test(resourceVersion) && versionFault(resourceVersion) === undefined;
}

function versionFault(text: string): string | undefined {
  if (!/^\d+$/.test(text)) return "invalid syntax";
  return text.length >= 20 && BigInt(text) > LARGEST ? "value out of range" : undefined;
}
