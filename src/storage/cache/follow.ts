import type { CacheEvent } from "./event-window.ts";
import type { ObjectRecord } from "./record.ts";
import type { ResourceCache } from "./resource-cache.ts";
import { prefixEnd } from "../key-order.ts";
import { StorageError } from "../storage.ts";

/** Who keeps something that is computed from all objects of a resource. Neither function may throw. */
export interface Follower {
  /** Set where something is wrong without an object that does not decode; others do without it. */
  readonly needsAll?: boolean;
  /** Start over from these objects. */
  reset(records: readonly ObjectRecord[]): void;
  /** One object has changed since. */
  changed(event: Pick<CacheEvent, "key" | "current" | "previous">): void;
}

/** How long to wait before a store that failed is asked again, in milliseconds. */
const RETRY_MS = 500;

/**
 * Keeps a follower up to date with a resource, from the moment on when this resolves: changes arrive in the same turn in
 * which the cache takes them, so that nothing older is ever decided upon. When the cache has to start over, so does the
 * follower; until then it keeps what it had. Errors: StorageError where the first load fails.
 */
export async function follow(cache: ResourceCache, follower: Follower): Promise<Disposable> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const watcher = {
    scope: { type: "all" as const },
    wake: (event: CacheEvent) => follower.changed(event),
    end(reason: "closed" | "expired") {
      if (reason === "expired" && !stopped) retry();
    },
  };
  const load = async (): Promise<void> => {
    await cache.start();
    if (stopped) return;
    const records: ObjectRecord[] = [];
    const end = prefixEnd(cache.prefix);
    if (follower.needsAll === true) cache.refuseUnreadable(cache.prefix, end);
    cache.walkReadable(cache.prefix, end, (record) => void records.push(record));
    cache.watchers.remove(watcher);
    cache.watchers.add(watcher);
    follower.reset(records);
  };
  const retry = (): void => {
    load().catch((error: unknown) => {
      if (stopped || (error instanceof StorageError && error.reason === "closed")) return;
      timer = setTimeout(retry, RETRY_MS);
      timer.unref();
    });
  };
  await load();
  return {
    [Symbol.dispose]() {
      stopped = true;
      clearTimeout(timer);
      cache.watchers.remove(watcher);
    },
  };
}
