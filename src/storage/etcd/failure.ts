import { status } from "@grpc/grpc-js";
import { StorageError, type StorageErrorReason } from "../storage.ts";

/** What etcd says (its api/v3rpc/rpctypes/error.go), by the end of the message. */
const reasons: readonly (readonly [says: string, reason: StorageErrorReason])[] = [
  ["required revision has been compacted", "compacted"],
  ["required revision is a future revision", "futureRevision"],
  ["database space exceeded", "noSpace"],
  ["request is too large", "tooLarge"],
  ["too many operations in txn request", "tooLarge"],
  ["etcdserver: no leader", "unavailable"],
];

/** Codes that leave open whether a write was applied; all others say that it was refused. */
const unclear: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** What a call of gRPC fails with. */
export interface CallError {
  readonly code: number;
  readonly details: string;
}

/** A call that never left this process, since there was no connection. */
export function wasNotSent({ code, details }: CallError): boolean {
  return code === status.UNAVAILABLE && /^(No connection established|Name resolution failed)/.test(details);
}

/** Another member may do better. */
export function isOfMember({ code }: CallError): boolean {
  return code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED || code === status.INTERNAL;
}

/** Turns what a call failed with into the contract's error. */
export function storageErrorOf(error: CallError, isWrite: boolean): StorageError {
  const known = reasons.find(([says]) => error.details.endsWith(says));
  if (known !== undefined) return new StorageError(known[1], `etcd: ${error.details}`);
  const outcomeOpen = isWrite && unclear.has(error.code) && !wasNotSent(error);
  return new StorageError(outcomeOpen ? "unknown" : "unavailable", `etcd: ${error.details}`);
}
