/** A token bucket: how many control frames a peer may still send. PING and SETTINGS floods cost CPU and nothing else stops them. */
export class FrameBudget {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #at = 0;

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
  }

  /** Takes one at `now` (milliseconds of a monotonic clock). False: used up. */
  take(now: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) * this.#perSecond) / 1000);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
