import { firstIndex } from "../../object/first-index.ts";
import type { ObjectRecord } from "./record.ts";

/** A change of one object, shared by every watcher that is told of it. */
export interface CacheEvent {
  readonly revision: number;
  /** Its place in the window. */
  readonly sequence: number;
  readonly key: string;
  /** The object after the change; undefined where it was deleted. */
  readonly current: ObjectRecord | undefined;
  /** The object before it; undefined where it was created. */
  readonly previous: ObjectRecord | undefined;
  /** Frames already made, by event type and representation; undefined until somebody watches. */
  frames: Map<string, Buffer> | undefined;
}

/** How much of the past is kept: whichever bound is met first, but never fewer than `least` events. */
const LIMITS = { most: 10_000, bytes: 8 << 20, least: 100 };

/**
 * The recent past of one resource, addressed by sequence number: a watcher is a position in it, so a slow one costs
 * nothing, and falls out when its position does.
 */
export class EventWindow {
  #events: CacheEvent[] = [];
  /** Sequence number of #events[0]. */
  #first = 0;
  #bytes = 0;
  /** Every event after this revision is in the window. */
  #since: number;

  constructor(since: number) {
    this.#since = since;
  }

  /** Events after this revision are all here; a watch from an earlier one has expired. */
  get since(): number {
    return this.#since;
  }

  /** The sequence number that the next event will get. */
  get end(): number {
    return this.#first + this.#events.length;
  }

  /** The event at a sequence number; undefined where it has fallen out or is not there yet. */
  at(sequence: number): CacheEvent | undefined {
    return this.#events[sequence - this.#first];
  }

  /** Whether the position still lies in the window or at its end. */
  holds(sequence: number): boolean {
    return sequence >= this.#first;
  }

  push(event: CacheEvent): void {
    this.#events.push(event);
    this.#bytes += weight(event);
    if (this.#events.length > LIMITS.most || this.#bytes > LIMITS.bytes) this.#shrink();
  }

  /** Begins anew at a revision: what was between is not known, and whoever has not read what was here has missed it. */
  restart(revision: number): void {
    this.#first = this.end;
    this.#events = [];
    this.#bytes = 0;
    this.#since = revision;
  }

  /** The sequence number of the first event after a revision that is not before `since`. */
  after(revision: number): number {
    return this.#first + firstIndex(0, this.#events.length, (index) => (this.#events[index] as CacheEvent).revision > revision);
  }

  /** Drops the oldest tenth at once, so that a full window does not shift at every event. */
  #shrink(): void {
    const { most, bytes, least } = LIMITS;
    let drop = 0;
    let count = this.#events.length;
    while (count > least && (count > most * 0.9 || this.#bytes > bytes * 0.9)) {
      const event = this.#events[drop++] as CacheEvent;
      this.#bytes -= weight(event);
      this.#since = event.revision;
      count--;
    }
    // A revision's events fall together: resuming after it must not miss its second half.
    while (drop > 0 && drop < this.#events.length && (this.#events[drop] as CacheEvent).revision === this.#since) {
      this.#bytes -= weight(this.#events[drop++] as CacheEvent);
    }
    this.#events = this.#events.slice(drop);
    this.#first += drop;
  }
}

/** Bytes that an event keeps alive beyond the present state, with an allowance for the event itself. */
function weight(event: CacheEvent): number {
  return 300 + (event.previous?.size ?? 0);
}
