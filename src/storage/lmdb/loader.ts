import { join } from "node:path";
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { PairWriter } from "../copy/copy.ts";
import type { Change, LeaseRecord } from "../embedded/version-store.ts";
import { StorageError } from "../storage.ts";
import { Ballast } from "./ballast.ts";
import { holdsKeys } from "./databases.ts";
import { openHeld } from "./held.ts";
import { LmdbVersions } from "./lmdb-versions.ts";
import { defaultQuota } from "./lmdb.ts";
import { Quota } from "./quota.ts";

/**
 * Fills the store in a directory, made where there is none, with pairs that keep the revisions that they had elsewhere. What was
 * before the newest of them cannot be read there. Errors: StorageError "unavailable" (a server holds the directory, or it
 * is not empty), "corrupt".
 */
export async function loadLmdb(directory: string, clock: Clock): Promise<PairWriter> {
  const held = await openHeld(directory, defaultQuota, randomUUID);
  const { directory: path, databases } = held;
  if (holdsKeys(databases)) {
    await held.abandon();
    throw new StorageError("unavailable", `the store in ${path} is not empty`);
  }
  const quota = new Quota(databases, defaultQuota, new Ballast(join(path, "ballast"), 0), clock);
  const store = new LmdbVersions(databases, quota, path, () => held.release());
  let granted: LeaseRecord[] = [];
  let lease = clock.now();
  const write = async (changes: readonly Change[], revision: number, compacted: number): Promise<void> => {
    const leases = granted;
    granted = [];
    await store.write({ changes, revision, compacted, leases, endedLeases: [], sweep: false });
  };
  return {
    async lease(seconds) {
      granted.push({ lease: ++lease, seconds, expiresAt: clock.now() + seconds * 1000 });
      return lease;
    },
    async write(pairs) {
      const changes: Change[] = [];
      for (const pair of pairs) {
        const revision = pair.modRevision;
        const slot = changes.at(-1)?.revision === revision ? (changes.at(-1)?.slot ?? 0) + 1 : 0;
        changes.push({ key: pair.key, revision, slot, current: { ...pair, slot }, previous: undefined });
      }
      await write(changes, changes.at(-1)?.revision ?? 0, 0);
    },
    // History begins here: a watch from an earlier revision would miss what was not copied.
    end: (revision) => write([], revision, revision),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
