import { compareKeys, isIrregular } from "./key-order.ts";

/** Entries of a block before it is split: big enough that the list of blocks stays short, small enough to splice. */
const blockSize = 256;

interface Block<V> {
  readonly keys: string[];
  readonly values: V[];
}

/**
 * A map ordered by the UTF-8 bytes of its keys: sorted arrays in blocks. Reading, inserting and deleting cost a binary
 * search and a short splice; iterating costs the entries visited; counting a range costs its blocks. 100,000 keys are
 * 600 blocks.
 */
export class OrderedMap<V> {
  #blocks: Block<V>[] = [];
  #size = 0;
  /** Set once a key came in that `<` may misorder; until then comparing is one machine instruction away from memcmp. */
  #irregular = false;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const block = this.#blocks[this.#blockOf(key)];
    if (block === undefined) return undefined;
    const index = this.#lowerBound(block.keys, key);
    return block.keys[index] === key ? block.values[index] : undefined;
  }

  has(key: string): boolean {
    const block = this.#blocks[this.#blockOf(key)];
    return block !== undefined && block.keys[this.#lowerBound(block.keys, key)] === key;
  }

  /** Inserts or replaces; gives the replaced value. */
  set(key: string, value: V): V | undefined {
    if (!this.#irregular && isIrregular(key)) this.#irregular = true;
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push({ keys: [key], values: [value] });
      this.#size++;
      return undefined;
    }
    const index = this.#lowerBound(block.keys, key);
    if (block.keys[index] === key) {
      const replaced = block.values[index];
      block.values[index] = value;
      return replaced;
    }
    block.keys.splice(index, 0, key);
    block.values.splice(index, 0, value);
    this.#size++;
    if (block.keys.length > blockSize) this.#split(at, block, index === blockSize);
    return undefined;
  }

  /** Removes; gives the removed value. */
  delete(key: string): V | undefined {
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    if (block === undefined) return undefined;
    const index = this.#lowerBound(block.keys, key);
    if (block.keys[index] !== key) return undefined;
    const removed = block.values[index];
    block.keys.splice(index, 1);
    block.values.splice(index, 1);
    this.#size--;
    if (block.keys.length === 0) this.#blocks.splice(at, 1);
    else if (block.keys.length < blockSize / 4) this.#join(at, block);
    return removed;
  }

  clear(): void {
    this.#blocks = [];
    this.#size = 0;
    this.#irregular = false;
  }

  /** A cursor over start ≤ key < end (no end: to the last), at its first entry. Any insert or delete makes it invalid. */
  cursor(start = "", end?: string): Cursor<V> {
    const at = this.#blockOf(start);
    const block = this.#blocks[at];
    const index = block === undefined ? 0 : this.#lowerBound(block.keys, start);
    const left = end === undefined ? this.#size : this.count(start, end);
    return new Cursor(this.#blocks, at, index, left);
  }

  /** The entries with start ≤ key < end in order (no end: to the last). Don't insert or delete while iterating. */
  *entries(start = "", end?: string): Generator<readonly [string, V]> {
    for (const cursor = this.cursor(start, end); cursor.key !== undefined; cursor.next()) yield [cursor.key, cursor.value as V];
  }

  /** Calls back for start ≤ key < end in order, until it gives false. Don't insert or delete meanwhile. */
  walk(start: string, end: string | undefined, visit: (value: V, key: string) => boolean | void): void {
    for (const cursor = this.cursor(start, end); cursor.key !== undefined; cursor.next()) {
      if (visit(cursor.value as V, cursor.key) === false) return;
    }
  }

  /** How many keys lie in start ≤ key < end (no end: to the last); costs the blocks between, not the keys. */
  count(start = "", end?: string): number {
    const after = end === undefined ? this.#size : this.#rank(end);
    return Math.max(0, after - this.#rank(start));
  }

  /** How many keys are less than this one. */
  #rank(key: string): number {
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    if (block === undefined) return 0;
    let rank = this.#lowerBound(block.keys, key);
    for (let index = 0; index < at; index++) rank += this.#blocks[index]?.keys.length ?? 0;
    return rank;
  }

  /** The last block whose first key is ≤ key, or the first block. */
  #blockOf(key: string): number {
    const blocks = this.#blocks;
    let low = 1;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare((blocks[middle] as Block<V>).keys[0] as string, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The index of the first key that is ≥ key. */
  #lowerBound(keys: readonly string[], key: string): number {
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(keys[middle] as string, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(a: string, b: string): number {
    if (this.#irregular) return compareKeys(a, b);
    return a < b ? -1 : a === b ? 0 : 1;
  }

  /** Keys that come in ascending order fill their blocks: the new block takes only what was appended. */
  #split(at: number, block: Block<V>, appended: boolean): void {
    const from = appended ? blockSize : blockSize / 2;
    this.#blocks.splice(at + 1, 0, { keys: block.keys.splice(from), values: block.values.splice(from) });
  }

  #join(at: number, block: Block<V>): void {
    const next = this.#blocks[at + 1];
    const previous = this.#blocks[at - 1];
    const [left, right, index] = next !== undefined ? [block, next, at + 1] : [previous, block, at];
    if (left === undefined || left.keys.length + right.keys.length > blockSize / 2) return;
    left.keys.push(...right.keys);
    left.values.push(...right.values);
    this.#blocks.splice(index, 1);
  }
}

/** A place in a range of an ordered map: `key` and `value` of the entry it stands at; both undefined behind the last. */
export class Cursor<V> {
  key: string | undefined;
  value: V | undefined;
  readonly #blocks: readonly Block<V>[];
  #block: number;
  #index: number;
  /** Entries from here to the end of the range. */
  #left: number;

  constructor(blocks: readonly Block<V>[], block: number, index: number, left: number) {
    this.#blocks = blocks;
    this.#block = block;
    this.#index = index;
    this.#left = left;
    this.#load();
  }

  next(): void {
    this.#index++;
    this.#left--;
    this.#load();
  }

  #load(): void {
    if (this.#left <= 0) {
      this.key = undefined;
      this.value = undefined;
      return;
    }
    let block = this.#blocks[this.#block];
    if (block !== undefined && this.#index >= block.keys.length) {
      this.#block++;
      this.#index = 0;
      block = this.#blocks[this.#block];
    }
    this.key = block?.keys[this.#index];
    this.value = block?.values[this.#index];
  }
}
