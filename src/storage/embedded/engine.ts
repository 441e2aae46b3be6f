import type { Clock, Timer } from "../clock.ts";
import { StorageError } from "../storage.ts";
import type { CommitResult, KeyValue, RangeRequest, RangeResult, Storage, StoreEvent, Transaction, Watch, WatchRequest, WatchSink } from "../storage.ts";
import { HistoryWindow } from "./history-window.ts";
import { LeaseBook } from "./lease-book.ts";
import type { Change, LeaseRecord, StoredPair, StoreSize, Version, VersionStore } from "./version-store.ts";
import { compactedError, WatchHub } from "./watch-hub.ts";

export interface EngineOptions {
  readonly store: VersionStore;
  readonly clock: Clock;
  /** History is kept for at least so many milliseconds, at most twice that; 0: until `compact` is called. */
  readonly historyWindow: number;
  readonly failpoints?: Failpoints;
}

/** Places where a test makes a write fail or wait. */
export interface Failpoints {
  /** A batch is decided and not yet stored. Throwing a StorageError fails it. */
  beforeWrite?(): Promise<void> | void;
  /** A batch is durable and nobody knows. */
  beforeAcknowledge?(): Promise<void> | void;
}

/** The longest key that every embedded store can hold, in UTF-8 bytes. */
export const longestKey = 1968;
/** The largest value, in bytes: well above the 3 MiB that kube-apiserver accepts in a request. */
export const largestValue = 16 * 1024 * 1024;
/** Keys deleted at one revision when a lease ends. */
const leaseSlice = 200;
/** Milliseconds until work of the store itself (compaction, ending a lease) is tried again after a failure. */
const retryDelay = 1000;

/** Writes that are decided together, and become durable together or not at all. */
interface Group {
  readonly changes: Change[];
  readonly outcomes: Outcome[];
  readonly endedLeases: number[];
}

/** A commit that waits for its group. */
interface Outcome {
  readonly result: CommitResult | (() => CommitResult);
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: StorageError) => void;
}

/**
 * A store inside this process: etcd's semantics over a place that keeps versions (memory, a file). Transactions are
 * decided one after another in memory, against the newest accepted writes, and gathered in a group; one group at a time
 * is written; when it is durable, first the revision moves on, then watchers get their events, then writers their
 * answers. Reads look at the newest durable revision, so nobody sees a write that may still fail.
 */
export class EmbeddedStorage implements Storage {
  readonly #store: VersionStore;
  readonly #clock: Clock;
  readonly #failpoints: Failpoints;
  readonly #watches: WatchHub;
  readonly #leases: LeaseBook;
  readonly #window: HistoryWindow;
  /** The newest accepted change of keys that are not durable yet. */
  readonly #pending = new Map<string, Change>();
  /** The newest durable revision, and the newest accepted. */
  #revision: number;
  #accepted: number;
  #compacted: number;
  #compactedSaved: number;
  #collecting: Group = newGroup();
  #writing: Group | undefined;
  #scheduled = false;
  #sweeps: { readonly revision: number; readonly done: () => void; readonly failed: (error: StorageError) => void }[] = [];
  #idle: (() => void)[] = [];
  /** After a failed write: compaction goes on a little later. */
  #retry: Timer | undefined;
  /** The last put was refused for want of space. */
  #starved = false;
  /** Set when a write's outcome could not be told: only a restart finds out. */
  #broken: StorageError | undefined;
  #closing: Promise<void> | undefined;
  /** Keys and versions that ranges have looked at: what reading cost, for metrics and tests. */
  keysVisited = 0;

  constructor({ store, clock, historyWindow, failpoints }: EngineOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#failpoints = failpoints ?? {};
    const { revision, compacted, leases } = store.opened;
    this.#revision = this.#accepted = revision;
    this.#compacted = this.#compactedSaved = compacted;
    this.#watches = new WatchHub(store, (change) => this.#toEvent(change));
    this.#leases = new LeaseBook(clock, leases, (lease) => this.#expireLease(lease));
    this.#window = new HistoryWindow(clock, historyWindow, (kept) => this.#compactTo(kept), () => this.#revision);
    if (store.swept < compacted) this.#schedule();
  }

  get revision(): number {
    return this.#revision;
  }

  get compactedRevision(): number {
    return this.#compacted;
  }

