import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { EmbeddedStorage } from "../embedded/engine.ts";
import type { Failpoints } from "../embedded/commit-queue.ts";
import { defaultHistoryWindow } from "../embedded/revisions.ts";
import { Ballast } from "./ballast.ts";
import { openHeld } from "./held.ts";
import { LmdbVersions } from "./lmdb-versions.ts";
import { Quota } from "./quota.ts";

export interface LmdbOptions {
  /** Where the data is; made where there is none. One process holds it. */
  readonly directory: string;
  /** Bytes that data may take (--data-quota). Beyond: creates and updates fail as "noSpace", deletes go on. Default: 8 GiB. */
  readonly quota?: number;
  /** Milliseconds that history is kept at least, at most twice that; 0: until compacted. Default: five minutes. */
  readonly historyWindow?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Makes the id of a new store. Default: a random UUID. */
  readonly newId?: () => string;
  readonly failpoints?: Failpoints;
}

export interface LmdbStorage extends EmbeddedStorage {
  /** Tells this store from every other; the same after each opening. */
  readonly id: string;
}

/** Bytes that data may take where nobody says how many. */
export const defaultQuota = 8 * 1024 ** 3;

/** Space kept on the disk, by a file that goes when the disk is full. */
const largestBallast = 32 * 1024 ** 2;
const leastBallast = 4 * 1024 ** 2;
/** Milliseconds after opening. */
const ballastDelay = 2000;

/**
 * Opens the store in a directory: LMDB, written and flushed to the disk before a write is acknowledged. Nothing has to
 * be repaired after a crash. Errors: StorageError "unavailable" (another process holds the directory), "corrupt" (the
 * data cannot be read, or is of another format).
 */
export async function openLmdbStorage(options: LmdbOptions): Promise<LmdbStorage> {
  const { quota = defaultQuota, historyWindow = defaultHistoryWindow, clock = systemClock, newId = randomUUID, failpoints } = options;
  const held = await openHeld(options.directory, quota, newId);
  try {
    const { directory, databases, id } = held;
    const ballast = new Ballast(join(directory, "ballast"), Math.min(largestBallast, Math.max(leastBallast, quota / 256)));
    // Not while starting; and a disk without room for it is no reason not to run.
    const filling = clock.after(ballastDelay, () => void ballast.fill().catch(() => undefined));
    const store = new LmdbVersions(databases, new Quota(databases, quota, ballast, clock), directory, async () => {
      filling.cancel();
      await ballast.settled();
      await held.release();
    });
    const storage = new EmbeddedStorage({ store, clock, historyWindow, ...(failpoints === undefined ? {} : { failpoints }) });
    return Object.assign(storage, { id });
  } catch (error) {
    await held.abandon();
    throw error;
  }
}
