/** How soon failed work is tried again, in milliseconds: doubled at each failure up to the longest. */
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 30_000;

/** Work that waits for something nobody tells of, and when it looks again. */
export interface Again {
  readonly againInMs: number;
}

export interface WorkQueueOptions {
  /** Does the work of one key; a rejection is retried. */
  readonly work: (key: string) => Promise<Again | undefined | void>;
  readonly onFailure: (key: string, error: unknown) => void;
}

/**
 * Keys that need work, each once, one after another. A key that is added while it is worked on is worked on again. The
 * queue is bounded by the number of keys there are.
 */
export class WorkQueue implements AsyncDisposable {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#closed) return;
    this.#waiting.add(key);
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  /** Takes no more keys and waits for the one under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    // Whoever added the key may still be in the middle of a write.
    await Promise.resolve();
    for (const key of this.#waiting) {
      if (this.#closed) return;
      this.#waiting.delete(key);
      try {
        const again = await this.#options.work(key);
        this.#failures.delete(key);
        if (again !== undefined) this.#addLater(key, again.againInMs);
      } catch (error) {
        this.#options.onFailure(key, error);
        this.#retry(key);
      }
    }
  }

  #retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#addLater(key, Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS));
  }

  #addLater(key: string, ms: number): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.add(key);
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }
}
