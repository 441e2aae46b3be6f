import { conflict, type StatusError } from "../object/status.ts";
import type { Endpoint } from "./endpoint.ts";

/** 409: the stored object is not the one that the client means. */
export function preconditionFailed(
  endpoint: Endpoint,
  key: string,
  name: string,
  member: "UID" | "ResourceVersion",
  asked: string,
  found: string,
): StatusError {
  const problem = `Precondition failed: ${member} in precondition: ${asked}, ${member} in object meta: ${found}`;
  return conflict(
    endpoint.ref,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${problem}`,
  );
}
