import {
  expired,
  internalError,
  requestEntityTooLarge,
  serviceUnavailable,
  tooLargeResourceVersion,
  type Status,
  type StatusError,
} from "../object/status.ts";
import type { StorageError, StorageErrorReason } from "../storage/storage.ts";

const STATUS: Readonly<Record<StorageErrorReason, (error: StorageError) => StatusError>> = {
  compacted: (error) => expired(`The resourceVersion for the provided list is too old: ${error.message}`),
  futureRevision: (error) => tooLargeResourceVersion(error.asked ?? 0, error.revision ?? 0),
  unavailable: (error) => serviceUnavailable(`the store does not answer: ${error.message}`, 1),
  unknown: (error) => internalError(`the outcome of the write is unknown: ${error.message}`),
  noSpace: (error) => internalError(`the store is full: ${error.message}; reads and deletes go on`),
  tooLarge: (error) => requestEntityTooLarge(error.message),
  replaced: (error) => expired(error.message),
  closed: () => serviceUnavailable("the server is shutting down", 1),
  corrupt: (error) => internalError(error.message),
};

/** What a client is told of a store's fault. */
export function storageStatus(error: StorageError): Status {
  return STATUS[error.reason](error).status;
}
