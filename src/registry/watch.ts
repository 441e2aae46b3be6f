import { expired, type Status } from "../object/status.ts";
import type { BodySink } from "../request/exchange.ts";
import type { CacheEvent } from "../storage/cache/event-window.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { ResourceCache } from "../storage/cache/resource-cache.ts";
import { prefixEnd } from "../storage/key-order.ts";
import type { Watcher, WatchScope } from "../storage/cache/watcher-index.ts";
import { collectionPrefix, type Endpoint } from "./endpoint.ts";
import type { ListOptions } from "./list-options.ts";
import type { Registry } from "./registry.ts";
import { turns } from "./turns.ts";
import { fieldReader, selectionOf, type Selection } from "./selection.ts";

export type WatchEventType = "ADDED" | "MODIFIED" | "DELETED";

/** Turns events into the bytes that a watcher's representation asks for. */
export interface EventEncoder {
  /** Frames of one event under one name are made once and shared; undefined: every watcher makes its own. */
  readonly shared: string | undefined;
  event(type: WatchEventType, record: ObjectRecord): Buffer;
  bookmark(revision: number, initialEventsEnd: boolean): Buffer;
  error(status: Status): Buffer;
}

const BOOKMARK_MS = 60_000;
/** A last bookmark goes out this long before the watch ends. */
const LAST_BOOKMARK_MS = 2000;

/**
 * Opens a watch: the stream's body, which runs until the client goes, time is up or the server ends it (API concepts,
 * "Efficient detection of changes"; KEP-3157 for sendInitialEvents). Errors: StatusError for bad selectors; StorageError
 * "corrupt" where a value in its scope does not decode; a too old resourceVersion is an ERROR event in the
 * stream, as upstream answers.
 */
export async function watch(
  registry: Registry,
  endpoint: Endpoint,
  options: ListOptions,
  encoder: EventEncoder,
): Promise<(sink: BodySink) => Promise<void>> {
  const selection = selectionOf(endpoint, options.labelSelector, options.fieldSelector);
  const version = options.resourceVersion;
  const initial = options.sendInitialEvents ?? (version === undefined || version === 0);
  await registry.caches.readable(endpoint.definition);
  // What the cache holds will do where any state is good enough, or events alone are wanted.
  const anyState = version === 0 || (version !== undefined && !initial);
  const cache = await registry.caches.current(endpoint.definition, anyState ? 0 : undefined);
  if (!anyState && version !== undefined) await cache.waitFor(version);
  refuseUnreadable(cache, endpoint, selection);
  let state = initial ? presentState(cache, endpoint, selection) : undefined;
  const from = initial ? cache.revision : version || cache.revision;
  const seconds = options.timeoutSeconds || registry.minWatchSeconds * (1 + registry.random());
  return (sink) => {
    const stream = new WatchStream(
      {
        registry,
        endpoint,
        cache,
        selection,
        encoder,
        sink,
        from,
        bookmarks: options.allowWatchBookmarks,
        initialEventsEnd: options.sendInitialEvents === true,
        milliseconds: seconds * 1000,
      },
      state,
    );
    // Objects that change later are not kept for as long as the watch lasts.
    state = undefined;
    return stream.run();
  };
}

/** Who would never be told of an object must not believe that there is none. Errors: StorageError "corrupt". */
function refuseUnreadable(cache: ResourceCache, endpoint: Endpoint, { key }: Selection): void {
  const prefix = collectionPrefix(endpoint.definition, endpoint.namespace);
  if (key === undefined) cache.refuseUnreadable(prefix, prefixEnd(prefix));
  else cache.refuseUnreadable(key, `${key}\0`);
}

interface WatchStreamOptions {
  readonly registry: Registry;
  readonly endpoint: Endpoint;
  readonly cache: ResourceCache;
  readonly selection: Selection;
  readonly encoder: EventEncoder;
  readonly sink: BodySink;
  /** Events after this revision are sent. */
  readonly from: number;
  readonly bookmarks: boolean;
  readonly initialEventsEnd: boolean;
  readonly milliseconds: number;
}

/**
 * One open watch. It is either live, fed by the index as events come, or behind, reading the window at its own pace:
 * so a slow client costs a position, not a queue, and is cut off when its position falls out of the window.
 */
class WatchStream implements Watcher {
  readonly scope: WatchScope;
  readonly #o: WatchStreamOptions;
  #live = false;
  /** The next sequence number to read, while behind. */
  #position = 0;
  /** Events up to this revision are part of the state that was sent, or before what was asked for. */
  #seen = 0;
  #sent = 0;
  #finish: () => void = () => {};
  #ended = false;
  #state: readonly ObjectRecord[] | undefined;

  /** `state` is sent first: that of the revision from which it is watched; undefined: nothing. */
  constructor(options: WatchStreamOptions, state: readonly ObjectRecord[] | undefined) {
    this.#o = options;
    this.#state = state;
    this.scope = options.selection.scope;
  }

