import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { checkFormat, openDatabases, type Databases } from "./databases.ts";
import { holdDirectory } from "./holder.ts";

/** Address space beyond the quota: what deletes, compaction and leases may still take. */
const reserve = 256 * 1024 ** 2;

/** The databases of a store that this process holds. */
export interface HeldStore {
  /** Where they lie, an absolute path. */
  readonly directory: string;
  readonly databases: Databases;
  /** Tells this store from every other; the same after each opening. */
  readonly id: string;
  /** Gives the directory free, once the databases are closed. */
  release(): Promise<void>;
  /** Gives up both, where there is nothing to go on with. */
  abandon(): Promise<void>;
}

/**
 * Opens the store in a directory, made where there is none, for this process alone; `newId` makes the id of a new one.
 * Errors: StorageError "unavailable" (another process holds the directory), "corrupt".
 */
export async function openHeld(directory: string, quota: number, newId: () => string): Promise<HeldStore> {
  const path = resolve(directory);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const databases = openDatabases(path, quota + reserve);
  let release = async (): Promise<void> => undefined;
  const abandon = async (): Promise<void> => {
    await release();
    await databases.root.close();
  };
  try {
    const holder = await holdDirectory(path, databases);
    release = () => holder.release();
    return { directory: path, databases, id: await checkFormat(databases, path, newId), release, abandon };
  } catch (error) {
    await abandon();
    throw error;
  }
}
