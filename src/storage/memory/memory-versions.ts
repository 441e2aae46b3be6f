import { firstIndex } from "../../object/first-index.ts";
import type { KeyValue } from "../storage.ts";
import { OrderedMap } from "../ordered-map.ts";
import { compareKeys, isWithin } from "../key-order.ts";
import { firstRevision } from "../embedded/revisions.ts";
import type {
  Batch,
  Change,
  Changes,
  OpenedState,
  Scan,
  ScanResult,
  Span,
  StoredPair,
  StoreSize,
  Version,
  VersionStore,
} from "../embedded/version-store.ts";

/** A version that was replaced or deleted at a revision: what the key had from its modRevision up to before that. */
interface Superseded {
  readonly entry: StoredPair;
  readonly until: number;
}

const none: Buffer = Buffer.alloc(0);
/** Entries looked at in one go; the engine yields between. */
const scanSlice = 5000;
const sweepSlice = 1000;
const changesSlice = 1000;

/**
 * Versions in memory: the newest of each key in one ordered map, superseded ones in another, so that the newest state
 * is read without passing what is gone. A range at an older revision merges the two.
 */
export class MemoryVersions implements VersionStore {
  readonly opened: OpenedState = { revision: firstRevision, compacted: 0, leases: [] };
  swept = 0;
  readonly #current = new OrderedMap<StoredPair>();
  readonly #superseded = new OrderedMap<Superseded[]>();
  /** The changes of the window in revision order; those before #head are dropped. */
  #log: Change[] = [];
  #head = 0;
  readonly #leased = new Map<number, Set<string>>();
  #revision = firstRevision;
  #bytes = 0;

  newest(key: string): Version | undefined {
    return this.#current.get(key);
  }

  value(_key: string, version: Version): Buffer {
    return version.value ?? none;
  }

  get(key: string, revision: number): KeyValue | undefined {
    const entry = this.#current.get(key);
    if (entry !== undefined && entry.modRevision <= revision) return entry;
    return revision >= this.#revision ? undefined : versionAt(this.#superseded.get(key), revision);
  }

  scan(scan: Scan): ScanResult {
    const items: KeyValue[] = [];
    const current = this.#current.cursor(scan.start, scan.end);
    const old = scan.revision < this.#revision ? this.#superseded.cursor(scan.start, scan.end) : undefined;
    let visited = 0;
    let met = 0;
    for (;;) {
      const currentKey = current.key;
      const oldKey = old?.key;
      const key = currentKey === undefined || (oldKey !== undefined && compareKeys(oldKey, currentKey) < 0) ? oldKey : currentKey;
      if (key === undefined) return { items, met, next: undefined, visited };
      if ((!scan.countOnly && items.length >= scan.limit) || visited >= scanSlice) return { items, met, next: key, visited };
      let pair: KeyValue | undefined;
      if (key === currentKey) {
        visited++;
        if (current.value !== undefined && current.value.modRevision <= scan.revision) pair = current.value;
        current.next();
      }
      if (key === oldKey && old !== undefined) {
        visited++;
        pair ??= versionAt(old.value, scan.revision);
        old.next();
      }
      if (pair === undefined) continue;
      met++;
      if (!scan.countOnly) items.push(scan.keysOnly ? { ...pair, value: none } : pair);
    }
  }

  changes(span: Span): Changes {
    const changes: Change[] = [];
    const log = this.#log;
    let at = this.#find(span.after);
    const slice = at + changesSlice;
    for (let change = log[at]; change !== undefined && change.revision <= span.upTo; change = log[++at]) {
      // A slice ends between revisions: a watcher gets all events of one at once.
      const before = log[at - 1]?.revision;
      if (at >= slice && before !== undefined && before !== change.revision) return { changes, reached: before };
      if (isWithin(change.key, span.start, span.end)) changes.push(change);
    }
    return { changes, reached: span.upTo };
  }

  /** The place in the log of the first change behind a revision. */
  #find(revision: number): number {
    return firstIndex(this.#head, this.#log.length, (index) => (this.#log[index] as Change).revision > revision);
  }

  leasedKeys(lease: number, after: string, limit: number): readonly string[] {
    const keys: string[] = [];
    for (const key of this.#leased.get(lease) ?? []) if (compareKeys(key, after) > 0) keys.push(key);
    return keys.sort((a, b) => compareKeys(a, b)).slice(0, limit);
  }

  write(batch: Batch): Promise<void> {
    for (const change of batch.changes) this.#apply(change);
    this.#revision = batch.revision;
    for (const lease of batch.endedLeases) this.#leased.delete(lease);
    if (batch.sweep) this.#sweep(batch.compacted);
    return Promise.resolve();
  }

  #apply(change: Change): void {
    const { key, current, revision } = change;
    let replaced: StoredPair | undefined;
    if (current === undefined) replaced = this.#current.delete(key);
    else {
      replaced = this.#current.set(key, current);
      this.#bytes += key.length + current.value.length;
      if (current.lease !== 0) {
        const keys = this.#leased.get(current.lease);
        if (keys === undefined) this.#leased.set(current.lease, new Set([key]));
        else keys.add(key);
      }
    }
    this.#log.push(change);
    if (replaced === undefined) return;
    const versions = this.#superseded.get(key);
    if (versions === undefined) this.#superseded.set(key, [{ entry: replaced, until: revision }]);
    else versions.push({ entry: replaced, until: revision });
  }

  room(): undefined {
    return undefined;
  }

  #sweep(compacted: number): void {
    const end = Math.min(this.#log.length, this.#head + sweepSlice);
    for (; this.#head < end; this.#head++) {
      const change = this.#log[this.#head] as Change;
      if (change.revision > compacted) break;
      const versions = this.#superseded.get(change.key);
      if (change.previous === undefined || versions === undefined) continue;
      const kept = versions.findIndex(({ until }) => until > compacted);
      const dropped = versions.splice(0, kept === -1 ? versions.length : kept);
      for (const { entry } of dropped) this.#bytes -= entry.key.length + entry.value.length;
      if (versions.length === 0) this.#superseded.delete(change.key);
    }
    this.swept = Math.min(compacted, (this.#log[this.#head]?.revision ?? Infinity) - 1);
    if (this.#head > this.#log.length / 2) {
      this.#log = this.#log.slice(this.#head);
      this.#head = 0;
    }
  }

  size(): StoreSize {
    return { keys: this.#current.size, bytes: this.#bytes, bytesInUse: this.#bytes };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The version that was the newest at a revision, of those superseded later; in the order of `until`. */
function versionAt(versions: readonly Superseded[] | undefined, revision: number): KeyValue | undefined {
  if (versions === undefined) return undefined;
  const found = versions[firstIndex(0, versions.length, (index) => (versions[index] as Superseded).until > revision)]?.entry;
  return found !== undefined && found.modRevision <= revision ? found : undefined;
}