  async run(): Promise<void> {
    const { cache, sink, endpoint, from } = this.#o;
    const finished = new Promise<void>((resolve) => (this.#finish = resolve));
    sink.onClose(() => this.#stop());
    if (from < cache.window.since) {
      this.#fail(`too old resource version: ${from} (${cache.window.since})`);
      return;
    }
    const timers = this.#startTimers();
    const read = this.scope.type === "field" ? fieldReader(endpoint.definition, this.scope.label) : undefined;
    cache.watchers.add(this, read);
    try {
      this.#catchUpFrom(from);
      if (this.#state !== undefined) await this.#sendState(this.#state);
      await this.#pump();
      await finished;
    } finally {
      cache.watchers.remove(this);
      for (const timer of timers) clearTimeout(timer);
    }
  }

  wake(event: CacheEvent): void {
    if (!this.#live || event.revision <= this.#seen) return;
    if (this.#send(event)) return;
    this.#live = false;
    this.#position = event.sequence + 1;
    void this.#o.sink.drained().then(() => this.#pump());
  }

  end(reason: "closed" | "expired"): void {
    if (reason === "expired") this.#fail("the server's cache of this resource started anew");
    this.#stop();
  }

  #catchUpFrom(revision: number): void {
    const { window } = this.#o.cache;
    this.#seen = revision;
    this.#sent = revision;
    this.#position = window.after(revision);
  }

  /** The present state as ADDED events, then where it ends. */
  async #sendState(state: readonly ObjectRecord[]): Promise<void> {
    this.#state = undefined;
    const { sink, encoder, from } = this.#o;
    const pause = turns(32);
    for (const record of state) {
      if (this.#ended) return;
      if (!sink.write(encoder.event("ADDED", record))) await sink.drained();
      await pause();
    }
    if (this.#o.initialEventsEnd && this.#o.bookmarks && !this.#ended) sink.write(encoder.bookmark(from, true));
  }

  /** Reads the window from the watch's position until it has caught up, then goes live. */
  async #pump(): Promise<void> {
    const { cache, sink } = this.#o;
    const pause = turns(32);
    while (!this.#ended) {
      if (!cache.window.holds(this.#position)) {
        this.#stop();
        return;
      }
      const event = cache.window.at(this.#position);
      if (event === undefined) {
        this.#live = true;
        return;
      }
      this.#position++;
      if (event.revision > this.#seen && !this.#send(event)) await sink.drained();
      await pause();
    }
  }

  /** Sends an event if it concerns the selection; false when the peer is slow. */
  #send(event: CacheEvent): boolean {
    const { selection, encoder, sink } = this.#o;
    const { current, previous } = event;
    // The index asks only the namespace's watchers; the window holds every namespace's events.
    if (this.scope.type === "prefix" && !event.key.startsWith(this.scope.prefix)) return true;
    const is = current !== undefined && selection.matches(current);
    const was = previous !== undefined && selection.matches(previous);
    if (!is && !was) return true;
    const type: WatchEventType = is ? (was ? "MODIFIED" : "ADDED") : "DELETED";
    this.#sent = event.revision;
    if (encoder.shared === undefined) return sink.write(encode(encoder, type, event), true);
    const name = `${type} ${encoder.shared}`;
    const frames = (event.frames ??= new Map());
    let frame = frames.get(name);
    if (frame === undefined) frames.set(name, (frame = encode(encoder, type, event)));
    return sink.write(frame, true);
  }

  #startTimers(): NodeJS.Timeout[] {
    const { milliseconds, bookmarks } = this.#o;
    const timers = [setTimeout(() => this.#stop(), milliseconds)];
    if (!bookmarks) return timers;
    timers.push(setInterval(() => this.#bookmark(), BOOKMARK_MS));
    if (milliseconds > LAST_BOOKMARK_MS) timers.push(setTimeout(() => this.#bookmark(), milliseconds - LAST_BOOKMARK_MS));
    return timers;
  }

  /** Tells the client how far it has seen, so that it can resume there; only while nothing is owed to it. */
  #bookmark(): void {
    const { cache, encoder, sink } = this.#o;
    if (!this.#live || this.#ended || cache.revision <= this.#sent) return;
    this.#sent = cache.revision;
    sink.write(encoder.bookmark(cache.revision, false));
  }

  #fail(message: string): void {
    if (!this.#ended) this.#o.sink.write(this.#o.encoder.error(expired(message).status));
  }

  #stop(): void {
    this.#ended = true;
    this.#live = false;
    this.#finish();
  }
}

/** The objects that a watch begins with. Errors: StorageError "corrupt". */
function presentState(cache: ResourceCache, endpoint: Endpoint, selection: Selection): ObjectRecord[] {
  const records: ObjectRecord[] = [];
  const take = (record: ObjectRecord): void => void (selection.matches(record) && records.push(record));
  if (selection.key !== undefined) {
    const record = cache.get(selection.key);
    if (record !== undefined) take(record);
    return records;
  }
  const prefix = collectionPrefix(endpoint.definition, endpoint.namespace);
  cache.walk(prefix, prefixEnd(prefix), take);
  return records;
}

function encode(encoder: EventEncoder, type: WatchEventType, event: CacheEvent): Buffer {
  return encoder.event(
    type,
    type === "DELETED" ? (event.previous as ObjectRecord).atRevision(event.revision) : (event.current as ObjectRecord),
  );
}
