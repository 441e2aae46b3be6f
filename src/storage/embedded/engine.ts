import type { Clock } from "../clock.ts";
import { StorageError } from "../storage.ts";
import { closedError, compactedError, futureRevisionError } from "../storage-errors.ts";
import type {
  CommitResult,
  KeyValue,
  Operation,
  RangeRequest,
  RangeResult,
  Storage,
  StoreEvent,
  Transaction,
  Watch,
  WatchRequest,
  WatchSink,
} from "../storage.ts";
import { CommitQueue } from "./commit-queue.ts";
import type { Failpoints } from "./commit-queue.ts";
import { HistoryWindow } from "./history-window.ts";
import { LeaseBook } from "./lease-book.ts";
import { checkOperations } from "../limits.ts";
import { readRange } from "./range.ts";
import type { Change, Scan, ScanResult, StoredPair, StoreSize, Version, VersionStore } from "./version-store.ts";
import { WatchHub } from "./watch-hub.ts";

interface EngineOptions {
  readonly store: VersionStore;
  readonly clock: Clock;
  /** History is kept for at least so many milliseconds, at most twice that; 0: until `compact` is called. */
  readonly historyWindow: number;
  readonly failpoints?: Failpoints;
}

/** Keys deleted at one revision when a lease ends. */
const leaseSlice = 200;
/** Milliseconds until the end of a lease is tried again after a failure. */
const retryDelay = 1000;

/**
 * A store inside this process: etcd's semantics over a place that keeps versions (memory, a file). Transactions are
 * decided one after another in memory, against the newest accepted writes, and gathered in a group; one group at a time
 * is written; when it is durable, first the revision moves on, then watchers get their events, then writers their
 * answers. Reads look at the newest durable revision, so nobody sees a write that may still fail.
 */
export class EmbeddedStorage implements Storage {
  readonly #store: VersionStore;
  readonly #clock: Clock;
  readonly #queue: CommitQueue;
  readonly #watches: WatchHub;
  readonly #leases: LeaseBook;
  readonly #window: HistoryWindow;
  /** The newest durable revision, and the newest accepted. */
  #revision: number;
  #accepted: number;
  /** The last put was refused for want of space. */
  #starved = false;
  #closing: Promise<void> | undefined;
  /** Keys and versions that ranges have looked at: what reading cost, for metrics and tests. */
  keysVisited = 0;

