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

/** What to do about a fault that only an administrator can mend. */
const advice: ReadonlyMap<StorageErrorReason, string> = new Map([
  ["noSpace", " (delete objects, then compact and defragment etcd, or raise its quota, and disarm its NOSPACE alarm)"],
]);

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

/** A call that no member has acted on: it never left this process, or was refused at the door for want of a leader. */
export function wasNotTaken({ code, details }: CallError): boolean {
  return code === status.UNAVAILABLE && /^(No connection established|Name resolution failed)|etcdserver: no leader$/.test(details);
}

/** CANCELLED: the member was dropped while it was asked. */
const ofMember: ReadonlySet<number> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.INTERNAL, status.CANCELLED]);

/** A failure of the member that was asked: another may do better. */
export function isOfMember({ code }: CallError): boolean {
  return ofMember.has(code);
}

/** Turns what a call failed with into the contract's error. */
export function storageErrorOf(error: CallError, isWrite: boolean): StorageError {
  const known = reasons.find(([says]) => error.details.endsWith(says));
  if (known !== undefined) return new StorageError(known[1], `etcd: ${error.details}${advice.get(known[1]) ?? ""}`);
  const outcomeOpen = isWrite && unclear.has(error.code) && !wasNotTaken(error);
  return new StorageError(outcomeOpen ? "unknown" : "unavailable", `etcd: ${error.details}`);
}
