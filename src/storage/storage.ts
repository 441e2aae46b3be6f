import type { KubeObject } from "../object/kube-object.ts";

/**
 * The storage contract: etcd's semantics, whichever store holds the bytes. Nothing above this file knows which it is.
 * Promises are in the comments; `contract.test-suite.ts` is the same promises, executable, and every implementation
 * passes it.
 *
 * - Keys are well-formed Unicode text of at most 1,900 bytes in UTF-8, ordered by those bytes (`key-order.ts`). One
 *   revision counts the commits of the whole store; it only grows. An empty store is at 1, as in etcd.
 * - Revision order is commit order.
 * - No range, event or acknowledgement shows a revision before it is durable.
 * - A commit that was acknowledged survives kill -9 and, with fsync, a power loss.
 * - A buffer handed to the store is the store's, one that it gave belongs to everybody: nobody changes its bytes.
 */
export interface Storage extends AsyncDisposable {
  /**
   * The newest durable revision that this process knows; never falls, unless the store is replaced (restored from a
   * backup, as a remote one may be): then every watch is closed as "replaced". Embedded stores: always the newest there is, and
   * every watch that has caught up was handed its events up to it.
   */
  readonly revision: number;

  /**
   * The newest durable revision of the store itself: embedded stores answer at once, a remote one asks it.
   * Errors: StorageError "unavailable".
   */
  currentRevision(): Promise<number>;

  /**
   * The pairs with start ≤ key < end, in key order, as of one revision. Cost is that of the pairs returned, whatever
   * lies beside them. Errors: StorageError "compacted", "futureRevision", "unavailable".
   */
  range(request: RangeRequest): Promise<RangeResult>;

  /** The newest pair at one key, or undefined. */
  get(key: string): Promise<KeyValue | undefined>;

  /**
   * One atomic transaction: if every compare holds against the newest accepted write, all operations are applied at one
   * new revision. Resolves when that revision is durable, and after every watcher of this process was handed its events
   * (embedded stores). When a compare fails, nothing is changed and the answer carries the newest pairs of the compared
   * keys, durable by then. Embedded stores decide in the order of the calls, a remote one decides those that are under way
   * at once in any order. Errors: StorageError "noSpace" (nothing applied), "unavailable" (nothing applied),
   * "unknown" (the outcome cannot be told; never retried blindly), "tooLarge", "closed". A put with a lease that has
   * ended is "unavailable". An answer that rests on a write which fails, fails with it.
   */
  commit(transaction: Transaction): Promise<CommitResult>;

  /**
   * Hands every change of start ≤ key < end after `fromRevision` to the sink, each once, in revision order, however far
   * back (or ahead) that is. The sink is called synchronously, never from within `watch` itself, and must not throw: its
   * watch would be closed as "unavailable". Errors reach `sink.closed`.
   */
  watch(request: WatchRequest, sink: WatchSink): Watch;

  /**
   * Makes history below a revision unreadable, at once; newest values stay, and watches that have caught up go on.
   * Resolves when the space is free again, where the store can tell. Idempotent. Errors: StorageError "futureRevision".
   */
  compact(revision: number): Promise<void>;

  /** The lowest revision that can still be read in full. */
  readonly compactedRevision: number;

  /**
   * A lease: keys put with it are deleted when it ends (one event each), unless they were put without it since. Seconds;
   * the store may extend, never shorten. A store may give one lease to several callers that ask for the same time within
   * a minute.
   */
  grantLease(seconds: number): Promise<number>;

  /** Ends a lease now, for everybody who shares it; resolves when its keys are deleted. Idempotent. */
  revokeLease(lease: number): Promise<void>;

  /**
   * Resolves undefined while the store works, else with what is wrong: the `etcd` health checks. A remote store gets so
   * many milliseconds to answer; default: 2,000.
   */
  health(patience?: number): Promise<string | undefined>;
}

