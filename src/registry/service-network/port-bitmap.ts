import type { KubeObject } from "../../object/kube-object.ts";
import { stringIn } from "../../object/read.ts";

/** A range of port numbers, both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Which ports of a range are taken. Stored as the original stores it, in a RangeAllocation: the bits of a big-endian
 * number without leading zero bytes, whose lowest bit is the range's first port.
 */
export class PortBitmap {
  readonly range: PortRange;
  /** Little-endian: bit i of byte n is port from + 8n + i. */
  readonly #bits: Buffer;

  private constructor(range: PortRange, bits: Buffer) {
    this.range = range;
    this.#bits = bits;
  }

  static empty(range: PortRange): PortBitmap {
    return new PortBitmap(range, Buffer.alloc(Math.ceil((range.to - range.from + 1) / 8)));
  }

  /** The bitmap of a stored object; undefined where it is of another range. */
  static read(object: KubeObject, range: PortRange): PortBitmap | undefined {
    if (stringIn(object, "range") !== rangeText(range)) return undefined;
    const bitmap = PortBitmap.empty(range);
    const stored = Buffer.from(stringIn(object, "data"), "base64").reverse();
    stored.copy(bitmap.#bits, 0, 0, bitmap.#bits.length);
    return bitmap;
  }

  /** The object to store. */
  toObject(): KubeObject {
    const bytes = Buffer.from(this.#bits).reverse();
    const start = bytes.findIndex((byte) => byte !== 0);
    const data = bytes.subarray(start === -1 ? bytes.length : start).toString("base64");
    return { kind: "RangeAllocation", apiVersion: "v1", metadata: {}, range: rangeText(this.range), data };
  }

  copy(): PortBitmap {
    return new PortBitmap(this.range, Buffer.from(this.#bits));
  }

  /** Takes over the ports of another bitmap of this range. */
  become(other: PortBitmap): void {
    other.#bits.copy(this.#bits);
  }

  covers(port: number): boolean {
    return port >= this.range.from && port <= this.range.to;
  }

  has(port: number): boolean {
    if (!this.covers(port)) return false;
    const bit = port - this.range.from;
    return ((this.#bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }

  add(port: number): void {
    const bit = port - this.range.from;
    if (this.covers(port)) this.#bits[bit >> 3] = (this.#bits[bit >> 3] ?? 0) | (1 << (bit & 7));
  }

  delete(port: number): void {
    const bit = port - this.range.from;
    if (this.covers(port)) this.#bits[bit >> 3] = (this.#bits[bit >> 3] ?? 0) & ~(1 << (bit & 7));
  }

  /** Every taken port, in order. */
  *taken(): Generator<number> {
    for (let port = this.range.from; port <= this.range.to; port++) if (this.has(port)) yield port;
  }

  /**
   * A free port: from a random one in the upper part of the range, then of the lower part, which is left to ports that
   * are chosen by hand (KEP-3668). Undefined where all are taken. `random` is in [0, 1).
   */
  next(random: number): number | undefined {
    const { from, to } = this.range;
    const split = from + reservedPorts(to - from + 1);
    return this.#free(split, to, random) ?? this.#free(from, split - 1, random);
  }

  #free(first: number, last: number, random: number): number | undefined {
    const size = last - first + 1;
    const start = Math.floor(random * size);
    for (let i = 0; i < size; i++) {
      const port = first + ((start + i) % size);
      if (!this.has(port)) return port;
    }
    return undefined;
  }
}

export function rangeText({ from, to }: PortRange): string {
  return `${from}-${to}`;
}

/** A thirty-second of the range, at least 16 and at most 128 ports; none of a range too small to be divided. */
function reservedPorts(size: number): number {
  return size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128);
}
