import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { StorageError, type Storage, type StoreEvent } from "../src/storage/storage.ts";

/** Puts a value at a key, whatever is there; gives the revision. */
export async function put(storage: Storage, key: string, value = "value"): Promise<number> {
  const result = await storage.commit({ compares: [], operations: [{ type: "put", key, value: Buffer.from(value) }] });
  assert.ok(result.succeeded);
  return result.revision;
}

/** Puts until it is taken, as often as the store says that it was not, or may not have been; gives the revision. */
export async function putAtLast(storage: Storage, key: string, value = "value"): Promise<number> {
  for (let tries = 0; ; tries++) {
    try {
      return await put(storage, key, value);
    } catch (error) {
      assert.ok(error instanceof StorageError && tries < 200, String(error));
      await sleep(50);
    }
  }
}

/** What a watch has told so far. */
export interface Recorded {
  readonly events: readonly StoreEvent[];
  /** Why it was closed, if it was. */
  readonly ends: readonly (StorageError | undefined)[];
  /** Key and revision of each event. */
  lines(): string[];
  /** Resolves when it was told of everything up to a revision; fails after ten seconds, and where the watch has ended. */
  until(revision: number): Promise<void>;
  /** Resolves with the reason when it ends; fails after ten seconds. */
  ended(): Promise<StorageError | undefined>;
}

/** Opens a watch of the keys that begin so, from a revision. */
export function record(storage: Storage, start: string, fromRevision: number): Recorded {
  const events: StoreEvent[] = [];
  const ends: (StorageError | undefined)[] = [];
  let reached = 0;
  const sink = {
    events(batch: readonly StoreEvent[], revision: number) {
      events.push(...batch);
      reached = revision;
    },
    closed: (error: StorageError | undefined) => void ends.push(error),
  };
  const watch = storage.watch({ start, end: `${start.slice(0, -1)}0`, fromRevision }, sink);
  return {
    events,
    ends,
    lines: () => events.map(({ key, revision }) => `${key} ${revision}`),
    async until(revision) {
      for (let tries = 0; reached < revision; tries++) {
        assert.ok(tries < 500 && ends.length === 0, `at ${reached}, not at ${revision}: ${ends.join()}`);
        watch.requestProgress();
        await sleep(20);
      }
    },
    async ended() {
      for (let tries = 0; ends.length === 0; tries++) {
        assert.ok(tries < 500, `the watch goes on, at ${reached}`);
        await sleep(20);
      }
      return ends[0];
    },
  };
}
