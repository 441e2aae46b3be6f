/** How soon failed work is tried again, in milliseconds: doubled at each failure up to the longest. */
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 30_000;

export interface WorkQueueOptions {
  /** Does the work of one key; a rejection is retried. */
  readonly work: (key: string) => Promise<void>;
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
        await this.#options.work(key);
        this.#failures.delete(key);
      } catch (error) {
        this.#options.onFailure(key, error);
        this.#retry(key);
      }
    }
  }

  #retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.add(key);
      },
      Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS),
    );
    timer.unref();
    this.#timers.add(timer);
  }
}
