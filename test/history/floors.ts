import type { History } from "./history.ts";

/** What was known for certain at a moment: the newest revision that anybody had been shown by then. */
export class Floor {
  readonly #entries: { readonly at: number; revision: number }[] = [];
  #sorted = true;

  add(at: number, revision: number): void {
    this.#entries.push({ at, revision });
    this.#sorted = false;
  }

  /** The newest revision shown before a moment; 0 where none was. */
  before(moment: number): number {
    if (!this.#sorted) this.#sort();
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.at ?? 0) < moment) low = middle + 1;
      else high = middle;
    }
    return this.#entries[low - 1]?.revision ?? 0;
  }

  #sort(): void {
    this.#entries.sort((a, b) => a.at - b.at);
    let newest = 0;
    for (const entry of this.#entries) entry.revision = newest = Math.max(newest, entry.revision);
    this.#sorted = true;
  }
}

/** The floors of a history: of all keys together, and of each. */
export function floors(history: History): { readonly all: Floor; readonly of: (key: string) => Floor } {
  const all = new Floor();
  const keys = new Map<string, Floor>();
  const of = (key: string): Floor => {
    let floor = keys.get(key);
    if (floor === undefined) keys.set(key, (floor = new Floor()));
    return floor;
  };
  const add = (at: number, key: string, revision: number): void => {
    all.add(at, revision);
    of(key).add(at, revision);
  };
  for (const { key, revision, end } of history.writes) if (revision !== undefined) add(end, key, revision);
  for (const { found, end } of history.reads) if (found !== undefined) add(end, found.key, found.revision);
  for (const { items, revision, end } of history.lists) {
    all.add(end, revision);
    for (const item of items) add(end, item.key, item.revision);
  }
  for (const log of history.watches) {
    for (const entry of log) if (entry.type !== "LIST") add(entry.at, entry.object.key, entry.object.revision);
  }
  return { all, of };
}
