import type { ObjectRecord } from "./record.ts";

/** Bytes of all other representations together; beyond it the oldest are dropped and made again on demand. */
const DEFAULT_LIMIT = 64 << 20;

interface Entry {
  /** Weak: an object that is gone takes its bytes with it. */
  readonly record: WeakRef<ObjectRecord>;
  readonly name: string;
  readonly size: number;
}

/**
 * Bounds the bytes of representations other than the stored one (another served version, metadata only…). The bytes
 * hang on their record and die with it; this only counts them and drops the oldest.
 */
export class RepresentationCache {
  readonly #limit: number;
  readonly #queue: Entry[] = [];
  #head = 0;
  #bytes = 0;

  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /** The named representation of a record, made by `make` on first demand. */
  bytes(record: ObjectRecord, name: string, make: () => Buffer): Buffer {
    const known = record.others.get(name);
    if (known !== undefined) return known;
    const made = ownBytes(make());
    record.others.set(name, made);
    this.#queue.push({ record: new WeakRef(record), name, size: made.length });
    this.#bytes += made.length;
    while (this.#bytes > this.#limit) this.#dropOldest();
    return made;
  }

  #dropOldest(): void {
    const entry = this.#queue[this.#head++];
    if (entry === undefined) return;
    entry.record.deref()?.others.delete(entry.name);
    this.#bytes -= entry.size;
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

/** Bytes that were cut from a pool would keep all of it; what is kept long gets memory of its own. */
function ownBytes(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength < 2 * bytes.length) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}
