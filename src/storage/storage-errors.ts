import { StorageError } from "./storage.ts";

/** What was asked for lies below the lowest revision that can be read. */
export function compactedError(compacted: number): StorageError {
  return new StorageError("compacted", "required revision has been compacted", compacted);
}

/** What was asked for lies above the newest revision. */
export function futureRevisionError(asked: number, newest: number): StorageError {
  return new StorageError("futureRevision", `revision ${asked} is newer than the newest, ${newest}`, newest, asked);
}

/** The store takes nothing any more. */
export function closedError(): StorageError {
  return new StorageError("closed", "the store is closed");
}

/** The store has another history than before: nothing that was read of it says anything any more. */
export function replacedError(message: string): StorageError {
  return new StorageError("replaced", message);
}
