import { compareKeys, isWithin } from "../key-order.ts";
import { StorageError } from "../storage.ts";
import type { KeyValue } from "../storage.ts";
import type {
  Batch,
  Change,
  Changes,
  LeaseRecord,
  OpenedState,
  Scan,
  ScanResult,
  Span,
  StoreSize,
  Version,
  VersionStore,
} from "../embedded/version-store.ts";
import { storedState, type Databases } from "./databases.ts";
import { writeFailure } from "./failure.ts";
import { HistoryCursor } from "./history-cursor.ts";
import {
  leaseSize,
  logRecordBound,
  pointerSize,
  readLease,
  readLogRecord,
  readLogValue,
  stateSize,
  versionSize,
  writeLease,
  writeLogRecord,
  writePointer,
  writeState,
  writeVersion,
} from "./layout.ts";
import type { LogKey, State } from "./layout.ts";
import type { Quota } from "./quota.ts";
import { Slab } from "./slab.ts";

const none: Buffer = Buffer.alloc(0);
const mark: Buffer = Buffer.from([1]);
/** Log keys only grow. Told so, LMDB fills its pages, which halves the file; a put that is not behind the last key fails. */
const appending = { append: true };
/** Each put's promise fails with its batch, which is handled there. */
const ignore = (): void => undefined;
/** What one slice of a read looks at, at most, before the engine yields: about 5 ms. */
const scanSlice = 1000;
const changesSlice = 500;
const slicedBytes = 4 * 1024 * 1024;
/** Changes whose predecessors one batch drops. */
const sweepSlice = 250;
/** Milliseconds that closing waits for LMDB after a write has failed: its promise may never settle then. */
const closePatience = 1000;