/** One key with its value and revisions. */
export interface KeyValue {
  readonly key: string;
  readonly value: Buffer;
  /** Revision of the last change of this key. */
  readonly modRevision: number;
  /** Revision that created it (since it was last deleted). */
  readonly createRevision: number;
  /** 0: none. */
  readonly lease: number;
  /** Where the value is no JSON: how its object is read. No store sets it, but who reads values of other forms. */
  readonly packed?: PackedValue;
  /** Why the value cannot be read, after its key; set by the same. */
  readonly fault?: string;
}

/** An object in another form than JSON, known to be sound. */
export interface PackedValue {
  /** Bytes that it keeps. */
  readonly size: number;
  /** The object without resourceVersion, the caller's own. */
  object(): KubeObject;
  /** Its protobuf message with a resourceVersion, as a field of what holds it; undefined where that takes more than a copy. */
  payload(resourceVersion: string): Buffer | undefined;
}

export interface RangeRequest {
  readonly start: string;
  /** Exclusive. */
  readonly end: string;
  /** Absent: the newest durable state. */
  readonly revision?: number;
  /** Absent or 0: all. */
  readonly limit?: number;
  /** Values are left out (empty buffers), which is cheaper. */
  readonly keysOnly?: boolean;
  /** Count every key in the range, beyond the limit too (costs a walk over the keys). */
  readonly count?: boolean;
}

export interface RangeResult {
  readonly items: readonly KeyValue[];
  /** The revision of the state that was read. */
  readonly revision: number;
  /** There are further keys in the range. */
  readonly more: boolean;
  /** All keys in the range; only where asked for. */
  readonly count?: number;
}

export interface Compare {
  readonly key: string;
  /** The modRevision that the key must have; 0: it must not exist. */
  readonly modRevision: number;
}

export type Operation =
  | { readonly type: "put"; readonly key: string; readonly value: Buffer; readonly lease?: number }
  | { readonly type: "delete"; readonly key: string };

export interface Transaction {
  readonly compares: readonly Compare[];
  /** At most one operation a key (two are a TypeError). Deleting an absent key is no change; nothing changed, no revision. */
  readonly operations: readonly Operation[];
}

export type CommitResult =
  | { readonly succeeded: true; readonly revision: number }
  | { readonly succeeded: false; readonly revision: number; readonly current: readonly (KeyValue | undefined)[] };

export interface WatchRequest {
  readonly start: string;
  readonly end: string;
  /** Events with a greater revision are sent. Below the compacted revision: closed with "compacted" and that revision. */
  readonly fromRevision: number;
}

export interface StoreEvent {
  readonly type: "put" | "delete";
  readonly key: string;
  /** The revision of the change. */
  readonly revision: number;
  /** The new pair; for a delete undefined. */
  readonly current: KeyValue | undefined;
  /** The pair before the change; undefined where the key was created. */
  readonly previous: KeyValue | undefined;
}

export interface WatchSink {
  /**
   * Events in revision order, possibly none; afterwards everything up to `revision` has been delivered. All events of
   * one revision come in one call.
   */
  events(events: readonly StoreEvent[], revision: number): void;
  /** The watch ended and will deliver nothing more; undefined where it was closed by its owner. */
  closed(error: StorageError | undefined): void;
}

export interface Watch {
  close(): void;
  /** Asks for an `events([], revision)`, which may come before this returns, so that a quiet prefix learns the store's newest revision. */
  requestProgress(): void;
}

export type StorageErrorReason =
  | "compacted"
  | "futureRevision"
  | "unavailable"
  | "unknown"
  | "noSpace"
  | "tooLarge"
  | "closed"
  | "corrupt"
  | "replaced";

/** What can go wrong in a store, by reason; the registry turns it into a Status. */
export class StorageError extends Error {
  readonly reason: StorageErrorReason;
  /** For "compacted": the compacted revision; for "futureRevision": the newest. */
  readonly revision: number | undefined;
  /** For "futureRevision": the revision that was asked for, where the store knows. */
  readonly asked: number | undefined;

  constructor(reason: StorageErrorReason, message: string, revision?: number, asked?: number) {
    super(message);
    this.name = "StorageError";
    this.reason = reason;
    this.revision = revision;
    this.asked = asked;
  }
}
