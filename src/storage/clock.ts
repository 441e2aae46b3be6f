/** The time and the timers of a store: handed in, so that tests pass an hour in a moment. */
export interface Clock {
  /** Wall-clock milliseconds, as Date.now(). */
  now(): number;
  /** Calls back once after so many milliseconds, unless cancelled. Does not keep the process alive. */
  after(milliseconds: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** setTimeout fires at once when asked to wait for longer than this. */
const longestTimeout = 2 ** 31 - 1;

/** The clock of the machine. A wait that is longer than setTimeout can do ends early: check the time when called. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, milliseconds), longestTimeout));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): Timer {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Moves on, calling the timers that fall due on the way, in their order. */
  advance(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      let next: { readonly at: number; readonly callback: () => void } | undefined;
      for (const timer of this.#timers) if (timer.at <= until && (next === undefined || timer.at < next.at)) next = timer;
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = until;
  }
}
