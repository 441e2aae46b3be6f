import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Clock } from "../clock.ts";
import type { KeyInfo, PairReader } from "../copy/copy.ts";
import { lastKey } from "../key-order.ts";
import { StorageError, type KeyValue } from "../storage.ts";
import { openForReading, storedState } from "./databases.ts";
import { readLease, readLogRecord } from "./layout.ts";

/**
 * Reads the store in a directory as it is now, beside the server that may be writing there: what it reads is one snapshot of
 * LMDB, which the writer leaves alone. Errors: StorageError "unavailable" (there is no store), "corrupt".
 */
export async function readLmdb(directory: string, clock: Clock): Promise<PairReader> {
  const path = resolve(directory);
  if (!(await stat(join(path, "data.mdb")).catch(() => undefined))?.isFile())
    throw new StorageError("unavailable", `there is no store in ${path}`);
  const databases = openForReading(path);
  const { root, index, log, leases } = databases;
  const transaction = root.useReadTransaction();
  const slots = new Map<string, number>();
  return {
    revision: storedState(databases, { transaction }).revision,
    async keys() {
      const keys: KeyInfo[] = [];
      for (const { key, value } of index.getRange({ start: "\0", end: lastKey, transaction })) {
        const { modRevision, createRevision, lease, slot } = value;
        keys.push({ key, modRevision, createRevision, lease });
        if (slot > 0) slots.set(key, slot);
      }
      return keys;
    },
    async pairs(keys) {
      return keys.map(({ key, modRevision }): KeyValue => {
        const place: [number, number] = [modRevision, slots.get(key) ?? 0];
        const record = log.get(place, { transaction });
        const current = record && readLogRecord(record, place).current;
        if (current === undefined) throw new StorageError("corrupt", `the value of ${key} at revision ${modRevision} is missing`);
        return current;
      });
    },
    async secondsLeft(lease) {
      const record = leases.get([lease, ""], { transaction });
      return record === undefined ? 0 : Math.ceil((readLease(record).expiresAt - clock.now()) / 1000);
    },
    async [Symbol.asyncDispose]() {
      transaction.done();
      await root.close();
    },
  };
}
