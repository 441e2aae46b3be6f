import { open } from "lmdb";
import type { Key, RootDatabase, Transaction } from "lmdb";
import { StorageError } from "../storage.ts";
import { firstRevision } from "../embedded/revisions.ts";
import type { Version } from "../embedded/version-store.ts";
import { lastKey } from "../key-order.ts";
import { format, historyKeys, leaseKeys, logKeys, readPointer, readState, readVersion, textKeys } from "./layout.ts";
import type { HistoryKey, KeyEncoder, LeaseKey, LogKey, State } from "./layout.ts";

/** The databases of one LMDB environment. Data is only in named ones: clearing the root one would crash lmdb-js. */
export interface Databases {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly log: Table<LogKey, Buffer>;
  readonly index: Table<string, Version>;
  readonly history: Table<HistoryKey, LogKey>;
  readonly leases: Table<LeaseKey, Buffer>;
  readonly meta: Table<string, Buffer>;
}

/** A named database, as far as this store uses it: what is put is bytes, what is read is decoded from them. */
export interface Table<K, V> {
  /** Of a snapshot, where one is named. */
  get(key: K, options?: { readonly transaction?: Transaction }): V | undefined;
  /** With `append` it gives a promise, which resolves false where the key is not behind the last. */
  put(key: K, value: Buffer, options?: { readonly append: boolean }): unknown;
  remove(key: K): unknown;
  getRange(options: {
    readonly start: K;
    readonly end: K;
    readonly limit?: number;
    readonly reverse?: boolean;
    readonly transaction?: Transaction;
  }): Iterable<{ readonly key: K; readonly value: V }>;
  getStats(): unknown;
}

/** Options that lmdb-js's types lack. */
const untyped = {
  /** After a crash: go on from the last state that was flushed, never from one that was only visible. */
  safeRestore: true,
  /** Batches are ours; lmdb-js's own leave a rejected promise unhandled when they fail. */
  eventTurnBatching: false,
};

/** Opens the environment in a directory, making it where there is none. `mapSize`: bytes of address space to begin with. */
export function openDatabases(directory: string, mapSize: number): Databases {
  return openEnvironment(directory, { mapSize });
}

/** Opens what is there, beside the process that writes it. Errors: StorageError "corrupt". */
export function openForReading(directory: string): Databases {
  const databases = openEnvironment(directory, { readOnly: true });
  const found = databases.meta.get("format")?.toString();
  if (found !== format) throw new StorageError("corrupt", `the data in ${directory} has format ${found}, this version reads ${format}`);
  return databases;
}

function openEnvironment(directory: string, how: { readonly mapSize: number } | { readonly readOnly: true }): Databases {
  let root: RootDatabase<Buffer, Buffer>;
  try {
    root = open<Buffer, Buffer>({
      path: directory,
      noSubdir: false,
      encoding: "binary",
      keyEncoding: "binary",
      maxDbs: 8,
      ...how,
      ...untyped,
    });
  } catch (error) {
    throw new StorageError(
      "corrupt",
      `the data in ${directory} cannot be opened: ${String(error)}. Restore a backup, or move the directory away to start empty.`,
    );
  }
  return {
    root,
    log: table(root, "log", logKeys, copy),
    index: table(root, "index", textKeys, readVersion),
    history: table(root, "history", historyKeys, readPointer),
    leases: table(root, "leases", leaseKeys, copy),
    meta: table(root, "meta", textKeys, copy),
  };
}

function table<K extends Key, V>(
  root: RootDatabase<Buffer, Buffer>,
  name: string,
  keyEncoder: KeyEncoder<K>,
  decode: (source: Buffer) => V,
): Table<K, V> {
  // Decoding straight from lmdb-js's own buffer spares an ArrayBuffer a record, which costs more than LMDB's look-up.
  const encoder = { encode: (value: Buffer) => value, decode: (source: Buffer) => decode(source) };
  const options = { name, encoding: "binary" as const, keyEncoder, encoder };
  // lmdb-js's types know `append` for its synchronous put only.
  const database: unknown = root.openDB<Buffer, K>(options);
  return database as Table<K, V>;
}

/** Copies bytes that lmdb-js will use again; small ones to Node's pool. */
function copy(source: Buffer): Buffer {
  const own = Buffer.allocUnsafe(source.length);
  // lmdb-js overrides `length` on its buffer, whose real one is more.
  own.set(new Uint8Array(source.buffer, source.byteOffset, own.length));
  return own;
}

/** Where the store stands: what was written down of it last, and what its log holds since. Of a snapshot, where one is named. */
export function storedState({ meta, log }: Databases, snapshot: { readonly transaction?: Transaction } = {}): State {
  const found = meta.get("state", snapshot);
  const state = found === undefined ? { revision: firstRevision, compacted: 0, swept: 0 } : readState(found);
  let newest = firstRevision;
  for (const { key } of log.getRange({ start: [2 ** 53, 0], end: [0, 0], reverse: true, limit: 1, ...snapshot })) newest = key[0];
  return { ...state, revision: Math.max(state.revision, newest) };
}

/** Whether the store holds any key. */
export function holdsKeys({ index }: Databases): boolean {
  for (const _ of index.getRange({ start: "\0", end: lastKey, limit: 1 })) return true;
  return false;
}

/** Refuses data of another format; gives new data this one's, and an id. */
export async function checkFormat(databases: Databases, directory: string, newId: () => string): Promise<string> {
  const { root, meta } = databases;
  const found = meta.get("format")?.toString();
  const id = meta.get("id")?.toString();
  if (found === format && id !== undefined) return id;
  if (found !== undefined) {
    throw new StorageError(
      "corrupt",
      `the data in ${directory} has format ${found}, this version reads format ${format}. Use the version that wrote it.`,
    );
  }
  if (holdsKeys(databases)) {
    throw new StorageError("corrupt", `the data in ${directory} has no format mark: it is damaged or not ours.`);
  }
  const made = newId();
  await root.batch(() => {
    meta.put("format", Buffer.from(format));
    meta.put("id", Buffer.from(made));
  });
  await root.flushed;
  return made;
}
