import type { Clock, Timer } from "../clock.ts";
import { Segments } from "../segments.ts";
import { StorageError, type StoreEvent, type Watch, type WatchRequest, type WatchSink } from "../storage.ts";
import { isWithin } from "../key-order.ts";
import { Deliveries, StoreWatcher } from "../store-watcher.ts";
import { backoff, type Connection } from "./connection.ts";
import type { KeySpace } from "./key-space.ts";
import type { Header } from "./messages.ts";
import { openWatchStream, type StreamListener, type WatchStream } from "./watch-stream.ts";

interface FeedOptions {
  readonly connection: Connection;
  readonly keys: KeySpace;
  readonly clock: Clock;
  readonly random: () => number;
  /** The store's newest revision, and its cluster, when this is opened. */
  readonly opened: Header;
  /** Told of every revision that the feed reaches. */
  readonly learned: (revision: number) => void;
  /** The newest revision that this process knows. */
  readonly known: () => number;
  /** How many of the newest events are kept for watches that begin a little in the past. */
  readonly recentEvents: number;
  /** Writes something that nobody reads, so that an event comes. */
  readonly nudge: () => Promise<void>;
  /** The store's newest revision now. */
  readonly refresh: () => Promise<number>;
  /** What answers has another history than before: `startOver` is due. */
  readonly replaced: (header: Header) => void;
}

class Watcher extends StoreWatcher {
  /** Wants to be told of progress until it is here; 0: does not. */
  wanted = 0;
  /** While it is behind the feed: its own watch, since when, and how often that broke. */
  past: WatchStream | undefined;
  since = 0;
  failures = 0;
}

/** Milliseconds between looks at who waits for a revision that does not come by itself, and between questions to etcd. */
const lookEvery = 50;
const askEvery = 100;
/** A member that brings nothing for so many, though there is something, is left for another. */
const memberPatience = 2_000;
/** A watch in the past is helped along after so many. */
const pastPatience = 200;
/** Watches in the past that read at once, and bytes of recent events that are kept. */
const mostPast = 8;
const mostRecentBytes = 16 * 1024 * 1024;
const firstRetry = 50;
const longestRetry = 2_000;