/** Versions of keys in LMDB: see `layout.ts`. */
export class LmdbVersions implements VersionStore {
  readonly opened: OpenedState;
  readonly #databases: Databases;
  readonly #quota: Quota;
  readonly #directory: string;
  readonly #release: () => Promise<void>;
  readonly #slab = new Slab();
  #state: State;
  /** The newest revision that a read may meet: that of a batch which is being written, until it has failed. */
  #visible: number;
  #failed = false;
  /** A record was not stored although its batch was. */
  #lost = false;
  readonly #appended = (stored: unknown): void => {
    if (stored !== true) this.#lost = true;
  };

  /** `release` is called when the environment is closed. */
  constructor(databases: Databases, quota: Quota, directory: string, release: () => Promise<void>) {
    this.#databases = databases;
    this.#quota = quota;
    this.#directory = directory;
    this.#release = release;
    this.#state = storedState(databases);
    this.#visible = this.#state.revision;
    const { revision, compacted } = this.#state;
    this.opened = { revision, compacted, leases: this.#readLeases() };
  }

  get swept(): number {
    return this.#state.swept;
  }

  newest(key: string): Version | undefined {
    return this.#databases.index.get(key);
  }

  value(_key: string, { value, modRevision, slot }: Version): Buffer {
    return value ?? readLogValue(this.#logRecord([modRevision, slot]));
  }

  get(key: string, revision: number): KeyValue | undefined {
    const version = this.newest(key);
    if (version !== undefined && version.modRevision <= revision) return this.#pair(key, version);
    if (revision >= this.#visible) return undefined;
    const history = new HistoryCursor(this.#databases.history, key, `${key}\0`, revision);
    const pointer = history.pointer;
    history.close();
    return pointer === undefined ? undefined : this.#pairAt(pointer, false);
  }

  scan({ start, end, revision, limit, keysOnly, countOnly }: Scan): ScanResult {
    const items: KeyValue[] = [];
    if (compareKeys(start, end) >= 0) return { items, met: 0, next: undefined, visited: 0 };
    // The index alone is the newest state; an older one needs what was superseded since.
    const history = revision < this.#visible ? new HistoryCursor(this.#databases.history, start, end, revision) : undefined;
    const index = this.#databases.index.getRange({ start: start === "" ? "\0" : start, end })[Symbol.iterator]();
    let visited = 0;
    let met = 0;
    let bytes = 0;
    let entry = index.next();
    let next: string | undefined;
    for (;;) {
      const indexKey = entry.done === true ? undefined : entry.value.key;
      const oldKey = history?.key;
      const key = indexKey === undefined || (oldKey !== undefined && compareKeys(oldKey, indexKey) < 0) ? oldKey : indexKey;
      if (key === undefined) break;
      if ((!countOnly && items.length >= limit) || visited >= scanSlice || bytes >= slicedBytes) {
        next = key;
        break;
      }
      visited++;
      let pair: KeyValue | undefined;
      let found = false;
      if (key === indexKey && entry.done !== true) {
        const version = entry.value.value;
        if (version.modRevision <= revision) {
          found = true;
          if (!countOnly)
            pair = keysOnly
              ? { key, value: none, modRevision: version.modRevision, createRevision: version.createRevision, lease: version.lease }
              : this.#pair(key, version);
        }
        entry = index.next();
      }
      if (key === oldKey && history !== undefined) {
        if (!found && history.pointer !== undefined) {
          found = true;
          if (!countOnly) pair = this.#pairAt(history.pointer, keysOnly);
        }
        history.next();
      }
      if (!found) continue;
      met++;
      if (pair === undefined) continue;
      bytes += pair.value.length;
      items.push(pair);
    }
    if (entry.done !== true) index.return?.();
    history?.close();
    return { items, met, next, visited: visited + (history?.visited ?? 0) };
  }

  changes({ start, end, after, upTo }: Span): Changes {
    const changes: Change[] = [];
    let looked = 0;
    let bytes = 0;
    let last = after;
    for (const { key: place, value } of this.#databases.log.getRange({ start: [after + 1, 0], end: [upTo + 1, 0] })) {
      const [revision, slot] = place;
      // A slice ends between revisions: a watcher gets all events of one at once.
      if ((looked >= changesSlice || bytes >= slicedBytes) && revision !== last) return { changes, reached: last };
      looked++;
      bytes += value.length;
      last = revision;
      const { key, current, previous } = readLogRecord(value, place);
      if (!isWithin(key, start, end)) continue;
      const before = previous[0] === 0 ? undefined : readLogRecord(this.#logRecord(previous), previous).current;
      changes.push({ key, revision, slot, current, previous: before });
    }
    return { changes, reached: upTo };
  }

  leasedKeys(lease: number, after: string, limit: number): readonly string[] {
    const keys: string[] = [];
    for (const { key } of this.#databases.leases.getRange({ start: [lease, `${after}\0`], end: [lease + 1, ""], limit })) keys.push(key[1]);
    return keys;
  }

  room(bytes: number): StorageError | undefined {
    return this.#quota.take(bytes);
  }

  async write(batch: Batch): Promise<void> {
    try {
      await this.#write(batch);
    } catch (error) {
      const isFull = error instanceof StorageError && error.reason === "noSpace";
      // The first to find the disk full gets the space that was kept for this.
      if (!isFull || !this.#quota.diskIsFull()) throw error;
      await this.#write(batch);
    }
  }

  async #write(batch: Batch): Promise<void> {
    const { root, meta } = this.#databases;
    const drops = batch.sweep ? this.#planSweep(batch.compacted) : [];
    const swept = batch.sweep ? (drops.at(-1)?.revision ?? batch.compacted) : this.#state.swept;
    const state = { revision: batch.revision, compacted: batch.compacted, swept };
    this.#slab.reserve(this.#bound(batch));
    this.#visible = batch.revision;
    try {
      const written = root.batch(() => {
        for (const change of batch.changes) this.#putChange(change);
        this.#putLeases(batch);
        for (const drop of drops) this.#drop(drop);
        // The newest revision is that of the last change: only compaction has more to say, which spares a page a batch.
        if (swept !== this.#state.swept || batch.compacted !== this.#state.compacted) {
          meta.put(
            "state",
            this.#slab.take((target, at) => writeState(target, at, state)),
          );
        }
      });
      await written;
      // Only this promise is documented to mean "on the disk".
      await root.flushed;
    } catch (error) {
      throw await this.#failure(error);
    }
    if (this.#lost) throw new StorageError("corrupt", `the log did not take revision ${batch.revision}: it has a later one already`);
    // Reads that follow begin at a snapshot that has this batch.
    root.resetReadTxn();
    this.#state = state;
    this.#slab.release();
  }

  size(): StoreSize {
    return this.#quota.usage();
  }

  async close(): Promise<void> {
    const closing = this.#databases.root.close();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, closePatience)));
    await (this.#failed ? Promise.race([closing, patience]) : closing);
    clearTimeout(timer);
    await this.#release();
  }

  // --- writing ---

  #bound({ changes, leases }: Batch): number {
    let bytes = stateSize + leases.length * leaseSize;
    for (const { key, current } of changes) bytes += logRecordBound(key, current?.value) + versionSize + pointerSize;
    return bytes;
  }

  #putChange({ key, revision, slot, current, previous }: Change): void {
    const { log, index, history, leases } = this.#databases;
    const record = this.#slab.take((target, at) => writeLogRecord(target, at, key, current, previous));
    Promise.resolve(log.put([revision, slot], record, appending)).then(this.#appended, ignore);
    if (current === undefined) index.remove(key);
    else
      index.put(
        key,
        this.#slab.take((target, at) => writeVersion(target, at, current)),
      );
    if (previous !== undefined) {
      history.put(
        [key, revision],
        this.#slab.take((target, at) => writePointer(target, at, previous)),
      );
      if (previous.lease !== 0 && previous.lease !== current?.lease) leases.remove([previous.lease, key]);
    }
    if (current !== undefined && current.lease !== 0 && current.lease !== previous?.lease) leases.put([current.lease, key], mark);
  }

  #putLeases({ leases, endedLeases }: Batch): void {
    for (const lease of leases)
      this.#databases.leases.put(
        [lease.lease, ""],
        this.#slab.take((target, at) => writeLease(target, at, lease)),
      );
    for (const lease of endedLeases) this.#databases.leases.remove([lease, ""]);
  }

  /** What can go of the next slice of changes: their previous versions, and they themselves where they are deletions. */
  #planSweep(compacted: number): Drop[] {
    const drops: Drop[] = [];
    let bytes = 0;
    for (const { key: place, value } of this.#databases.log.getRange({ start: [this.#state.swept + 1, 0], end: [compacted + 1, 0] })) {
      const [revision] = place;
      if ((drops.length >= sweepSlice || bytes >= slicedBytes) && revision !== drops.at(-1)?.revision) return drops;
      bytes += value.length;
      const { key, current, previous } = readLogRecord(value, place);
      drops.push({ revision, key, itself: current === undefined ? place : undefined, previous: previous[0] === 0 ? undefined : previous });
    }
    // The end was reached: also revisions without a change are done.
    if (drops.at(-1)?.revision !== compacted) drops.push({ revision: compacted, key: "", itself: undefined, previous: undefined });
    return drops;
  }

  #drop({ key, revision, itself, previous }: Drop): void {
    const { log, history } = this.#databases;
    if (itself !== undefined) log.remove(itself);
    if (previous === undefined) return;
    log.remove(previous);
    history.remove([key, revision]);
  }

  /** Finds out what became of a batch whose write failed. */
  async #failure(cause: unknown): Promise<StorageError> {
    this.#failed = true;
    const { root } = this.#databases;
    root.resetReadTxn();
    const { revision, compacted, swept } = storedState(this.#databases);
    const error = await writeFailure(cause, this.#directory);
    if (revision !== this.#state.revision || compacted !== this.#state.compacted || swept !== this.#state.swept) {
      // It can be read, but whether it would survive a crash nobody knows: keep the old view, and stop.
      return new StorageError("unknown", `the outcome of a write is not known (${error.message}); restart the server`);
    }
    this.#visible = this.#state.revision;
    return error;
  }

  // --- reading ---

  #pair(key: string, version: Version): KeyValue {
    const { modRevision, createRevision, lease } = version;
    return { key, value: this.value(key, version), modRevision, createRevision, lease };
  }

  #pairAt(place: LogKey, keysOnly: boolean): KeyValue {
    const { current } = readLogRecord(this.#logRecord(place), place);
    if (current === undefined) throw new StorageError("corrupt", `revision ${place[0]} is a deletion where a pair should be`);
    return keysOnly ? { ...current, value: none } : current;
  }

  #logRecord(place: LogKey): Buffer {
    const found = this.#databases.log.get(place);
    if (found === undefined) throw new StorageError("corrupt", `the change at revision ${place[0]} is missing`);
    return found;
  }

  #readLeases(): LeaseRecord[] {
    const records: LeaseRecord[] = [];
    let lease = 0;
    for (;;) {
      // The record of a lease comes before its keys: step over those by seeking.
      const [found] = [...this.#databases.leases.getRange({ start: [lease, ""], end: [2 ** 53, ""], limit: 1 })];
      if (found === undefined) return records;
      lease = found.key[0];
      if (found.key[1] === "") records.push({ lease, ...readLease(found.value) });
      lease++;
    }
  }
}

interface Drop {
  readonly revision: number;
  readonly key: string;
  readonly itself: LogKey | undefined;
  readonly previous: LogKey | undefined;
}
