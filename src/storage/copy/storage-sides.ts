import type { KeyValue, Storage } from "../storage.ts";
import { StorageError } from "../storage.ts";
import type { PairReader, PairWriter } from "./copy.ts";

/** Every key that a server makes begins so. */
const start = "/registry/";
const end = "/registry0";
/** Values that are asked for at once. */
const atOnce = 32;

/** Reads any store by its contract, at its newest revision. Closing it closes the store. Errors: StorageError. */
export async function readStorage(storage: Storage, secondsLeft: (lease: number) => Promise<number>): Promise<PairReader> {
  const revision = await storage.currentRevision();
  return {
    revision,
    secondsLeft,
    keys: async () => (await storage.range({ start, end, revision, keysOnly: true })).items,
    async pairs(keys) {
      const pairs: KeyValue[] = [];
      for (let at = 0; at < keys.length; at += atOnce) {
        const asked = keys.slice(at, at + atOnce).map(({ key }) => storage.range({ start: key, end: `${key}\0`, revision, limit: 1 }));
        for (const { items } of await Promise.all(asked)) pairs.push(items[0] as KeyValue);
      }
      return pairs;
    },
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

/**
 * Writes to any store by its contract: the order of revisions is kept, their numbers are the store's own. Closing it
 * closes the store. Errors: StorageError, as when there is a key already.
 */
export function writeStorage(storage: Storage): PairWriter {
  return {
    lease: (seconds) => storage.grantLease(seconds),
    async write(pairs) {
      for (let at = 0; at < pairs.length;) {
        const revision = pairs[at]?.modRevision;
        const together: KeyValue[] = [];
        for (let pair = pairs[at]; pair?.modRevision === revision && pair !== undefined; pair = pairs[++at]) together.push(pair);
        const { succeeded } = await storage.commit({
          compares: together.map(({ key }) => ({ key, modRevision: 0 })),
          operations: together.map(({ key, value, lease }) => ({ type: "put", key, value, ...(lease === 0 ? {} : { lease }) })),
        });
        if (!succeeded) throw new StorageError("unavailable", `somebody else writes ${together.map(({ key }) => key).join()}`);
      }
    },
    end: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

/** Whether there is no key yet. Errors: StorageError. */
export async function isEmpty(storage: Storage): Promise<boolean> {
  return (await storage.range({ start, end, limit: 1, keysOnly: true })).items.length === 0;
}
