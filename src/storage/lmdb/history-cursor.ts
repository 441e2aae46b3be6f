import { compareKeys } from "../key-order.ts";
import type { Table } from "./databases.ts";
import type { HistoryKey, LogKey } from "./layout.ts";

/** Versions of one key that are stepped over one by one before it pays to seek. */
const steps = 4;

/**
 * Walks the keys of a range that have a version superseded after a revision, giving the version that was the newest
 * then. Passes a key's other versions by seeking, so that a key that changes all the time costs no more than another.
 */
export class HistoryCursor {
  /** The key it stands at; undefined behind the last. */
  key: string | undefined;
  /** Where the key's version at the revision is; undefined: the key did not exist. */
  pointer: LogKey | undefined;
  /** Entries looked at. */
  visited = 0;
  readonly #history: Table<HistoryKey, LogKey>;
  readonly #end: string;
  readonly #revision: number;
  #entries: Iterator<{ readonly key: HistoryKey; readonly value: LogKey }>;

  constructor(history: Table<HistoryKey, LogKey>, start: string, end: string, revision: number) {
    this.#history = history;
    this.#end = end;
    this.#revision = revision;
    this.#entries = this.#seek([start, 0]);
    this.next();
  }

  /** Goes to the next key. */
  next(): void {
    const passed = this.key;
    let stepped = 0;
    for (;;) {
      const { value: entry, done } = this.#entries.next();
      if (done === true) {
        this.key = this.pointer = undefined;
        return;
      }
      this.visited++;
      const [key, until] = entry.key;
      if (key !== passed && until > this.#revision) {
        this.key = key;
        const pointer = entry.value;
        this.pointer = pointer[0] <= this.#revision ? pointer : undefined;
        return;
      }
      if (++stepped < steps) continue;
      // Behind all versions of a key that is done; behind those of another that are too old.
      this.#close();
      this.#entries = this.#seek(key === passed ? [`${key}\0`, 0] : [key, this.#revision + 1]);
      stepped = 0;
    }
  }

  /** Gives the LMDB cursor back. */
  close(): void {
    this.#close();
    this.key = this.pointer = undefined;
  }

  #seek(start: HistoryKey): Iterator<{ readonly key: HistoryKey; readonly value: LogKey }> {
    if (compareKeys(start[0], this.#end) >= 0) return [][Symbol.iterator]();
    return this.#history.getRange({ start, end: [this.#end, 0] })[Symbol.iterator]();
  }

  #close(): void {
    this.#entries.return?.();
  }
}
