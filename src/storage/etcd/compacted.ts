import { StorageError } from "../storage.ts";
import type { Connection } from "./connection.ts";
import type { KeySpace } from "./key-space.ts";
import { paths, rangeRequest } from "./messages.ts";
import { openWatchStream } from "./watch-stream.ts";

/** Milliseconds that etcd gets to refuse a watch. */
const probePatience = 2_000;

/** The lowest revision that can be read. etcd tells it only to a watch that begins below it. */
export async function findCompacted(connection: Connection, keys: KeySpace): Promise<number> {
  try {
    await connection.read(paths.range, rangeRequest({ key: keys.nowhere, revision: 1 }));
    return 1;
  } catch (error) {
    if (!(error instanceof StorageError) || error.reason !== "compacted") throw error;
    return (await probeCompacted(connection, keys, 1)) ?? 2;
  }
}

/** The compacted revision, where a watch from below it is refused; undefined where it is not, or nobody answers in time. */
export function probeCompacted(connection: Connection, keys: KeySpace, below: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(undefined), probePatience);
    const range = { start: keys.nowhere, end: `${keys.nowhere}\0`, fromRevision: below };
    const stream = openWatchStream(connection, keys, range, {
      created: () => undefined,
      events: () => undefined,
      progress: () => undefined,
      ended: (error) => finish(error.revision),
    });
    const finish = (revision: number | undefined): void => {
      clearTimeout(timer);
      stream.close();
      resolve(revision);
    };
  });
}
