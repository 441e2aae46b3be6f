import type { Clock, Timer } from "../clock.ts";
import { StorageError } from "../storage.ts";
import type { CommitResult } from "../storage.ts";
import { Groups, revisionOf } from "./groups.ts";
import type { Group, Outcome } from "./groups.ts";
import type { LeaseBook } from "./lease-book.ts";
import type { Change, LeaseRecord, VersionStore } from "./version-store.ts";

/** Places where a test makes a write fail or wait. */
export interface Failpoints {
  /** A batch is decided and not yet stored. Throwing a StorageError fails it. */
  beforeWrite?(): Promise<void> | void;
  /** A batch is durable and nobody knows. */
  beforeAcknowledge?(): Promise<void> | void;
}

interface CommitQueueOptions {
  readonly store: VersionStore;
  readonly clock: Clock;
  readonly leases: LeaseBook;
  readonly failpoints: Failpoints;
  /** A group's changes are durable: called before those who wait for it are answered. */
  durable(changes: readonly Change[], revision: number): void;
  /** A group has failed, and all that was decided on top of it: called before those who wait are told. */
  failed(error: StorageError): void;
}

/** Milliseconds until compaction goes on after a failed write. */
const retryDelay = 1000;

/**
 * Writes what was decided, a group at a time: while one is on its way to the disk, the next is gathered. Compaction goes
 * with the groups, in slices, so that it neither waits for writes nor holds them up.
 */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  readonly #groups = new Groups();
  #writing: Group | undefined;
  #scheduled = false;
  /** The newest durable revision. */
  #revision: number;
  #compacted: number;
  #compactedSaved: number;
  #sweeps: {
    readonly revision: number;
    readonly done: () => void;
    readonly failed: (error: StorageError) => void;
  }[] = [];
  readonly #idle: (() => void)[] = [];
  #retry: Timer | undefined;
  #stopped = false;
  #broken: StorageError | undefined;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
    const { revision, compacted } = options.store.opened;
    this.#revision = revision;
    this.#compacted = this.#compactedSaved = compacted;
    if (this.#mustSweep) this.#schedule();
  }

  /** Set when the outcome of a write could not be told: only a restart finds out, and nothing is written until then. */
  get broken(): StorageError | undefined {
    return this.#broken;
  }

  get compacted(): number {
    return this.#compacted;
  }

  /** Takes changes of one revision; `join` the group for the outcome. */
  add(changes: readonly Change[], bytes: number): Group {
    const group = this.#groups.last();
    for (const change of changes) {
      group.changes.push(change);
      group.newest.set(change.key, change);
    }
    group.bytes += bytes;
    return group;
  }

  /** The newest accepted change of a key that is not durable yet. */
  pending(key: string): Change | undefined {
    return this.#groups.change(key) ?? this.#writing?.newest.get(key);
  }

  /** A lease whose keys are gone: forgotten with the next group. */
  forgetLease(lease: number): void {
    this.#groups.last().endedLeases.push(lease);
  }

  /** Answers when a group is durable, and with it all before. */
  join(result: Outcome["result"], group: Group = this.#groups.newest()): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      group.outcomes.push({ result, resolve, reject });
      this.#schedule();
    });
  }

  /** A group that is not durable before an accepted revision is. */
  groupOf(revision: number): Group {
    return this.#writing !== undefined && revision <= revisionOf(this.#writing) ? this.#writing : this.#groups.newest();
  }

  /** Makes history below a revision unreadable, and begins to drop it. */
  compact(revision: number): void {
    if (revision <= this.#compacted || this.#stopped) return;
    this.#compacted = revision;
    this.#schedule();
  }

  /** Resolves when history up to a revision is dropped. */
  swept(revision: number): Promise<void> {
    if (this.#sweptTo >= revision) return Promise.resolve();
    return new Promise((done, failed) => {
      this.#sweeps.push({ revision, done, failed });
      this.#schedule();
    });
  }

  /** Resolves when everything that was accepted is durable, or has failed. Compaction stops: it goes on at the next start. */
  async stop(error: StorageError): Promise<void> {
    this.#stopped = true;
    this.#retry?.cancel();
    if (this.#scheduled || this.#writing !== undefined || !this.#groups.isEmpty) {
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve);
        this.#schedule();
      });
    }
    for (const { failed } of this.#sweeps.splice(0)) failed(error);
  }

  get #sweptTo(): number {
    return Math.min(this.#options.store.swept, this.#compactedSaved);
  }

  get #mustSweep(): boolean {
    const mayWrite = !this.#stopped && this.#retry === undefined && this.#broken === undefined;
    return mayWrite && this.#sweptTo < this.#compacted;
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

  async #writeGroup(): Promise<void> {
    const group = this.#groups.take();
    this.#writing = group;
    const leases = this.#options.leases.takeUnsaved();
    const compacted = this.#compacted;
    const error = await this.#write(group, compacted, leases);
    this.#writing = undefined;
    if (error === undefined) {
      this.#compactedSaved = Math.max(this.#compactedSaved, compacted);
      this.#acknowledge(group);
    } else {
      this.#options.leases.putBack(leases);
      this.#fail(group, error);
    }
    if (!this.#groups.isEmpty || this.#mustSweep) this.#schedule();
    else for (const done of this.#idle.splice(0)) done();
  }

  async #write(group: Group, compacted: number, leases: readonly LeaseRecord[]): Promise<StorageError | undefined> {
    const { store, failpoints } = this.#options;
    const { changes, endedLeases } = group;
    if (this.#broken !== undefined) return new StorageError("unavailable", this.#broken.message);
    const sweep = this.#mustSweep;
    const hasMark = compacted > this.#compactedSaved;
    const isEmpty = changes.length + leases.length + endedLeases.length === 0 && !sweep && !hasMark;
    try {
      await failpoints.beforeWrite?.();
      const revision = Math.max(revisionOf(group), this.#revision);
      if (!isEmpty) await store.write({ changes, revision, compacted, leases, endedLeases, sweep });
      await failpoints.beforeAcknowledge?.();
      return undefined;
    } catch (error) {
      return error instanceof StorageError ? error : new StorageError("unknown", `the store failed: ${String(error)}`);
    }
  }

  #acknowledge(group: Group): void {
    this.#revision = Math.max(revisionOf(group), this.#revision);
    if (group.changes.length > 0) this.#options.durable(group.changes, this.#revision);
    for (const { result, resolve } of group.outcomes) resolve(typeof result === "function" ? result() : result);
    const swept = this.#sweptTo;
    for (const { revision, done } of this.#sweeps) if (revision <= swept) done();
    this.#sweeps = this.#sweeps.filter(({ revision }) => revision > swept);
  }

  /** Everything in the group and everything decided on top of it is forgotten, unseen. */
  #fail(group: Group, error: StorageError): void {
    if (error.reason === "unknown" || error.reason === "corrupt") this.#broken = error;
    const onTop = this.#groups.takeAll();
    this.#options.failed(error);
    for (const { reject } of group.outcomes) reject(error);
    // These were never handed to the store: whatever became of the group, nothing of them was applied.
    const unapplied = error.reason === "noSpace" ? error : new StorageError("unavailable", error.message);
    for (const { outcomes } of onTop) for (const { reject } of outcomes) reject(unapplied);
    for (const { failed } of this.#sweeps.splice(0)) failed(error);
    if (this.#broken !== undefined || this.#stopped || this.#retry !== undefined) return;
    this.#retry = this.#options.clock.after(retryDelay, () => {
      this.#retry = undefined;
      if (this.#mustSweep) this.#schedule();
    });
  }
}
