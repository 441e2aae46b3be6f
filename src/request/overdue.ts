/** How often is looked whether something is over its time, in milliseconds; so much later than due it may be told. */
const TICK = 1000;

/** Something that must end in time, with its neighbours in the list of what is waited for. */
export interface Due {
  /** By the monotonic clock, in milliseconds. */
  readonly at: number;
  /** Called once, when that is past. */
  expire: (() => void) | undefined;
  before: Due | undefined;
  after: Due | undefined;
}

/**
 * Tells what is not done in time: one timer for all, since a timer for each request costs a read a thirtieth of its time,
 * and nearly all are done long before. A list of its own and no Set: V8 keeps the tables that a Set has outgrown in a
 * chain, and where one of them has become old, all that was ever in them lives until the next full collection.
 */
export class Overdue {
  #first: Due | undefined;
  #last: Due | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Waits for something to be done, by `at`; tells by `expire`. */
  add(at: number, expire: () => void): Due {
    const due: Due = { at, expire, before: this.#last, after: undefined };
    if (this.#last === undefined) this.#first = due;
    else this.#last.after = due;
    this.#last = due;
    if (this.#timer === undefined) this.#lookLater();
    return due;
  }

  /** It is done. Nothing is left that leads from it to others. */
  done(due: Due): void {
    if (due.expire === undefined) return;
    if (due.before === undefined) this.#first = due.after;
    else due.before.after = due.after;
    if (due.after === undefined) this.#last = due.before;
    else due.after.before = due.before;
    due.before = due.after = due.expire = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (let due = this.#first; due !== undefined;) {
      const { at, expire, after } = due;
      if (at <= now) {
        this.done(due);
        expire?.();
      }
      due = after;
    }
    if (this.#first !== undefined) this.#lookLater();
  }

  #lookLater(): void {
    // What is waited for keeps the process alive by itself.
    this.#timer = setTimeout(() => this.#look(), TICK).unref();
  }
}
