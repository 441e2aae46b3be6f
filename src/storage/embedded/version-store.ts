import type { KeyValue, StorageError } from "../storage.ts";

/**
 * What an embedded engine needs of the place that keeps the bytes: versions of keys by revision, written in batches
 * that are durable as a whole or not at all. Everything else (transactions, watches, leases, compaction's schedule) is
 * the engine's. Reads are synchronous and answer from what was written; they take the revision to look at, since a
 * batch may be visible here before it is durable.
 */
export interface VersionStore {
  /** What was found at opening. */
  readonly opened: OpenedState;

  /** The newest version written of a key, or undefined where it does not exist. */
  newest(key: string): Version | undefined;

  /** The value of a version that can still be read. */
  value(key: string, version: Version): Buffer;

  /** The pair that a key had at a revision (not below the compacted one). */
  get(key: string, revision: number): KeyValue | undefined;

  /** Walks pairs in key order as of a revision, stopping after `limit` pairs, or earlier at its own discretion. */
  scan(scan: Scan): ScanResult;

  /** The changes of a range of keys in a span of revisions, in order; when there are many, only those of the first. */
  changes(span: Span): Changes;

  /** The keys put with a lease, in order, behind `after`; some of them may have left it since. */
  leasedKeys(lease: number, after: string, limit: number): readonly string[];

  /** Writes a batch. Resolves when it is durable; rejects with a StorageError when nothing of it was stored. */
  write(batch: Batch): Promise<void>;

  /** Superseded versions and changes up to this revision are dropped: see Batch.sweep. */
  readonly swept: number;

  /** Whether so many bytes more may be stored: what is wrong, else undefined. Deletes don't ask. */
  room(bytes: number): StorageError | undefined;

  /** Keys there are, bytes they take: for metrics. */
  size(): StoreSize;

  close(): Promise<void>;
}

export interface OpenedState {
  readonly revision: number;
  readonly compacted: number;
  readonly leases: readonly LeaseRecord[];
}

/** A version of a key, without its value unless that is in memory. */
export interface Version {
  readonly modRevision: number;
  readonly createRevision: number;
  readonly lease: number;
  /** The place among the changes of its revision. */
  readonly slot: number;
  readonly value: Buffer | undefined;
}

/** A pair with its place in the store. */
export interface StoredPair extends KeyValue {
  readonly slot: number;
}

/** One key changed at one revision. */
export interface Change {
  readonly key: string;
  readonly revision: number;
  readonly slot: number;
  /** undefined: deleted. */
  readonly current: StoredPair | undefined;
  readonly previous: Version | undefined;
}

export interface Span {
  readonly start: string;
  readonly end: string;
  /** Exclusive. */
  readonly after: number;
  /** Inclusive. */
  readonly upTo: number;
}

export interface Changes {
  readonly changes: readonly Change[];
  /** All changes up to this revision are there; upTo when that was the last slice. */
  readonly reached: number;
}

export interface Scan {
  readonly start: string;
  readonly end: string;
  readonly revision: number;
  readonly limit: number;
  readonly keysOnly: boolean;
  /** Only the number of pairs is wanted. */
  readonly countOnly: boolean;
}

export interface ScanResult {
  readonly items: readonly KeyValue[];
  /** Pairs met, returned or not. */
  readonly met: number;
  /** Where to go on; undefined: the range is done. */
  readonly next: string | undefined;
  /** Keys and versions looked at: what the scan cost. */
  readonly visited: number;
}

export interface LeaseRecord {
  readonly lease: number;
  readonly seconds: number;
  /** Wall-clock milliseconds. */
  readonly expiresAt: number;
}

export interface Batch {
  /** In revision order. */
  readonly changes: readonly Change[];
  /** The newest revision when this batch is stored. */
  readonly revision: number;
  readonly compacted: number;
  /** New ones. */
  readonly leases: readonly LeaseRecord[];
  /** Leases that ended, whose keys are gone. */
  readonly endedLeases: readonly number[];
  /** Drop a slice of the superseded versions and changes up to `compacted` in the same stroke. */
  readonly sweep: boolean;
}

export interface StoreSize {
  readonly keys: number;
  /** The file, or what stands for it. */
  readonly bytes: number;
  /** Of which hold data. */
  readonly bytesInUse: number;
}
