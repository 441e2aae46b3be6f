/** Anything that writes itself into a message. */
export type Write = (message: ProtobufWriter) => void;

/** Writes a protobuf message: fields in the order of the calls. Empty texts and false are not written, as proto3 has it. */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  text(field: number, value: string | undefined): void {
    if (value === undefined || value === "") return;
    const size = Buffer.byteLength(value);
    this.#head(field, size);
    this.#reserve(size);
    this.#length += this.#bytes.write(value, this.#length);
  }

  texts(field: number, values: readonly string[] | undefined): void {
    for (const value of values ?? []) {
      if (value === "") this.message(field, () => {});
      else this.text(field, value);
    }
  }

  flag(field: number, value: boolean | undefined): void {
    if (value !== true) return;
    this.#varint(field << 3);
    this.#varint(1);
  }

  /** A whole number; absent where it is undefined. */
  integer(field: number, value: number | undefined): void {
    if (value === undefined || value < 0) return;
    this.#varint(field << 3);
    this.#varint(value);
  }

  double(field: number, value: number | undefined): void {
    if (value === undefined) return;
    this.#varint((field << 3) | 1);
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** A message in a field; written even where it is empty. */
  message(field: number, write: Write): void {
    const inner = new ProtobufWriter();
    write(inner);
    const bytes = inner.finish();
    this.#head(field, bytes.length);
    this.#reserve(bytes.length);
    bytes.copy(this.#bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The bytes so far. The writer must not be used after. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #head(field: number, size: number): void {
    this.#varint((field << 3) | 2);
    this.#varint(size);
  }

  #varint(value: number): void {
    this.#reserve(10);
    while (value > 0x7f) {
      this.#bytes[this.#length++] = (value & 0x7f) | 0x80;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#length++] = value;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + size));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
