import { LONGEST_KEPT, type TextTable } from "./text-table.ts";

/** Bytes that are no protobuf message of the type that was expected. */
export class ProtobufError extends Error {}

/** How a field's value lies on the wire (protobuf encoding guide). */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;

const GROUP = 3;
const GROUP_END = 4;

const CONTINUES = 0x80;
const PAYLOAD = 0x7f;
/** The highest tag: a field number has 29 bits. */
const MAX_TAG = 2 ** 32 - 1;
/** Longer texts are read by a call into the decoder, which then is faster than looking at each byte. */
const SHORT_TEXT = 64;
const EARLY_END = "unexpected EOF";

/** Reads the parts of a protobuf message one after another, within the bounds that it was given. Throws ProtobufError. */
export class WireReader {
  readonly bytes: Buffer;
  at: number;
  end: number;
  readonly #texts: TextTable | undefined;

  /** `texts`: where short texts are kept, for messages that hold the same ones again and again. */
  constructor(bytes: Buffer, at = 0, end = bytes.length, texts?: TextTable) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.#texts = texts;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** An unsigned number below 2^53: tags and lengths. */
  unsigned(): number {
    const { at } = this;
    const first = at < this.end ? (this.bytes[at] as number) : CONTINUES;
    if (first < CONTINUES) {
      this.at = at + 1;
      return first;
    }
    return this.#unsigned();
  }

  /** A field's number and wire type. */
  tag(): number {
    const tag = this.unsigned();
    if (tag < 8 || tag > MAX_TAG) throw new ProtobufError(`illegal tag ${Math.floor(tag / 8)} (wire type ${tag % 8})`);
    return tag;
  }

  /** Whether the same field follows once more; then its tag is passed over. Only tags of one byte are looked for. */
  follows(tag: number): boolean {
    if (tag >= CONTINUES || this.at >= this.end || this.bytes[this.at] !== tag) return false;
    this.at++;
    return true;
  }

  /** Reads the length of what is next, which ends where the reader does from now on; gives where it ended before. */
  enter(): number {
    const outer = this.end;
    const length = this.unsigned();
    this.#need(length);
    this.end = this.at + length;
    return outer;
  }

  /** What was entered has been read; goes on behind it, up to `outer`. */
  leave(outer: number): void {
    this.at = this.end;
    this.end = outer;
  }

  #unsigned(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.#byte();
      value += (byte & PAYLOAD) * scale;
      if (byte < CONTINUES) return value;
      scale *= 128;
    }
    throw new ProtobufError("a length or tag is too large");
  }

  /** A signed 64-bit number; bigint where it is not safe as a number. */
  int64(): number | bigint {
    const start = this.at;
    const first = start < this.end ? (this.bytes[start] as number) : CONTINUES;
    if (first < CONTINUES) {
      this.at = start + 1;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 7; i++) {
      const byte = this.#byte();
      value += (byte & PAYLOAD) * scale;
      if (byte < CONTINUES) return value;
      scale *= 128;
    }
    this.at = start;
    return this.#bigInt64();
  }

  /** A signed 32-bit number; negative ones come as ten bytes. */
  int32(): number {
    const value = this.int64();
    return typeof value === "number" ? value | 0 : Number(BigInt.asIntN(32, value));
  }

  double(): number {
    this.#need(8);
    const value = this.bytes.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  /** The next part that has a length, with a reader of its own. */
  part(): WireReader {
    const start = this.#sized();
    return new WireReader(this.bytes, start, this.at, this.#texts);
  }

  text(): string {
    const start = this.#sized();
    const { bytes, at: end } = this;
    if (end - start <= LONGEST_KEPT && this.#texts !== undefined)
      return this.#texts.text(bytes, start, end) ?? bytes.toString("utf8", start, end);
    if (end - start > SHORT_TEXT) return bytes.toString("utf8", start, end);
    for (let at = start; at < end; at++) if ((bytes[at] as number) >= CONTINUES) return bytes.toString("utf8", start, end);
    return bytes.toString("latin1", start, end);
  }

  /** Bytes with their length, as JSON shows them. */
  base64(): string {
    const start = this.#sized();
    return this.bytes.toString("base64", start, this.at);
  }

  rest(): Buffer {
    return this.bytes.subarray(this.at, this.end);
  }

  /** Passes over a field that nobody knows. */
  skip(wireType: number): void {
    // Groups are obsolete, but may be nested; nothing in them is looked at.
    let open = 0;
    for (let type = wireType; ; type = this.tag() & 7) {
      if (type === GROUP) open++;
      else if (type === GROUP_END) open--;
      else this.#skipOne(type);
      if (open < 0) throw new ProtobufError("unexpected end of group");
      if (open === 0) return;
    }
  }

  #skipOne(wireType: number): void {
    switch (wireType) {
      case VARINT:
        this.int64();
        return;
      case FIXED64:
        this.#need(8);
        this.at += 8;
        return;
      case LENGTH:
        this.#sized();
        return;
      case FIXED32:
        this.#need(4);
        this.at += 4;
        return;
      default:
        throw new ProtobufError(`illegal wireType ${wireType}`);
    }
  }

  /** Passes over a part that has a length; gives where it begins. */
  #sized(): number {
    const length = this.unsigned();
    const start = this.at;
    this.#need(length);
    this.at = start + length;
    return start;
  }

  #bigInt64(): number | bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & PAYLOAD) << shift;
      if (byte < CONTINUES) {
        const signed = BigInt.asIntN(64, value);
        const number = Number(signed);
        return Number.isSafeInteger(number) ? number : signed;
      }
    }
    throw new ProtobufError("a number is longer than ten bytes");
  }

  #byte(): number {
    if (this.at >= this.end) throw new ProtobufError(EARLY_END);
    return this.bytes[this.at++] as number;
  }

  #need(length: number): void {
    if (this.at + length > this.end) throw new ProtobufError(EARLY_END);
  }
}
