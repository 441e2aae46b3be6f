import { randomBytes } from "node:crypto";
import { open, readdir, unlink } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { StorageError } from "../storage.ts";
import type { Databases } from "./databases.ts";

/** A process that holds a directory. */
export interface Holder {
  /** Gives the directory free. */
  release(): Promise<void>;
}

const prefix = "holder-";
/** A socket's path is at most this long on every system we know. */
const longestSocketPath = 100;
/** Another process may take the directory between our look and our claim; then there is a new holder to look at. */
const attempts = 5;

/**
 * Claims a directory for this process, as flock would, which Node has not. A holder listens on a socket file of its own
 * in the directory, whose name is in the store. The kernel answers for it as long as the process lives, however busy or
 * stopped, and refuses after its death, kill -9 included: no process id that might be someone else's by now, and it
 * holds across containers that share a volume. The claim itself is a compare-and-swap under LMDB's write lock.
 * Errors: StorageError "unavailable" where another process holds it.
 */
export async function holdDirectory(directory: string, databases: Databases): Promise<Holder> {
  const { root, meta } = databases;
  const name = `${prefix}${randomBytes(8).toString("hex")}`;
  const socket = await listen(directory, name);
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      root.resetReadTxn();
      const found = meta.get("holder")?.toString();
      if (found !== undefined && (await isAlive(directory, found))) break;
      const claimed = root.transactionSync(() => {
        if (meta.get("holder")?.toString() !== found) return false;
        meta.put("holder", Buffer.from(name));
        return true;
      });
      if (!claimed) continue;
      await removeDead(directory, name);
      return { release: () => socket.close() };
    }
  } catch (error) {
    await socket.close();
    throw error;
  }
  await socket.close();
  throw new StorageError("unavailable", `the data in ${directory} is in use by another process`);
}

async function listen(directory: string, name: string): Promise<{ close(): Promise<void> }> {
  const path = join(directory, name);
  return atShortPath(directory, name, async (short) => {
    const server = createServer((connection) => connection.destroy());
    server.unref();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(short, () => resolve());
    }).catch((error: unknown) => {
      throw new StorageError(
        "unavailable",
        `cannot make a socket in ${directory}: ${String(error)}. The data must lie on a local file system that this user may write.`,
      );
    });
    return {
      async close() {
        await new Promise((resolve) => server.close(resolve));
        await unlink(path).catch(() => undefined);
      },
    };
  });
}

/** Whether a process listens on the socket: only a refusal, or no such file, says that none does. */
async function isAlive(directory: string, name: string): Promise<boolean> {
  if (!/^holder-[0-9a-f]+$/.test(name)) return false;
  return atShortPath(
    directory,
    name,
    (path) =>
      new Promise((resolve) => {
        const connection = connect(path);
        connection.once("connect", () => {
          connection.destroy();
          resolve(true);
        });
        connection.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT"));
      }),
  );
}

/** Removes the sockets that dead processes have left. */
async function removeDead(directory: string, own: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(prefix) && name !== own && !(await isAlive(directory, name)))
      await unlink(join(directory, name)).catch(() => undefined);
  }
}

/** A socket's path has to be short: where it is not, the directory is gone through by its file descriptor (Linux). */
async function atShortPath<T>(directory: string, name: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= longestSocketPath || process.platform !== "linux") return use(path);
  const handle = await open(directory, "r");
  try {
    return await use(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle.close();
  }
}
