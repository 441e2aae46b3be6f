import type { Clock } from "../clock.ts";
import { StorageError } from "../storage.ts";
import type { Ballast } from "./ballast.ts";
import type { Databases } from "./databases.ts";

/** Beside its bytes, a write costs records in the index and the history, and page space. */
const overhead = 1.5;
const overheadBytes = 512;

/** Milliseconds between looks at a disk that was full. */
const lookInterval = 1000;

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
 * pages in use, which compaction gives back. Between counts it goes by an estimate of what was written. Once the disk was
 * full, only pages that were freed within the file may be filled, until the disk has room again.
 */
export class Quota {
  readonly #databases: Databases;
  readonly #quota: number;
  /** What may be written until the pages must be counted again. */
  #credit = 0;
  readonly #ballast: Ballast;
  readonly #clock: Clock;
  #diskFull = false;
  #lookedAt = 0;

  constructor(databases: Databases, quota: number, ballast: Ballast, clock: Clock) {
    this.#databases = databases;
    this.#quota = quota;
    this.#ballast = ballast;
    this.#clock = clock;
  }

  /** Takes so many bytes; an error where there are not so many. */
  take(bytes: number): StorageError | undefined {
    const cost = bytes * overhead + overheadBytes;
    if (this.#diskFull) return this.#takeFreed(cost);
    if (this.#credit < cost) {
      const left = this.#quota - this.usage().bytesInUse;
      if (left < cost)
        return new StorageError("noSpace", `the store's quota of ${this.#quota} bytes is used up; delete objects or raise --data-quota`);
      // Count again after an eighth of what is left.
      this.#credit = Math.max(cost, left / 8);
    }
    this.#credit -= cost;
    return undefined;
  }

  /** A write found the disk full. True where the ballast was there to be dropped: then the write may be tried again. */
  diskIsFull(): boolean {
    this.#diskFull = true;
    this.#credit = 0;
    return this.#ballast.drop();
  }

  #takeFreed(cost: number): StorageError | undefined {
    this.#look();
    const { bytes, bytesInUse } = this.usage();
    if (bytes - bytesInUse >= cost + this.#ballast.size) return undefined;
    return new StorageError("noSpace", "the disk is full; delete objects or make room on it");
  }

  /** Looks, now and then, whether the disk has room again. */
  #look(): void {
    const now = this.#clock.now();
    if (Math.abs(now - this.#lookedAt) < lookInterval) return;
    this.#lookedAt = now;
    this.#ballast.fill().then(
      (room) => {
        if (room) this.#diskFull = false;
      },
      () => undefined,
    );
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
