import type { LineWriter } from "./log.ts";

/** Bytes that are gathered at most; what is larger goes out by itself. */
const ROOM = 256 * 1024;

/**
 * Gathers what is written within one turn of the event loop and hands it on at its end: a call of the system costs more
 * than a request. What a process says before it dies by an exception is still written; `onFault` is told of what cannot be.
 */
export class TurnWriter implements LineWriter, AsyncDisposable {
  readonly #writer: LineWriter;
  readonly #onFault: (error: unknown, writes: number) => void;
  readonly #room = Buffer.allocUnsafeSlow(ROOM);
  #size = 0;
  #writes = 0;
  #turn: NodeJS.Immediate | undefined;
  readonly #flush = (): void => this.flush();

  constructor(writer: LineWriter, onFault: (error: unknown, writes: number) => void) {
    this.#writer = writer;
    this.#onFault = onFault;
    process.on("exit", this.#flush);
  }

  write(lines: string | Buffer): void {
    // A character takes three bytes at most, a pair of them four.
    const most = typeof lines === "string" ? lines.length * 3 : lines.length;
    if (this.#size + most > ROOM) this.flush();
    if (most > ROOM) {
      this.#writes++;
      this.#handOn(lines);
      return;
    }
    // Copied at once: a text put together from many pieces costs memory until somebody reads it.
    this.#size += typeof lines === "string" ? this.#room.write(lines, this.#size) : lines.copy(this.#room, this.#size);
    this.#writes++;
    this.#turn ??= setImmediate(this.#flush);
  }

  /** Hands on what there is. */
  flush(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    if (this.#size === 0) return;
    const size = this.#size;
    this.#size = 0;
    this.#handOn(this.#room.subarray(0, size));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off("exit", this.#flush);
    this.flush();
  }

  #handOn(lines: string | Buffer): void {
    const writes = this.#writes;
    this.#writes = 0;
    try {
      this.#writer.write(lines);
    } catch (error) {
      this.#onFault(error, writes);
    }
  }
}
