import type { Writable } from "node:stream";
import type { BodySink } from "../request/exchange.ts";

const OPEN = Promise.resolve();

/** A BodySink over a stream of Node. `kill` ends a peer that takes nothing for `stallMs` while bytes wait for it. */
export class StreamSink implements BodySink {
  readonly #out: Writable;
  readonly #stallMs: number;
  readonly #kill: () => void;
  #full = false;
  #closed: boolean;
  #waiting: Promise<void> | undefined;

  constructor(out: Writable, stallMs: number, kill: () => void) {
    this.#out = out;
    this.#stallMs = stallMs;
    this.#kill = kill;
    this.#closed = out.destroyed;
    out.once("close", () => {
      this.#closed = true;
    });
  }

  write(bytes: Buffer, soon = false): boolean {
    if (this.closed) return true;
    if (soon && this.#out.writableCorked === 0) {
      this.#out.cork();
      setImmediate(uncork, this.#out);
    }
    this.#full = !this.#out.write(bytes);
    return !this.#full;
  }

  drained(): Promise<void> {
    if (!this.#full || this.closed) return OPEN;
    this.#waiting ??= new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#out.off("drain", done).off("close", done);
        this.#full = false;
        this.#waiting = undefined;
        resolve();
      };
      const timer = setTimeout(this.#kill, this.#stallMs);
      this.#out.on("drain", done).on("close", done);
    });
    return this.#waiting;
  }

  /** No more bytes come. What is still queued must go out before the peer counts as stalled. */
  end(): void {
    if (this.closed) return;
    this.#out.end();
    if (this.#out.writableLength === 0) return;
    const timer = setTimeout(this.#kill, this.#stallMs);
    this.#out.once("finish", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
  }

  get pending(): number {
    return this.#out.writableLength;
  }

  get closed(): boolean {
    return this.#closed || this.#out.destroyed;
  }

  onClose(callback: () => void): void {
    if (this.closed) queueMicrotask(callback);
    else this.#out.once("close", callback);
  }
}

/** What a turn of the event loop has gathered goes out as one: a write costs a stream more than the bytes of an event. */
function uncork(out: Writable): void {
  out.uncork();
}
