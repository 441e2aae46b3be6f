import { StatusError, internalError, type Status } from "../object/status.ts";
import { StorageError } from "../storage/storage.ts";
import type { ApiAnswer, ApiRequest } from "./exchange.ts";
import { storageStatus } from "./storage-status.ts";

/** The answer to whatever was thrown: a client's fault is its Status, anything else a logged 500 without its details. */
export function faultAnswer(error: unknown, request: ApiRequest, onBug: (error: unknown, request: ApiRequest) => void): ApiAnswer {
  if (error instanceof StatusError) return statusAnswer(error.status, "nosniff" in error);
  if (error instanceof StorageError) return statusAnswer(storageStatus(error));
  onBug(error, request);
  return statusAnswer(internalError("an unexpected fault, which the server's log describes").status);
}

/** A Status as an answer. */
export function statusAnswer(status: Status, nosniff = false): ApiAnswer {
  const retry = status.details?.retryAfterSeconds;
  return {
    status: status.code,
    headers: {
      "content-type": "application/json",
      ...(retry === undefined || retry === 0 ? {} : { "retry-after": String(retry) }),
      ...(nosniff ? { "x-content-type-options": "nosniff" } : {}),
    },
    body: Buffer.from(`${JSON.stringify(status)}\n`),
  };
}
