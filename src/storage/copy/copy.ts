import { createHash, type Hash } from "node:crypto";
import type { KeyValue } from "../storage.ts";

/** What is known of a key before its value is read. */
export type KeyInfo = Omit<KeyValue, "value">;

/** Gives a store's pairs as they were at one moment, whatever is written meanwhile. */
export interface PairReader extends AsyncDisposable {
  /** The revision of that moment. */
  readonly revision: number;
  /** All keys. Errors: StorageError. */
  keys(): Promise<readonly KeyInfo[]>;
  /** The pairs of these keys, in their order. Errors: StorageError; "compacted" where the moment is too long ago. */
  pairs(keys: readonly KeyInfo[]): Promise<readonly KeyValue[]>;
  /** Seconds until a lease ends; 0 or less where it has. */
  secondsLeft(lease: number): Promise<number>;
}

/** Fills a store that is empty and that nobody else uses. */
export interface PairWriter extends AsyncDisposable {
  /** Takes over a lease that is to end after so many seconds; gives its number here. */
  lease(seconds: number): Promise<number>;
  /** Writes pairs, which come in the order of their revisions; those of one revision come in one call. Errors: StorageError. */
  write(pairs: readonly KeyValue[]): Promise<void>;
  /** All is written that there was at a revision of the source. */
  end(revision: number): Promise<void>;
}

/** What was copied. */
export interface Copied {
  readonly keys: number;
  readonly bytes: number;
  readonly leases: number;
  /** The source's revision. */
  readonly revision: number;
  readonly checksum: string;
}

/** Leases last at least so many seconds, so that what is copied is still there to be compared. */
const leastLease = 300;
/** Revisions in one batch at most, and pairs. */
const batchSize = 200;

/**
 * Copies all pairs from one store to another, which is empty, in the order of their revisions. `progress` is told how many
 * keys of how many are done. Gives what there was at the source, to be compared with what `readPairs` finds. Errors: StorageError.
 */
export async function copyPairs(from: PairReader, to: PairWriter, progress: (done: number, all: number) => void): Promise<Copied> {
  const leases = new Map<number, number>();
  const taken = async (lease: number): Promise<number> => {
    if (lease === 0) return 0;
    const known = leases.get(lease) ?? (await to.lease(Math.max(leastLease, await from.secondsLeft(lease))));
    leases.set(lease, known);
    return known;
  };
  const digest = new Digest();
  const keys = inRevisionOrder(await from.keys());
  let done = 0;
  for (const batch of batches(keys)) {
    const pairs: KeyValue[] = [];
    for (const pair of await from.pairs(batch)) {
      digest.add(pair);
      pairs.push({ ...pair, lease: await taken(pair.lease) });
    }
    await to.write(pairs);
    done += batch.length;
    progress(done, keys.length);
  }
  await to.end(from.revision);
  return { ...digest.result(), leases: leases.size, revision: from.revision };
}

/** Reads a whole store, as `copyPairs` does. Errors: StorageError. */
export async function readPairs(reader: PairReader): Promise<Copied> {
  const digest = new Digest();
  const leases = new Set<number>();
  for (const batch of batches(inRevisionOrder(await reader.keys()))) {
    for (const pair of await reader.pairs(batch)) {
      digest.add(pair);
      if (pair.lease !== 0) leases.add(pair.lease);
    }
  }
  return { ...digest.result(), leases: leases.size, revision: reader.revision };
}

/** Sums up pairs that come in the order of their revisions: values, keys, and which keys changed last together. */
class Digest {
  readonly #hash: Hash = createHash("sha256");
  #keys = 0;
  #bytes = 0;
  #revision = 0;

  add({ key, value, modRevision }: KeyValue): void {
    const isNext = modRevision !== this.#revision;
    this.#revision = modRevision;
    this.#hash.update(`${isNext ? "next" : "same"} ${Buffer.byteLength(key)} ${value.length} ${key}`).update(value);
    this.#keys++;
    this.#bytes += Buffer.byteLength(key) + value.length;
  }

  result(): Pick<Copied, "keys" | "bytes" | "checksum"> {
    return { keys: this.#keys, bytes: this.#bytes, checksum: this.#hash.digest("hex") };
  }
}

/** By the revision of the last change; those of one revision by key, since their order is not told. */
function inRevisionOrder(keys: readonly KeyInfo[]): KeyInfo[] {
  return [...keys].sort((a, b) => a.modRevision - b.modRevision || (a.key < b.key ? -1 : 1));
}

/** Cuts keys in the order of revisions into pieces, never within a revision. */
function* batches(keys: readonly KeyInfo[]): Generator<readonly KeyInfo[]> {
  let start = 0;
  for (let end = 1; end <= keys.length; end++) {
    if (end < keys.length && (end - start < batchSize || keys[end]?.modRevision === keys[end - 1]?.modRevision)) continue;
    yield keys.slice(start, end);
    start = end;
  }
}
