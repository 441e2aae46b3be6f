/** Bytes that are no protobuf message of the type that was expected. */
export class ProtobufError extends Error {}

/** How a field's value lies on the wire (protobuf encoding guide). */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;

const CONTINUES = 0x80;
const PAYLOAD = 0x7f;
/** Shorter texts are read byte by byte: faster than a call into the decoder. */
const SHORT_TEXT = 24;

/** Reads the parts of a protobuf message one after another, within the bounds that it was given. Throws ProtobufError. */
export class WireReader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** An unsigned number below 2^53: tags and lengths. */
  unsigned(): number {
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
    let value = 0;
    let scale = 1;
    const start = this.at;
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

  /** The next part that has a length: a message, text or bytes. */
  part(): WireReader {
    const length = this.unsigned();
    this.#need(length);
    const start = this.at;
    this.at += length;
    return new WireReader(this.bytes, start, this.at);
  }

  text(): string {
    const length = this.unsigned();
    this.#need(length);
    const start = this.at;
    this.at += length;
    if (length <= SHORT_TEXT) {
      let text = "";
      for (let i = start; i < this.at; i++) {
        const byte = this.bytes[i] as number;
        if (byte >= CONTINUES) return this.bytes.toString("utf8", start, this.at);
        text += String.fromCharCode(byte);
      }
      return text;
    }
    return this.bytes.toString("utf8", start, this.at);
  }

  rest(): Buffer {
    return this.bytes.subarray(this.at, this.end);
  }

  /** Passes over a field that nobody knows. */
  skip(wireType: number): void {
    switch (wireType) {
      case VARINT:
        while (this.#byte() >= CONTINUES);
        return;
      case FIXED64:
        this.#need(8);
        this.at += 8;
        return;
      case LENGTH: {
        const length = this.unsigned();
        this.#need(length);
        this.at += length;
        return;
      }
      case FIXED32:
        this.#need(4);
        this.at += 4;
        return;
      default:
        throw new ProtobufError(`wire type ${wireType} is not known`);
    }
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
    if (this.at >= this.end) throw new ProtobufError("the message ends too early");
    return this.bytes[this.at++] as number;
  }

  #need(length: number): void {
    if (this.at + length > this.end) throw new ProtobufError("the message ends too early");
  }
}
