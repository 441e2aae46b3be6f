import { Segments } from "../segments.ts";
import { StorageError } from "../storage.ts";
import type { StoreEvent, Watch, WatchRequest, WatchSink } from "../storage.ts";
import { compactedError } from "../storage-errors.ts";
import { Deliveries, StoreWatcher } from "../store-watcher.ts";
import type { Change, VersionStore } from "./version-store.ts";

class Watcher extends StoreWatcher {
  /** Gets events as they become durable; false while it is still reading the past. */
  live = false;
}

/**
 * The watchers of one store. A watcher that starts in the past reads the change log in slices, yielding between them,
 * until it has caught up with the newest durable revision; in that same moment it goes live. So it misses nothing and
 * sees nothing twice, however fast writes come.
 */
export class WatchHub {
  readonly #store: VersionStore;
  readonly #toEvent: (change: Change) => StoreEvent;
  readonly #watchers = new Set<Watcher>();
  #segments: Segments<Watcher> | undefined;
  #revision: number;
  #compacted: number;
  #publishing = false;

  constructor(store: VersionStore, toEvent: (change: Change) => StoreEvent) {
    this.#store = store;
    this.#toEvent = toEvent;
    this.#revision = store.opened.revision;
    this.#compacted = store.opened.compacted;
  }

  open(request: WatchRequest, sink: WatchSink): Watch {
    const watcher: Watcher = new Watcher(request, sink, () => this.#forget(watcher));
    this.#watchers.add(watcher);
    if (watcher.position >= this.#revision) this.#goLive(watcher);
    else setImmediate(() => this.#readPast(watcher));
    return {
      close: () => watcher.close(undefined),
      requestProgress: () => {
        // At once, since every read of another resource than the one just written asks; but not while others are handed
        // events, which this watcher may still have to get. A watcher in the past is told when it has caught up anyway.
        if (!this.#publishing) this.#tellProgress(watcher);
        else queueMicrotask(() => this.#tellProgress(watcher));
      },
    };
  }

  /** Hands changes that have just become durable to the live watchers. */
  publish(changes: readonly Change[], revision: number): void {
    this.#revision = revision;
    const deliveries = new Deliveries<Watcher>();
    const segments = (this.#segments ??= new Segments([...this.#watchers].filter((watcher) => watcher.live)));
    for (const change of changes) {
      const watchers = segments.covering(change.key);
      if (watchers.length === 0) continue;
      let event: StoreEvent;
      try {
        event = this.#toEvent(change);
      } catch (error) {
        // The pair before cannot be read: the write stands, but these can't be told of it.
        for (const watcher of watchers) watcher.close(readError(error));
        continue;
      }
      for (const watcher of watchers) deliveries.add(watcher, event);
    }
    this.#publishing = true;
    deliveries.deliver(revision);
    this.#publishing = false;
  }

  /** Ends the watchers that still have to read what is no longer there. */
  compact(revision: number): void {
    this.#compacted = revision;
    for (const watcher of this.#watchers) {
      if (!watcher.live && watcher.position < revision) watcher.close(compactedError(revision));
    }
  }

  /** Ends every watcher. */
  close(error: StorageError): void {
    for (const watcher of this.#watchers) watcher.close(error);
  }

  #readPast(watcher: Watcher): void {
    if (!watcher.open) return;
    if (watcher.position < this.#compacted) return watcher.close(compactedError(this.#compacted));
    if (watcher.position >= this.#revision) {
      this.#goLive(watcher);
      return watcher.deliver([], this.#revision);
    }
    let events: StoreEvent[];
    let reached: number;
    try {
      const read = this.#store.changes({ start: watcher.start, end: watcher.end, after: watcher.position, upTo: this.#revision });
      events = read.changes.map((change) => this.#toEvent(change));
      reached = read.reached;
    } catch (error) {
      return watcher.close(readError(error));
    }
    if (events.length > 0) watcher.deliver(events, reached);
    else watcher.position = reached;
    setImmediate(() => this.#readPast(watcher));
  }

  #tellProgress(watcher: Watcher): void {
    if (watcher.live) watcher.deliver([], this.#revision);
  }

  #goLive(watcher: Watcher): void {
    watcher.live = true;
    this.#segments = undefined;
  }

  #forget(watcher: Watcher): void {
    watcher.live = false;
    this.#watchers.delete(watcher);
    this.#segments = undefined;
  }
}

function readError(error: unknown): StorageError {
  return error instanceof StorageError ? error : new StorageError("unavailable", `reading changes failed: ${String(error)}`);
}
