import type { ObjectRecord } from "./record.ts";

/** Parsed objects that are kept beside their bytes; a pod takes some ten thousand bytes so, three times its JSON. */
const CAPACITY = 32;

/**
 * Keeps the parsed objects of the records that were last read or written, and lets the others go: they are parsed again
 * when somebody needs more of them than their bytes, labels and selectable fields.
 */
export class ObjectKeeper {
  readonly #ring: (ObjectRecord | undefined)[] = Array.from({ length: CAPACITY });
  #next = 0;

  /** A record holds its parsed object now. */
  keep(record: ObjectRecord): void {
    const oldest = this.#ring[this.#next];
    if (oldest !== record) oldest?.dropObject();
    this.#ring[this.#next] = record;
    this.#next = (this.#next + 1) % this.#ring.length;
  }
}
