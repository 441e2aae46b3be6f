import type { Clock } from "../clock.ts";
import { StorageError } from "../storage.ts";
import type { Databases } from "./databases.ts";

/** Beside its bytes, a write costs records in the index and the history, and page space. */
const overhead = 1.5;
const overheadBytes = 512;

/** Milliseconds until a write is tried again on a disk that was full. */
const retryDelay = 2000;

interface Stats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
  readonly entryCount: number;
}

export interface Usage {
  /** Of the file. */
  readonly bytes: number;
  /** In pages that hold data. */
  readonly bytesInUse: number;
  readonly keys: number;
}

/**
 * How much more may be stored. LMDB's file never shrinks and lmdb-js lets its map grow without limit, so the quota counts
 * pages in use, which compaction gives back. Between counts it goes by an estimate of what was written.
 */
export class Quota {
  readonly #databases: Databases;
  readonly #quota: number;
  /** What may be written until the pages must be counted again. */
  #credit = 0;
  /** Set while the disk is full, whatever the quota says: until something was deleted, or it is time to try. */
  #diskFull: { readonly error: StorageError; readonly until: number } | undefined;
  readonly #clock: Clock;

  constructor(databases: Databases, quota: number, clock: Clock) {
    this.#databases = databases;
    this.#quota = quota;
    this.#clock = clock;
  }

  /** Takes so many bytes; an error where there are not so many. */
  take(bytes: number): StorageError | undefined {
    if (this.#diskFull !== undefined) {
      if (this.#clock.now() < this.#diskFull.until) return this.#diskFull.error;
      this.#diskFull = undefined;
    }
    const cost = bytes * overhead + overheadBytes;
    if (this.#credit < cost) {
      const left = this.#quota - this.usage().bytesInUse;
      if (left < cost) return new StorageError("noSpace", `the store's quota of ${this.#quota} bytes is used up; delete objects or raise --data-quota`);
      // Count again after an eighth of what is left.
      this.#credit = Math.max(cost, left / 8);
    }
    this.#credit -= cost;
    return undefined;
  }

  /** A write found the disk full. */
  diskIsFull(error: StorageError): void {
    this.#diskFull = { error, until: this.#clock.now() + retryDelay };
    this.#credit = 0;
  }

  /** Try again. */
  diskMayHaveRoom(): void {
    this.#diskFull = undefined;
  }

  usage(): Usage {
    const { root, log, index, history, leases, meta } = this.#databases;
    const indexStats = stats(index);
    let pages = pagesOf(indexStats);
    for (const table of [log, history, leases, meta]) pages += pagesOf(stats(table));
    return { bytes: fileSize(root.getStats()), bytesInUse: pages * indexStats.pageSize, keys: indexStats.entryCount };
  }
}

function pagesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages }: Stats): number {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}

function stats(table: { getStats(): unknown }): Stats {
  return table.getStats() as Stats;
}

function fileSize(found: unknown): number {
  const { pageSize, lastPageNumber } = found as { readonly pageSize: number; readonly lastPageNumber: number };
  return pageSize * (lastPageNumber + 1);
}
