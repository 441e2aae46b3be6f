/** Kept between batches, at most. */
const keptSize = 1024 * 1024;
const leastSize = 64 * 1024;

/**
 * The memory of one batch's values, used again for the next: LMDB reads values in place while it writes, from memory
 * whose address it has to look up once per allocation.
 */
export class Slab {
  #buffer = Buffer.allocUnsafeSlow(leastSize);
  #at = 0;

  /** Makes room for so many bytes; what was taken before is void. */
  reserve(bytes: number): void {
    this.#at = 0;
    if (this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(keptSize, this.#buffer.length * 2)));
  }

  /** Lets the writer fill the next bytes (it gives the place behind them) and gives those. */
  take(write: (target: Buffer, at: number) => number): Buffer {
    const start = this.#at;
    this.#at = write(this.#buffer, start);
    return this.#buffer.subarray(start, this.#at);
  }

  /** The batch is written. */
  release(): void {
    if (this.#buffer.length > keptSize) this.#buffer = Buffer.allocUnsafeSlow(leastSize);
  }
}
