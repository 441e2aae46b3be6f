import type { BodySink } from "../request/exchange.ts";
import type { StreamSink } from "./sink.ts";

/**
 * Holds a body back until it is known to be big: from `threshold` bytes on it goes through the sink that `big` opens; a
 * body that ends before is given to `small` in one piece.
 */
export class HoldingSink implements BodySink {
  readonly #threshold: number;
  readonly #big: () => StreamSink;
  readonly #small: (body: Buffer) => void;
  #held: Buffer[] = [];
  #size = 0;
  #sink: StreamSink | undefined;
  #closed = false;
  readonly #onClose: (callback: () => void) => void;

  constructor(threshold: number, big: () => StreamSink, small: (body: Buffer) => void, onClose: (callback: () => void) => void) {
    this.#threshold = threshold;
    this.#big = big;
    this.#small = small;
    this.#onClose = onClose;
    onClose(() => {
      this.#closed = true;
      this.#held = [];
    });
  }

  write(bytes: Buffer, soon?: boolean): boolean {
    if (this.#sink !== undefined) return this.#sink.write(bytes, soon);
    if (this.#closed) return true;
    this.#held.push(bytes);
    this.#size += bytes.length;
    if (this.#size < this.#threshold) return true;
    this.#sink = this.#big();
    let open = true;
    for (const piece of this.#held) open = this.#sink.write(piece);
    this.#held = [];
    return open;
  }

  drained(): Promise<void> {
    return this.#sink?.drained() ?? Promise.resolve();
  }

  end(): void {
    if (this.#sink !== undefined) this.#sink.end();
    else if (!this.#closed) this.#small(Buffer.concat(this.#held, this.#size));
  }

  get pending(): number {
    return this.#sink?.pending ?? 0;
  }

  get closed(): boolean {
    return this.#closed;
  }

  onClose(callback: () => void): void {
    if (this.#closed) queueMicrotask(callback);
    else this.#onClose(callback);
  }
}
