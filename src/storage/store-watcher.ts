import { StorageError, type StoreEvent, type WatchRequest, type WatchSink } from "./storage.ts";

/** One open watch of a store, as its owner keeps it: how far its sink was told, and that it ends once. */
export class StoreWatcher {
  readonly start: string;
  readonly end: string;
  /** Everything up to this revision was delivered. */
  position: number;
  readonly #sink: WatchSink;
  readonly #forget: () => void;
  #open = true;

  /** `forget` is called when it ends, before its sink is told: from then on its owner does not know it any more. */
  constructor({ start, end, fromRevision }: WatchRequest, sink: WatchSink, forget: () => void) {
    this.start = start;
    this.end = end;
    this.position = fromRevision;
    this.#sink = sink;
    this.#forget = forget;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Hands on the events up to a revision, unless it stands further already; a sink that fails ends it. */
  deliver(events: readonly StoreEvent[], revision: number): void {
    if (!this.#open || revision < this.position) return;
    this.position = revision;
    try {
      this.#sink.events(events, revision);
    } catch (error) {
      this.close(new StorageError("unavailable", `the watch's sink failed: ${String(error)}`));
    }
  }

  /** Ends it; undefined: its owner closed it. Calling it again does nothing. */
  close(error: StorageError | undefined): void {
    if (!this.#open) return;
    this.#open = false;
    this.#forget();
    try {
      this.#sink.closed(error);
    } catch {
      // It was told to go; there is nobody else to tell.
    }
  }
}

/** What each watcher is to be handed of one batch of events. */
export class Deliveries<W extends StoreWatcher> {
  readonly #events = new Map<W, StoreEvent[]>();

  /** Adds an event, unless the watcher stands behind it already. */
  add(watcher: W, event: StoreEvent): void {
    if (event.revision <= watcher.position) return;
    const events = this.#events.get(watcher);
    if (events === undefined) this.#events.set(watcher, [event]);
    else events.push(event);
  }

  /** Hands everything over; afterwards each of them stands at the revision. */
  deliver(revision: number): void {
    for (const [watcher, events] of this.#events) watcher.deliver(events, revision);
  }
}
