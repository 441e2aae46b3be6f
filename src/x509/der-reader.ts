/** One value of DER (ITU-T X.690): what is in it, and all of its bytes. */
export interface DerValue {
  readonly content: Buffer;
  readonly whole: Buffer;
}

/** Bytes that are no DER; the message says what is wrong as Go's asn1 package does. */
export class DerError extends Error {
  override readonly name = "DerError";
}

/** A field of a structure in DER: its universal tag number, whether it holds others, and the name by which the original knows its type. */
interface FieldType {
  readonly number: number;
  readonly constructed: boolean;
  readonly name: string;
}

/** A structure. */
export const structure = (name: string): FieldType => ({ number: 16, constructed: true, name });
/** A whole number. */
export const integer: FieldType = { number: 2, constructed: false, name: "int" };
/** A string of bits. */
export const bits: FieldType = { number: 3, constructed: false, name: "BitString" };
/** The name of something standardized. */
export const objectIdentifier: FieldType = { number: 6, constructed: false, name: "ObjectIdentifier" };

/** What the original prints of a field without options. */
const PLAIN =
  "{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false}";
const MAX_LENGTH = 2 ** 23;
const MAX_TAG = 2 ** 31 - 1;

/** Reads a structure field by field, and says of bytes that are not what they should be the same as Go's asn1 package. */
export class FieldReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** How many bytes follow the fields that were read. */
  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next field, of a type or of any. Errors: DerError. */
  next(wanted?: FieldType): DerValue {
    const start = this.#offset;
    const bytes = this.#bytes;
    if (this.left === 0) throw syntax("sequence truncated");
    const first = this.#byte();
    const constructed = (first & 0x20) !== 0;
    const kind = first >> 6;
    const number = (first & 0x1f) === 0x1f ? this.#longTag() : first & 0x1f;
    const length = this.#length();
    const from = this.#offset;
    if (wanted !== undefined && (kind !== 0 || number !== wanted.number || constructed !== wanted.constructed)) {
      const found = `{class:${kind} tag:${number} length:${length} isCompound:${constructed}}`;
      throw structural(`tags don't match (${wanted.number} vs ${found}) ${PLAIN} ${wanted.name} @${from}`);
    }
    if (from + length > bytes.length) throw syntax("data truncated");
    this.#offset = from + length;
    return { content: bytes.subarray(from, this.#offset), whole: bytes.subarray(start, this.#offset) };
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw syntax("truncated tag or length");
    this.#offset++;
    return byte;
  }

  #longTag(): number {
    let number = 0;
    for (let count = 0; count < 5; count++) {
      const byte = this.#bytes[this.#offset];
      if (byte === undefined) throw syntax("truncated base 128 integer");
      if (count === 0 && byte === 0x80) throw syntax("integer is not minimally encoded");
      this.#offset++;
      number = number * 128 + (byte & 0x7f);
      if ((byte & 0x80) !== 0) continue;
      if (number > MAX_TAG) break;
      if (number < 0x1f) throw syntax("non-minimal tag");
      return number;
    }
    throw structural("base 128 integer too large");
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0) throw syntax("indefinite length found (not DER)");
    let length = 0;
    for (let index = 0; index < count; index++) {
      const byte = this.#byte();
      if (length >= MAX_LENGTH) throw structural("length too large");
      length = length * 256 + byte;
      if (length === 0) throw structural("superfluous leading zeros in length");
    }
    if (length < 0x80) throw structural("non-minimal length");
    return length;
  }
}

/** An OBJECT IDENTIFIER in its dotted form. */
export function readObjectIdentifier(content: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (arcs.length === 0) {
      const top = Math.min(Math.floor(arc / 40), 2);
      arcs.push(top, arc - top * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  return arcs.join(".");
}

function syntax(text: string): DerError {
  return new DerError(`asn1: syntax error: ${text}`);
}

function structural(text: string): DerError {
  return new DerError(`asn1: structure error: ${text}`);
}
