import { join, resolve } from "node:path";
import { mkdir } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { PairWriter } from "../copy/copy.ts";
import type { Change, LeaseRecord } from "../embedded/version-store.ts";
import { StorageError } from "../storage.ts";
import { Ballast } from "./ballast.ts";
import { checkFormat, holdsKeys, openDatabases } from "./databases.ts";
import { holdDirectory } from "./holder.ts";
import { LmdbVersions } from "./lmdb-versions.ts";
import { addressSpace, defaultQuota } from "./lmdb.ts";
import { Quota } from "./quota.ts";

/**
 * Fills the store in a directory, made where there is none, with pairs that keep the revisions that they had elsewhere. What was
 * before the newest of them cannot be read there. Errors: StorageError "unavailable" (a server holds the directory, or it
 * is not empty), "corrupt".
 */
export async function loadLmdb(directory: string, clock: Clock): Promise<PairWriter> {
  const path = resolve(directory);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const databases = openDatabases(path, addressSpace(defaultQuota));
  const holder = await holdDirectory(path, databases).catch(async (error: unknown) => {
    await databases.root.close();
    throw error;
  });
  const quota = new Quota(databases, defaultQuota, new Ballast(join(path, "ballast"), 0), clock);
  try {
    await checkFormat(databases, path, randomUUID);
    if (holdsKeys(databases)) throw new StorageError("unavailable", `the store in ${path} is not empty`);
  } catch (error) {
    await holder.release();
    await databases.root.close();
    throw error;
  }
  const store = new LmdbVersions(databases, quota, path, () => holder.release());
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