  constructor({ store, clock, historyWindow, failpoints = {} }: EngineOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#revision = this.#accepted = store.opened.revision;
    this.#watches = new WatchHub(store, (change) => this.#toEvent(change));
    this.#leases = new LeaseBook(clock, store.opened.leases, (lease) => this.#expireLease(lease));
    this.#queue = new CommitQueue({
      store,
      clock,
      leases: this.#leases,
      failpoints,
      durable: (changes, revision) => this.#durable(changes, revision),
      failed: (error) => this.#failed(error),
    });
    this.#window = new HistoryWindow(
      clock,
      historyWindow,
      (revision) => this.#compactTo(revision),
      () => this.#revision,
    );
  }

  get revision(): number {
    return this.#revision;
  }

  get compactedRevision(): number {
    return this.#queue.compacted;
  }

  async currentRevision(): Promise<number> {
    this.#checkOpen();
    return this.#revision;
  }

  async get(key: string): Promise<KeyValue | undefined> {
    this.#checkOpen();
    return this.#store.get(key, this.#revision);
  }

  async range(request: RangeRequest): Promise<RangeResult> {
    const revision = request.revision ?? this.#revision;
    this.#checkReached(revision);
    const scan = (slice: Scan): ScanResult => {
      this.#checkOpen();
      if (revision < this.#queue.compacted) throw compactedError(this.#queue.compacted);
      const result = this.#store.scan(slice);
      this.keysVisited += result.visited;
      return result;
    };
    try {
      return await readRange(request, revision, scan);
    } catch (error) {
      const wasCompacted = error instanceof StorageError && error.reason === "compacted";
      // Compacted while it was yielding: who asked for the newest still gets it.
      if (request.revision === undefined && wasCompacted) return this.range(request);
      throw error;
    }
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
    this.#checkOpen();
    this.#checkReached(revision);
    this.#compactTo(revision);
    await this.#queue.swept(revision);
  }

  async grantLease(seconds: number): Promise<number> {
    this.#checkOpen();
    return this.#leases.grant(seconds);
  }

  async revokeLease(lease: number): Promise<void> {
    this.#checkOpen();
    if (!this.#leases.end(lease)) return;
    try {
      await this.#deleteLeased(lease);
    } catch (error) {
      this.#retryLease(lease);
      throw error;
    }
  }

  async health(): Promise<string | undefined> {
    return this.#closing === undefined ? this.#queue.broken?.message : closedError().message;
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
    await this.#queue.stop(closedError());
    this.#watches.close(closedError());
    await this.#store.close();
  }

  // --- deciding ---

  #decide({ compares, operations }: Transaction): Promise<CommitResult> {
    this.#checkOpen();
    if (this.#queue.broken !== undefined) throw new StorageError("unavailable", this.#queue.broken.message);
    for (const { key, modRevision } of compares) {
      if ((this.#newest(key)?.modRevision ?? 0) !== modRevision) return this.#refuse(compares.map((compare) => compare.key));
    }
    const bytes = checkOperations(operations);
    for (const operation of operations) this.#checkLease(operation);
    if (bytes > 0) this.#takeRoom(bytes);
    const revision = this.#accepted + 1;
    const changes: Change[] = [];
    for (const operation of operations) {
      const change = this.#change(operation, revision, changes.length);
      if (change !== undefined) changes.push(change);
    }
    if (changes.length === 0) {
      const result = { succeeded: true, revision: this.#accepted } as const;
      // What was compared may still be on its way to the disk.
      return this.#accepted > this.#revision ? this.#queue.join(result) : Promise.resolve(result);
    }
    this.#accepted = revision;
    return this.#queue.join({ succeeded: true, revision }, this.#queue.add(changes, bytes));
  }

  #change(operation: Operation, revision: number, slot: number): Change | undefined {
    const { key } = operation;
    const previous = this.#newest(key);
    if (operation.type === "delete") return previous && { key, revision, slot, current: undefined, previous };
    const { value, lease = 0 } = operation;
    const createRevision = previous?.createRevision ?? revision;
    const current: StoredPair = { key, value, modRevision: revision, createRevision, lease, slot };
    return { key, revision, slot, current, previous };
  }

  /** Answers with the newest pairs of the compared keys, once they are durable. */
  #refuse(keys: readonly string[]): Promise<CommitResult> {
    let newest = 0;
    const current = keys.map((key) => {
      const change = this.#queue.pending(key);
      if (change === undefined) {
        const version = this.#store.newest(key);
        return version === undefined ? undefined : this.#pair(key, version);
      }
      newest = Math.max(newest, change.revision);
      return change.current;
    });
    const decided = this.#accepted;
    const result = (): CommitResult => ({ succeeded: false, revision: Math.min(decided, this.#revision), current });
    return newest === 0 ? Promise.resolve(result()) : this.#queue.join(result, this.#queue.groupOf(newest));
  }

  /** The newest accepted version of a key. */
  #newest(key: string): Version | undefined {
    const change = this.#queue.pending(key);
    return change === undefined ? this.#store.newest(key) : change.current;
  }

  #pair(key: string, version: Version): KeyValue {
    const { modRevision, createRevision, lease } = version;
    return { key, value: version.value ?? this.#store.value(key, version), modRevision, createRevision, lease };
  }

  #toEvent({ key, revision, current, previous }: Change): StoreEvent {
    const before = previous === undefined ? undefined : this.#pair(key, previous);
    return { type: current === undefined ? "delete" : "put", key, revision, current, previous: before };
  }

  #checkLease(operation: Operation): void {
    if (operation.type === "delete" || operation.lease === undefined || operation.lease === 0) return;
    if (this.#leases.runs(operation.lease)) return;
    throw new StorageError("unavailable", `lease ${operation.lease} is not known or has ended`);
  }

  #takeRoom(bytes: number): void {
    const full = this.#store.room(bytes);
    this.#starved = full !== undefined;
    if (full === undefined) return;
    this.#giveUpHistory();
    throw full;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }

  #checkReached(revision: number): void {
    if (revision > this.#revision) throw futureRevisionError(revision, this.#revision);
  }

  // --- outcomes ---

  #durable(changes: readonly Change[], revision: number): void {
    this.#revision = revision;
    this.#watches.publish(changes, revision);
    // What was deleted gives its space back at once, where space is what is missing.
    if (this.#starved) this.#giveUpHistory();
  }

  #failed(error: StorageError): void {
    this.#accepted = this.#revision;
    if (error.reason === "noSpace") this.#giveUpHistory();
  }

  #compactTo(revision: number): void {
    if (revision <= this.#queue.compacted || this.#closing !== undefined) return;
    this.#queue.compact(revision);
    this.#watches.compact(revision);
  }

  /** Out of space: past versions are the first to go. */
  #giveUpHistory(): void {
    this.#compactTo(this.#revision);
  }

  // --- leases ---

  #expireLease(lease: number): void {
    this.#leases.end(lease);
    this.#deleteLeased(lease).catch(() => this.#retryLease(lease));
  }

  #retryLease(lease: number): void {
    if (this.#closing !== undefined || this.#queue.broken !== undefined) return;
    this.#clock.after(retryDelay, () => this.#expireLease(lease));
  }

  /** Deletes the keys that hold a lease (which has ended, so there won't be more), each with one event. */
  async #deleteLeased(lease: number): Promise<void> {
    const done = { succeeded: true, revision: this.#revision } as const;
    // Puts with the lease that were accepted have to be found.
    await this.#queue.join(done);
    for (let after = ""; ;) {
      this.#checkOpen();
      const keys = this.#store.leasedKeys(lease, after, leaseSlice);
      const last = keys.at(-1);
      if (last === undefined) break;
      after = last;
      const held = keys.filter((key) => this.#newest(key)?.lease === lease);
      const operations = held.map((key) => ({ type: "delete", key }) as const);
      if (operations.length > 0) await this.#decide({ compares: [], operations });
    }
    this.#queue.forgetLease(lease);
    await this.#queue.join(done);
  }
}