/**
 * One watch of all our keys for the whole process, handed on to whom it concerns: so that all watchers stand at the same
 * revision, and a write by anybody moves each of them on. A watcher that begins a little in the past is served from the events that
 * are kept; one that begins further back has a watch of its own until it has caught up with the feed.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #live = new Set<Watcher>();
  readonly #past = new Set<Watcher>();
  #segments: Segments<Watcher> | undefined;
  /** The newest events; all after `#recentFrom` are there. */
  #recent: StoreEvent[] = [];
  #recentBytes = 0;
  #recentFrom: number;
  #position: number;
  #clusterId: string;
  #stream: WatchStream | undefined;
  #streaming = false;
  #askedAt = -Infinity;
  #failures = 0;
  #retry: Timer | undefined;
  #look: Timer | undefined;
  #nudging = false;
  /** Since when somebody waits and nothing came; 0: nobody does. */
  #silentSince = 0;
  #waiting: { readonly revision: number; readonly done: () => void }[] = [];
  #closed: StorageError | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#position = this.#recentFrom = options.opened.revision;
    this.#clusterId = options.opened.clusterId;
    this.#connect();
  }

  open(request: WatchRequest, sink: WatchSink): Watch {
    const watcher: Watcher = new Watcher(request, sink, () => this.#forget(watcher));
    if (this.#closed !== undefined) {
      const error = this.#closed;
      queueMicrotask(() => watcher.close(error));
    } else if (watcher.position >= this.#position) this.#goLive(watcher);
    else setImmediate(() => this.#begin(watcher));
    return {
      close: () => watcher.close(undefined),
      requestProgress: () => {
        if (!watcher.open) return;
        watcher.wanted = Math.max(watcher.wanted, this.#options.known());
        queueMicrotask(() => this.#tellProgress(watcher));
        this.#lookSoon();
      },
    };
  }

  /** Resolves when every live watcher was handed what happened up to a revision, or after so many milliseconds. */
  async reached(revision: number, milliseconds: number): Promise<void> {
    if (this.#position >= revision || this.#closed !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(milliseconds, () => {
        this.#waiting = this.#waiting.filter((other) => other !== entry);
        this.#leaveMember();
        resolve();
      });
      const entry = { revision, done: () => (timer.cancel(), resolve()) };
      this.#waiting.push(entry);
    });
  }

  /** The store is not what it was (restored from a backup): every watch ends, and the feed begins anew. */
  startOver({ clusterId, revision }: Header, fault: StorageError): void {
    if (this.#closed !== undefined) return;
    this.#clusterId = clusterId;
    this.#jumpTo(revision);
    this.#streaming = false;
    this.#connect();
    this.#endAll(fault);
  }

  close(error: StorageError): void {
    this.#closed = error;
    this.#retry?.cancel();
    this.#look?.cancel();
    this.#stream?.close();
    this.#endAll(error);
    for (const { done } of this.#waiting.splice(0)) done();
  }

  // --- the feed's own stream ---

  #connect(): void {
    this.#retry?.cancel();
    this.#stream?.close();
    const { connection, keys } = this.#options;
    const stream: WatchStream = openWatchStream(
      connection,
      keys,
      { start: keys.start, end: keys.end, fromRevision: this.#position },
      {
        created: (header) => this.#created(header),
        events: (events, revision) => this.#publish(events, revision),
        progress: (revision) => this.#publish([], revision),
        ended: (error) => {
          if (this.#stream === stream || this.#stream === undefined) void this.#lost(error);
        },
      },
    );
    this.#stream = stream;
  }

  #created(header: Header): void {
    if (header.clusterId !== this.#clusterId) return this.#options.replaced(header);
    // Whether the store is older than it was, a member that lags behind cannot tell.
    if (this.#failures > 0) void this.#options.refresh().catch(() => undefined);
    this.#failures = 0;
    this.#streaming = true;
    this.#lookSoon();
  }

  async #lost(fault: StorageError): Promise<void> {
    this.#streaming = false;
    if (this.#closed !== undefined) return;
    const stream = this.#stream;
    if (fault.reason === "compacted") {
      const revision = await this.#options.refresh().catch(() => fault.revision ?? 0);
      // It may have been replaced meanwhile, or closed.
      if (this.#stream !== stream || this.#isClosed()) return;
      this.#jumpTo(Math.max(this.#position, revision));
      this.#endAll(fault);
    } else this.#options.connection.passOver();
    this.#retry = this.#options.clock.after(this.#backoff(this.#failures++), () => this.#connect());
  }

  /** The member that streams brings nothing, though there is something. */
  #leaveMember(): void {
    this.#silentSince = 0;
    if (!this.#streaming) return;
    this.#stream?.close();
    void this.#lost(new StorageError("unavailable", "etcd: the member brings no events"));
  }

  #isClosed(): boolean {
    return this.#closed !== undefined;
  }

  #backoff(failures: number): number {
    return backoff(failures, firstRetry, longestRetry, this.#options.random);
  }

  #publish(events: readonly StoreEvent[], revision: number): void {
    if (revision < this.#position) return;
    this.#position = revision;
    this.#silentSince = 0;
    this.#options.learned(revision);
    this.#keep(events);
    const deliveries = new Deliveries<Watcher>();
    const segments = (this.#segments ??= new Segments(this.#live));
    for (const event of events) {
      for (const watcher of segments.covering(event.key)) deliveries.add(watcher, event);
    }
    deliveries.deliver(revision);
    for (const watcher of this.#live) if (watcher.wanted > 0) this.#tellProgress(watcher);
    for (const watcher of this.#past) this.#joinIfThere(watcher);
    const ready = this.#waiting.filter((entry) => entry.revision <= revision);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((entry) => entry.revision > revision);
    for (const { done } of ready) done();
  }

  /** Goes on from another revision, of what lies between nothing is known. */
  #jumpTo(revision: number): void {
    this.#position = this.#recentFrom = revision;
    this.#recent = [];
    this.#recentBytes = 0;
  }

  #keep(events: readonly StoreEvent[]): void {
    for (const event of events) {
      this.#recentBytes += sizeOf(event);
      this.#recent.push(event);
    }
    const { recentEvents } = this.#options;
    if (this.#recent.length <= recentEvents * 2 && this.#recentBytes <= mostRecentBytes) return;
    // Whole revisions go, half of what is kept at once.
    let drop = 0;
    while (drop < this.#recent.length && (this.#recent.length - drop > recentEvents || this.#recentBytes > mostRecentBytes / 2)) {
      const { revision } = this.#recent[drop] as StoreEvent;
      for (; this.#recent[drop]?.revision === revision; drop++) this.#recentBytes -= sizeOf(this.#recent[drop] as StoreEvent);
      this.#recentFrom = revision;
    }
    this.#recent.splice(0, drop);
  }

  // --- watchers ---

  #begin(watcher: Watcher): void {
    if (!watcher.open) return;
    if (watcher.position < this.#recentFrom) {
      this.#past.add(watcher);
      return this.#startPast();
    }
    const from = watcher.position;
    const mine = this.#recent.filter((event) => event.revision > from && concerns(watcher, event));
    this.#goLive(watcher);
    watcher.deliver(mine, Math.max(from, this.#position));
  }

  /** Lets watchers in the past read, so many at once. */
  #startPast(): void {
    let reading = 0;
    for (const watcher of this.#past) {
      if (reading++ >= mostPast) break;
      if (watcher.past === undefined && watcher.failures === 0) this.#readPast(watcher);
    }
  }

  #goLive(watcher: Watcher): void {
    watcher.past?.close();
    watcher.past = undefined;
    this.#live.add(watcher);
    this.#segments = undefined;
    if (this.#past.delete(watcher)) this.#startPast();
  }

  #readPast(watcher: Watcher): void {
    if (!watcher.open) return;
    const { connection, keys, clock } = this.#options;
    watcher.since = clock.now();
    const reach = (events: readonly StoreEvent[], revision: number): void => {
      const mine = events.filter((event) => event.revision > watcher.position && concerns(watcher, event));
      watcher.failures = 0;
      watcher.deliver(mine, revision);
      this.#joinIfThere(watcher);
    };
    const listener: StreamListener = {
      created: () => undefined,
      events: reach,
      progress: (revision) => reach([], revision),
      ended: (error) => {
        if (error.reason === "compacted") return watcher.close(error);
        watcher.past = undefined;
        clock.after(this.#backoff(watcher.failures++), () => this.#readPast(watcher));
      },
    };
    // All keys, not only its own: the feed stands at a revision of one of them, so reaching that is certain.
    watcher.past = openWatchStream(connection, keys, { start: keys.start, end: keys.end, fromRevision: watcher.position }, listener);
    this.#lookSoon();
  }

  #joinIfThere(watcher: Watcher): void {
    if (!watcher.open || watcher.past === undefined || watcher.position < this.#position) return;
    this.#goLive(watcher);
  }

  #tellProgress(watcher: Watcher): void {
    if (!watcher.open || !this.#live.has(watcher)) return;
    if (watcher.position < this.#position || watcher.wanted <= watcher.position) {
      watcher.deliver([], Math.max(watcher.position, this.#position));
    }
    if (watcher.wanted <= watcher.position) watcher.wanted = 0;
  }

  #forget(watcher: Watcher): void {
    watcher.past?.close();
    if (this.#past.delete(watcher) && this.#closed === undefined) this.#startPast();
    this.#live.delete(watcher);
    this.#segments = undefined;
  }

  #endAll(error: StorageError): void {
    for (const watcher of [...this.#live, ...this.#past]) watcher.close(error);
  }

  // --- what does not come by itself ---

  #lookSoon(): void {
    if (this.#look !== undefined || this.#closed !== undefined) return;
    this.#look = this.#options.clock.after(lookEvery, () => {
      this.#look = undefined;
      this.#lookNow();
    });
  }

  /** A revision of keys that are not ours brings no event: etcd is asked for progress, or made to send an event. */
  #lookNow(): void {
    const now = this.#options.clock.now();
    const wanted = [...this.#live].some((watcher) => watcher.wanted > this.#position);
    const stuck = [...this.#past].filter((watcher) => watcher.past !== undefined && now - watcher.since >= pastPatience);
    if (!wanted) this.#silentSince = 0;
    if (!wanted && this.#past.size === 0) return;
    this.#lookSoon();
    if (wanted && this.#silentSince === 0) this.#silentSince = now;
    if (this.#silentSince > 0 && now - this.#silentSince > memberPatience) return this.#leaveMember();
    if (!this.#streaming || (!wanted && stuck.length === 0)) return;
    if (now - this.#askedAt < askEvery) return;
    this.#askedAt = now;
    const asked = [this.#stream, ...stuck.map(({ past }) => past)].map((stream) => stream?.requestProgress());
    if (asked.includes(false) && !this.#nudging) {
      this.#nudging = true;
      void this.#options
        .nudge()
        .catch(() => undefined)
        .finally(() => (this.#nudging = false));
    }
    for (const watcher of stuck) watcher.since = now;
  }
}

function concerns({ start, end }: Watcher, { key }: StoreEvent): boolean {
  return isWithin(key, start, end);
}

/** Bytes of a change's values, and a little for the rest. */
function sizeOf({ current, previous }: StoreEvent): number {
  return 200 + (current?.value.length ?? 0) + (previous?.value.length ?? 0);
}
