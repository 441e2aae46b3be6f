import { LENGTH } from "./wire-reader.ts";

/** Shorter texts are written character by character: faster than a call into the encoder. */
const SHORT_TEXT = 32;
/** Fewer bytes are copied one by one. */
const FEW_BYTES = 24;
const CONTINUES = 0x80;
const FIRST_SIZE = 16 * 1024;
/** A bigger buffer is not kept for the next message. */
const KEPT_SIZE = 1024 * 1024;

/**
 * Writes a protobuf message from its end to its beginning, so that what has a length is written before its length is: no
 * message is measured first. Fields are therefore written last to first. One writer is used again and again.
 */
export class WireWriter {
  readonly #firstSize: number;
  #bytes: Buffer;
  #at: number;

  /** `size`: bytes that are taken at first; more as needed. */
  constructor(size: number = FIRST_SIZE) {
    this.#firstSize = size;
    this.#bytes = Buffer.allocUnsafe(size);
    this.#at = size;
  }

  /** How many bytes have been written; a length is the difference of two of these. */
  get written(): number {
    return this.#bytes.length - this.#at;
  }

  /** What was written, as bytes of their own; the writer is empty after. */
  finish(): Buffer {
    // Not from the pool: there it would keep alive what was allocated beside it.
    const bytes = Buffer.allocUnsafeSlow(this.written);
    this.#bytes.copy(bytes, 0, this.#at);
    this.reset();
    return bytes;
  }

  /** What was written since `written` was so much, as bytes of their own; it is written no longer. */
  takeBack(written: number): Buffer {
    const end = this.#bytes.length - written;
    const bytes = Buffer.from(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return bytes;
  }

  /** Forgets what was written. */
  reset(): void {
    if (this.#bytes.length > KEPT_SIZE) this.#bytes = Buffer.allocUnsafe(this.#firstSize);
    this.#at = this.#bytes.length;
  }

  /** A number that is not negative: tags, lengths. */
  unsigned(value: number): void {
    if (this.#at < 10) this.#grow(10);
    if (value < CONTINUES) {
      this.#bytes[--this.#at] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest >= CONTINUES; rest = Math.floor(rest / 128)) size++;
    this.#at -= size;
    const bytes = this.#bytes;
    let at = this.#at;
    while (value >= CONTINUES) {
      bytes[at++] = (value % 128) | CONTINUES;
      value = Math.floor(value / 128);
    }
    bytes[at] = value;
  }

  /** A signed number; negative ones are ten bytes. */
  integer(value: number | bigint): void {
    if (typeof value === "number" && value >= 0) {
      this.unsigned(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | CONTINUES);
    bytes.push(Number(rest));
    this.bytes(bytes);
  }

  double(value: number): void {
    if (this.#at < 8) this.#grow(8);
    this.#at -= 8;
    this.#bytes.writeDoubleLE(value, this.#at);
  }

  bytes(value: Uint8Array | readonly number[]): void {
    const { length } = value;
    if (this.#at < length) this.#grow(length);
    this.#at -= length;
    if (length > FEW_BYTES) this.#bytes.set(value, this.#at);
    else for (let i = 0; i < length; i++) this.#bytes[this.#at + i] = value[i] as number;
  }

  /** A text without its length. */
  text(value: string): void {
    const { length } = value;
    if (this.#at < length * 3) this.#grow(length * 3);
    if (length <= SHORT_TEXT && this.#shortText(value)) return;
    const size = Buffer.byteLength(value);
    this.#at -= size;
    if (size === length) this.#bytes.write(value, this.#at, "latin1");
    else this.#bytes.write(value, this.#at, "utf8");
  }

  /** A field whose value is a text. */
  textField(tag: number, value: string): void {
    const end = this.written;
    this.text(value);
    this.head(tag, end);
  }

  /** The length of what was written since `end`, and before it the tag. */
  head(tag: number, end: number): void {
    this.unsigned(this.written - end);
    this.unsigned(tag);
  }

  #shortText(value: string): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = value.length - 1; i >= 0; i--) {
      const code = value.charCodeAt(i);
      if (code >= CONTINUES) return false;
      bytes[--at] = code;
    }
    this.#at = at;
    return true;
  }

  #grow(need: number): void {
    const { written } = this;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, written + need));
    const at = grown.length - written;
    this.#bytes.copy(grown, at, this.#at);
    this.#bytes = grown;
    this.#at = at;
  }
}

/** The tag of a field that has a length. */
export function lengthTag(number: number): number {
  return number * 8 + LENGTH;
}
