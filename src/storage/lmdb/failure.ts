import { statfs } from "node:fs/promises";
import { StorageError } from "../storage.ts";

/** Words of LMDB and the system for a lack of space. */
const noSpace = /MDB_MAP_FULL|No space left|ENOSPC|Disk quota exceeded|EDQUOT|File too large|EFBIG/;
/** LMDB says EIO where a write was cut short by a full disk: below so many free bytes it is taken for that. */
const fullBelow = 4 * 1024 * 1024;

/** What LMDB's failure to write a batch means, given that nothing of it was stored. */
export async function writeFailure(cause: unknown, path: string): Promise<StorageError> {
  const reason = await because(cause);
  if (noSpace.test(reason) || (await isFull(path))) return new StorageError("noSpace", `no space left for the data: ${reason}`);
  return new StorageError("unavailable", `writing failed: ${reason}`);
}

/** lmdb-js tells the reason through a second promise, which must not be left unhandled. */
async function because(cause: unknown): Promise<string> {
  if (cause instanceof Error && "commitError" in cause) {
    try {
      await cause.commitError;
    } catch (error) {
      return String(error);
    }
  }
  return String(cause);
}

async function isFull(path: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize < fullBelow;
  } catch {
    return false;
  }
}
