/** A map that forgets what was not asked for longest, and what is too old. */
export class BoundedCache<V> {
  readonly #most: number;
  readonly #clock: () => number;
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>();

  /** `most` entries; `clock` in milliseconds. */
  constructor(most: number, clock: () => number) {
    this.#most = most;
    this.#clock = clock;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (this.#clock() >= entry.until) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Keeps a value until a time, Infinity for as long as there is room. */
  set(key: string, value: V, until: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until });
    if (this.#entries.size <= this.#most) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }

  clear(): void {
    this.#entries.clear();
  }
}
