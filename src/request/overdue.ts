import { LinkedList, type Link } from "../object/linked-list.ts";

/** How often is looked whether something is over its time, in milliseconds; so much later than due it may be told. */
const TICK = 1000;

/** Something that must end in time. */
interface Due {
  /** By the monotonic clock, in milliseconds. */
  readonly at: number;
  /** Called once, when that is past. */
  readonly expire: () => void;
}

/**
 * Tells what is not done in time: one timer for all, since a timer for each request costs a read a thirtieth of its time,
 * and nearly all are done long before.
 */
export class Overdue {
  readonly #waiting = new LinkedList<Due>();
  #timer: NodeJS.Timeout | undefined;

  /** Waits for something to be done. */
  add(due: Due): Link<Due> {
    if (this.#timer === undefined) this.#lookLater();
    return this.#waiting.add(due);
  }

  /** It is done. */
  done(link: Link<Due>): void {
    this.#waiting.remove(link);
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const link of this.#waiting.links()) {
      if (link.value === undefined || link.value.at > now) continue;
      const { expire } = link.value;
      this.#waiting.remove(link);
      expire();
    }
    if (!this.#waiting.isEmpty) this.#lookLater();
  }

  #lookLater(): void {
    // What is waited for keeps the process alive by itself.
    this.#timer = setTimeout(() => this.#look(), TICK).unref();
  }
}
