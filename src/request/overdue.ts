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
  readonly #waiting = new Set<Due>();
  #timer: NodeJS.Timeout | undefined;

  /** Waits for it to be done. */
  add(due: Due): void {
    this.#waiting.add(due);
    if (this.#timer === undefined) this.#lookLater();
  }

  /** It is done. */
  done(due: Due): void {
    this.#waiting.delete(due);
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const due of this.#waiting) {
      if (due.at > now) continue;
      this.#waiting.delete(due);
      due.expire();
    }
    if (this.#waiting.size > 0) this.#lookLater();
  }

  #lookLater(): void {
    // What is waited for keeps the process alive by itself.
    this.#timer = setTimeout(() => this.#look(), TICK).unref();
  }
}
