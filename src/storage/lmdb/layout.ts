import type { StoredPair, Version } from "../embedded/version-store.ts";
import { StorageError } from "../storage.ts";

/**
 * How the store lies in LMDB, format 1. Each value is written once, to the log; the rest are small records that point
 * there by (revision, slot). All numbers are big-endian, so that bytes sort as numbers do.
 *
 * | database | key                                       | value                                                  |
 * |----------|-------------------------------------------|--------------------------------------------------------|
 * | log      | revision u64, slot u32                    | a change: header, key, value; kept while it is readable |
 * | index    | key                                       | the newest version: where it is, create revision, lease |
 * | history  | key escaped, 0 0, revision u64            | the version that was replaced or deleted at a revision  |
 * | leases   | lease u64                                 | seconds, time of expiry                                 |
 * |          | lease u64, key                            | that key holds the lease                                |
 * | meta     | format, id, state, holder                 | text; state: newest (at the last sweep), compacted, swept |
 *
 * A key's zero bytes are escaped in `history` as 0 1, so that keys there sort as they do in `index`.
 */
export const format = "1";

/** What lmdb-js calls for keys: writes one at a place of a buffer and gives the place behind it; reads one. */
export interface KeyEncoder<K> {
  writeKey(key: K, target: Buffer, at: number): number;
  readKey(source: Buffer, start: number, end: number): K;
}

export type LogKey = [revision: number, slot: number];
export type HistoryKey = [key: string, until: number];
export type LeaseKey = [lease: number, key: string];

export const textKeys: KeyEncoder<string> = {
  writeKey: (key, target, at) => at + target.write(key, at, "utf8"),
  readKey: (source, start, end) => source.toString("utf8", start, end),
};

export const logKeys: KeyEncoder<LogKey> = {
  writeKey([revision, slot], target, at) {
    return target.writeUInt32BE(slot, writeU64(target, revision, at));
  },
  readKey: (source, start) => [readU64(source, start), source.readUInt32BE(start + 8)],
};

export const historyKeys: KeyEncoder<HistoryKey> = {
  writeKey([key, until], target, at) {
    const escaped = key.includes("\0") ? key.replaceAll("\0", "\0\u0001") : key;
    const end = at + target.write(escaped, at, "utf8");
    return writeU64(target, until, target.writeUInt16BE(0, end));
  },
  readKey(source, start, end) {
    const escaped = source.toString("utf8", start, end - 10);
    return [escaped.includes("\0") ? escaped.replaceAll("\0\u0001", "\0") : escaped, readU64(source, end - 8)];
  },
};

export const leaseKeys: KeyEncoder<LeaseKey> = {
  writeKey([lease, key], target, at) {
    const end = writeU64(target, lease, at);
    return end + target.write(key, end, "utf8");
  },
  readKey: (source, start, end) => [readU64(source, start), source.toString("utf8", start + 8, end)],
};

export function writeU64(target: Buffer, number: number, at: number): number {
  return target.writeUInt32BE(number % 0x1_0000_0000, target.writeUInt32BE(Math.floor(number / 0x1_0000_0000), at));
}

export function readU64(source: Buffer, at: number): number {
  return source.readUInt32BE(at) * 0x1_0000_0000 + source.readUInt32BE(at + 4);
}

// --- index: modRevision, createRevision, lease, slot ---

export const versionSize = 28;

export function writeVersion(target: Buffer, at: number, { modRevision, createRevision, lease, slot }: Omit<Version, "value">): number {
  const next = writeU64(target, lease, writeU64(target, createRevision, writeU64(target, modRevision, at)));
  return target.writeUInt32BE(slot, next);
}

export function readVersion(source: Buffer): Version {
  return {
    modRevision: readU64(source, 0),
    createRevision: readU64(source, 8),
    lease: readU64(source, 16),
    slot: source.readUInt32BE(24),
    value: undefined,
  };
}

// --- history: modRevision, slot ---

export const pointerSize = 12;

export function writePointer(
  target: Buffer,
  at: number,
  { modRevision, slot }: { readonly modRevision: number; readonly slot: number },
): number {
  return target.writeUInt32BE(slot, writeU64(target, modRevision, at));
}

export function readPointer(source: Buffer): LogKey {
  return [readU64(source, 0), source.readUInt32BE(8)];
}

// --- log: a change ---

/** type u8, 0, key bytes u16; then createRevision, lease, modRevision and slot of the version before; key; value. */
const headerSize = 32;
const putType = 1;
const deleteType = 2;

export interface LogRecord {
  readonly key: string;
  /** undefined: deleted. */
  readonly current: StoredPair | undefined;
  /** Where the version before is: [0, 0] for none. */
  readonly previous: LogKey;
}

/** An upper bound for the size of a change's record. */
export function logRecordBound(key: string, value: Buffer | undefined): number {
  return headerSize + key.length * 3 + (value?.length ?? 0);
}

export function writeLogRecord(
  target: Buffer,
  at: number,
  key: string,
  current: StoredPair | undefined,
  previous: Version | undefined,
): number {
  const keyAt = at + headerSize;
  const valueAt = keyAt + target.write(key, keyAt, "utf8");
  target.writeUInt8(current === undefined ? deleteType : putType, at);
  target.writeUInt8(0, at + 1);
  target.writeUInt16BE(valueAt - keyAt, at + 2);
  writeU64(target, current?.createRevision ?? 0, at + 4);
  writeU64(target, current?.lease ?? 0, at + 12);
  writeU64(target, previous?.modRevision ?? 0, at + 20);
  target.writeUInt32BE(previous?.slot ?? 0, at + 28);
  if (current === undefined) return valueAt;
  target.set(current.value, valueAt);
  return valueAt + current.value.length;
}

/** Reads a change; the pair's value shares the memory of the source. */
export function readLogRecord(source: Buffer, [revision, slot]: LogKey): LogRecord {
  const type = source[0];
  const valueAt = headerSize + source.readUInt16BE(2);
  if ((type !== putType && type !== deleteType) || valueAt > source.length) {
    throw new StorageError("corrupt", `the change at revision ${revision} is unreadable`);
  }
  const key = source.toString("utf8", headerSize, valueAt);
  const previous: LogKey = [readU64(source, 20), source.readUInt32BE(28)];
  if (type === deleteType) return { key, current: undefined, previous };
  const current = {
    key,
    value: source.subarray(valueAt),
    modRevision: revision,
    createRevision: readU64(source, 4),
    lease: readU64(source, 12),
    slot,
  };
  return { key, current, previous };
}

/** Only the value of a change's record. */
export function readLogValue(source: Buffer): Buffer {
  return source.subarray(headerSize + source.readUInt16BE(2));
}

// --- meta: state; leases ---

export interface State {
  readonly revision: number;
  readonly compacted: number;
  readonly swept: number;
}

export const stateSize = 24;

export function writeState(target: Buffer, at: number, { revision, compacted, swept }: State): number {
  return writeU64(target, swept, writeU64(target, compacted, writeU64(target, revision, at)));
}

export function readState(source: Buffer): State {
  return { revision: readU64(source, 0), compacted: readU64(source, 8), swept: readU64(source, 16) };
}

export const leaseSize = 16;

export function writeLease(
  target: Buffer,
  at: number,
  { seconds, expiresAt }: { readonly seconds: number; readonly expiresAt: number },
): number {
  return target.writeDoubleBE(expiresAt, target.writeDoubleBE(seconds, at));
}

export function readLease(source: Buffer): { readonly seconds: number; readonly expiresAt: number } {
  return { seconds: source.readDoubleBE(0), expiresAt: source.readDoubleBE(8) };
}