  currentRevision(): Promise<number> {
    if (this.#closing !== undefined) return Promise.reject(closedError());
    return Promise.resolve(this.#revision);
  }

  async get(key: string): Promise<KeyValue | undefined> {
    if (this.#closing !== undefined) throw closedError();
    return this.#store.get(key, this.#revision);
  }

  async range(request: RangeRequest): Promise<RangeResult> {
    const { start, end, revision, limit = 0, keysOnly = false, count = false } = request;
    const pinned = revision ?? this.#revision;
    if (pinned > this.#revision) {
      throw new StorageError("futureRevision", `revision ${pinned} is newer than the newest, ${this.#revision}`, this.#revision);
    }
    const items: KeyValue[] = [];
    const most = limit > 0 ? limit : Infinity;
    let at: string | undefined = start;
    let met = 0;
    for (;;) {
      // Compacted while this was yielding: who asked for the newest still gets it.
      if (revision === undefined && pinned < this.#compacted) return this.range(request);
      this.#checkReadable(pinned);
      const full = items.length >= most;
      // Behind a full page one more pair is looked for, or all of them counted.
      const scan = this.#store.scan({
        start: at,
        end,
        revision: pinned,
        limit: full ? 1 : most - items.length,
        keysOnly: keysOnly || full,
        countOnly: full && count,
      });
      this.keysVisited += scan.visited;
      met += scan.met;
      if (!full) for (const item of scan.items) items.push(item);
      at = scan.next;
      if (at === undefined || (full && !count && met > most)) break;
      // A slice that ended early has worked for long enough.
      if (full || items.length < most) await new Promise(setImmediate);
    }
    const result = { items, revision: pinned, more: met > items.length };
    return count ? { ...result, count: met } : result;
  }

  commit(transaction: Transaction): Promise<CommitResult> {
    try {
      return this.#decide(transaction);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    if (this.#closing === undefined) return this.#watches.open(request, sink);
    queueMicrotask(() => sink.closed(closedError()));
    return { close: () => undefined, requestProgress: () => undefined };
  }

  async compact(revision: number): Promise<void> {
    if (this.#closing !== undefined) throw closedError();
    if (revision > this.#revision) {
      throw new StorageError("futureRevision", `revision ${revision} is newer than the newest, ${this.#revision}`, this.#revision);
    }
    this.#compactTo(revision);
    if (this.#store.swept >= revision && this.#compactedSaved >= revision) return;
    await new Promise<void>((done, failed) => {
      this.#sweeps.push({ revision, done, failed });
      this.#schedule();
    });
  }

  grantLease(seconds: number): Promise<number> {
    if (this.#closing !== undefined) return Promise.reject(closedError());
    return Promise.resolve(this.#leases.grant(seconds));
  }

  async revokeLease(lease: number): Promise<void> {
    if (this.#closing !== undefined) throw closedError();
    if (!this.#leases.end(lease)) return;
    try {
      await this.#deleteLeased(lease);
    } catch (error) {
      this.#retryLease(lease);
      throw error;
    }
  }

  async health(): Promise<string | undefined> {
    if (this.#closing !== undefined) return "the store is closed";
    return this.#broken?.message;
  }

  /** Keys and bytes, for metrics. */
  size(): StoreSize {
    return this.#store.size();
  }

  /** Accepts no more, waits until what was accepted is durable and answered, ends the watches, closes the file. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#leases.stop();
    this.#window.stop();
    this.#retry?.cancel();
    await this.#settled();
    for (const { failed } of this.#sweeps.splice(0)) failed(closedError());
    this.#watches.close(closedError());
    await this.#store.close();
  }

  // --- deciding ---

  #decide({ compares, operations }: Transaction): Promise<CommitResult> {
    if (this.#closing !== undefined) throw closedError();
    if (this.#broken !== undefined) throw new StorageError("unavailable", this.#broken.message);
    for (const { key, modRevision } of compares) {
      if ((this.#newest(key)?.modRevision ?? 0) !== modRevision) return this.#refuse(compares.map((compare) => compare.key));
    }
    if (operations.length > 1 && new Set(operations.map(({ key }) => key)).size < operations.length) {
      throw new TypeError("a transaction has two operations on one key");
    }
    let bytes = 0;
    for (const operation of operations) {
      checkKey(operation.key);
      if (operation.type === "put") {
        bytes += checkValue(operation.value);
        const lease = operation.lease ?? 0;
        if (lease !== 0 && !this.#leases.runs(lease)) throw new StorageError("unavailable", `lease ${lease} is not known or has ended`);
      }
    }
    if (bytes > 0) {
      const full = this.#store.room(bytes);
      this.#starved = full !== undefined;
      if (full !== undefined) {
        this.#giveUpHistory();
        throw full;
      }
    }
    const revision = this.#accepted + 1;
    const { changes } = this.#collecting;
    const before = changes.length;
    for (const operation of operations) {
      const { key } = operation;
      const previous = this.#newest(key);
      const slot = changes.length - before;
      let current: StoredPair | undefined;
      if (operation.type === "put") {
        const { value, lease = 0 } = operation;
        current = { key, value, modRevision: revision, createRevision: previous?.createRevision ?? revision, lease, slot };
      } else if (previous === undefined) continue;
      const change = { key, revision, slot, current, previous };
      changes.push(change);
      this.#pending.set(key, change);
    }
    if (changes.length > before) this.#accepted = revision;
    const result = { succeeded: true, revision: this.#accepted } as const;
    return changes.length > before || this.#busy ? this.#join(result) : Promise.resolve(result);
  }

  /** Answers with the newest pairs of the compared keys, once they are durable. */
  #refuse(keys: readonly string[]): Promise<CommitResult> {
    let newest = 0;
    const current = keys.map((key) => {
      const change = this.#pending.get(key);
      if (change === undefined) {
        const version = this.#store.newest(key);
        return version === undefined ? undefined : this.#pair(key, version);
      }
      newest = Math.max(newest, change.revision);
      return change.current;
    });
    const decided = this.#accepted;
    const result = (): CommitResult => ({ succeeded: false, revision: Math.min(decided, this.#revision), current });
    if (newest === 0) return Promise.resolve(result());
    const writing = this.#writing?.changes.at(-1)?.revision ?? 0;
    return this.#join(result, newest <= writing ? this.#writing : undefined);
  }

  /** The newest accepted version of a key. */
  #newest(key: string): Version | undefined {
    const change = this.#pending.get(key);
    return change === undefined ? this.#store.newest(key) : change.current;
  }

  #pair(key: string, version: Version): KeyValue {
    const { modRevision, createRevision, lease } = version;
    return { key, value: version.value ?? this.#store.value(key, version), modRevision, createRevision, lease };
  }

  #toEvent({ key, revision, current, previous }: Change): StoreEvent {
    return {
      type: current === undefined ? "delete" : "put",
      key,
      revision,
      current,
      previous: previous === undefined ? undefined : this.#pair(key, previous),
    };
  }

  // --- writing, a group at a time ---

  get #busy(): boolean {
    return this.#writing !== undefined || this.#collecting.changes.length > 0;
  }

  /** Answers when a group (the one that is being collected) is durable, and with it all before. */
  #join(result: Outcome["result"], group = this.#collecting): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      group.outcomes.push({ result, resolve, reject });
      this.#schedule();
    });
  }

  /** Starts the next group after this turn of the event loop, so that all of its requests come into one. */
  #schedule(): void {
    if (this.#scheduled || this.#writing !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#writeGroup();
    });
  }

  get #hasWork(): boolean {
    if (this.#collecting.outcomes.length > 0) return true;
    return this.#retry === undefined && (this.#compactedSaved < this.#compacted || this.#store.swept < this.#compacted);
  }

  async #writeGroup(): Promise<void> {
    const group = this.#collecting;
    this.#collecting = newGroup();
    this.#writing = group;
    const compacted = this.#compacted;
    const revision = group.changes.at(-1)?.revision ?? this.#revision;
    const leases = this.#leases.takeUnsaved();
    const sweep = this.#store.swept < compacted;
    try {
      if (this.#broken !== undefined) throw new StorageError("unavailable", this.#broken.message);
      await this.#failpoints.beforeWrite?.();
      if (group.changes.length > 0 || leases.length > 0 || group.endedLeases.length > 0 || sweep || compacted > this.#compactedSaved) {
        await this.#store.write({ changes: group.changes, revision, compacted, leases, endedLeases: group.endedLeases, sweep });
      }
      await this.#failpoints.beforeAcknowledge?.();
      this.#writing = undefined;
      this.#compactedSaved = Math.max(this.#compactedSaved, compacted);
      this.#acknowledge(group, revision);
    } catch (error) {
      this.#writing = undefined;
      this.#fail(group, leases, error);
    }
    this.#settleSweeps();
    const closed = this.#closing !== undefined && this.#collecting.outcomes.length === 0;
    if (this.#hasWork && !closed) this.#schedule();
    else for (const done of this.#idle.splice(0)) done();
  }

  #acknowledge(group: Group, revision: number): void {
    for (const change of group.changes) if (this.#pending.get(change.key) === change) this.#pending.delete(change.key);
    this.#revision = revision;
    this.#watches.publish(group.changes, revision);
    // What was deleted gives its space back at once, where space is what is missing.
    if (this.#starved && group.changes.length > 0) this.#giveUpHistory();
    for (const { result, resolve } of group.outcomes) resolve(typeof result === "function" ? result() : result);
  }

  /** Everything in the group and everything decided on top of it is forgotten, unseen. */
  #fail(group: Group, leases: readonly LeaseRecord[], cause: unknown): void {
    const error = cause instanceof StorageError ? cause : new StorageError("unknown", `the store failed: ${String(cause)}`);
    if (error.reason === "unknown" || error.reason === "corrupt") this.#broken = error;
    const onTop = this.#collecting;
    this.#collecting = newGroup();
    this.#pending.clear();
    this.#accepted = this.#revision;
    this.#leases.putBack(leases);
    for (const { reject } of group.outcomes) reject(error);
    // These were never handed to the store: whatever became of the group, nothing of them was applied.
    const unapplied = error.reason === "noSpace" ? error : new StorageError("unavailable", error.message);
    for (const { reject } of onTop.outcomes) reject(unapplied);
    if (error.reason === "noSpace") this.#giveUpHistory();
    this.#retryLater();
    for (const { failed } of this.#sweeps.splice(0)) failed(error);
  }

  #retryLater(): void {
    if (this.#broken !== undefined || this.#retry !== undefined) return;
    this.#retry = this.#clock.after(retryDelay, () => {
      this.#retry = undefined;
      if (this.#closing === undefined) this.#schedule();
    });
  }

  /** Resolves when nothing that was accepted waits to be written. */
  #settled(): Promise<void> {
    if (!this.#scheduled && this.#writing === undefined && !this.#hasWork) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#schedule();
    });
  }

  // --- compaction ---

  #compactTo(revision: number): void {
    if (revision <= this.#compacted || this.#closing !== undefined) return;
    this.#compacted = revision;
    this.#watches.compact(revision);
    this.#schedule();
  }

  /** Out of space: past versions are the first to go. */
  #giveUpHistory(): void {
    this.#compactTo(this.#revision);
  }

  #settleSweeps(): void {
    const saved = Math.min(this.#store.swept, this.#compactedSaved);
    this.#sweeps = this.#sweeps.filter(({ revision, done }) => {
      if (saved < revision) return true;
      done();
      return false;
    });
  }

  #checkReadable(revision: number): void {
    if (this.#closing !== undefined) throw closedError();
    if (revision < this.#compacted) throw compactedError(this.#compacted);
  }

  // --- leases ---

  #expireLease(lease: number): void {
    this.#leases.end(lease);
    this.#deleteLeased(lease).catch(() => this.#retryLease(lease));
  }

  #retryLease(lease: number): void {
    if (this.#closing === undefined && this.#broken === undefined) this.#clock.after(retryDelay, () => this.#expireLease(lease));
  }

  /** Deletes the keys that hold a lease (which has ended, so there won't be more), each with one event. */
  async #deleteLeased(lease: number): Promise<void> {
    let after = "";
    await this.#flushed();
    for (;;) {
      if (this.#closing !== undefined) throw closedError();
      const keys = this.#store.leasedKeys(lease, after, leaseSlice);
      const last = keys.at(-1);
      if (last === undefined) break;
      after = last;
      const operations = keys.filter((key) => this.#newest(key)?.lease === lease).map((key) => ({ type: "delete", key }) as const);
      if (operations.length > 0) await this.#decide({ compares: [], operations });
    }
    this.#collecting.endedLeases.push(lease);
    await this.#flushed();
  }

  /** Resolves when the group that is being collected is durable. */
  async #flushed(): Promise<void> {
    await this.#join({ succeeded: true, revision: this.#revision });
  }
}

function newGroup(): Group {
  return { changes: [], outcomes: [], endedLeases: [] };
}

function checkKey(key: string): void {
  if (key.length * 3 <= longestKey) return;
  // A zero byte takes two where the store escapes it.
  const bytes = Buffer.byteLength(key) + key.split("\0").length - 1;
  if (bytes > longestKey) throw new StorageError("tooLarge", `a key of ${bytes} bytes is longer than ${longestKey}`);
}

function checkValue(value: Buffer): number {
  if (value.length > largestValue) throw new StorageError("tooLarge", `a value of ${value.length} bytes is larger than ${largestValue}`);
  return value.length;
}

function closedError(): StorageError {
  return new StorageError("closed", "the store is closed");
}
