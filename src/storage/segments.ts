import { firstIndex } from "../object/first-index.ts";
import { compareKeys } from "./key-order.ts";

/** A range of keys that somebody watches. */
export interface Segment {
  readonly start: string;
  readonly end: string;
}

/**
 * Which ranges cover a key: the key space cut at every start and end, and for each piece its ranges. Made anew when
 * watchers come or go, which is rare beside writes.
 */
export class Segments<T extends Segment> {
  readonly #starts: string[];
  readonly #covering: T[][];

  constructor(segments: Iterable<T>) {
    const filled = [...segments].filter(({ start, end }) => compareKeys(start, end) < 0);
    this.#starts = [...new Set(filled.flatMap(({ start, end }) => [start, end]))].sort(compareKeys);
    this.#covering = this.#starts.map(() => []);
    for (const segment of filled) {
      for (let at = this.#indexOf(segment.start); this.#starts[at] !== segment.end; at++) this.#covering[at]?.push(segment);
    }
  }

  covering(key: string): readonly T[] {
    return this.#covering[this.#indexOf(key)] ?? [];
  }

  #indexOf(key: string): number {
    return firstIndex(0, this.#starts.length, (index) => compareKeys(this.#starts[index] as string, key) > 0) - 1;
  }
}
