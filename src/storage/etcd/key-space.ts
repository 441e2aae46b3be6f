import { compareKeys, lastKey, prefixEnd } from "../key-order.ts";

/**
 * Where the store's keys lie in etcd: what they all begin with here is another prefix there (`--etcd-prefix`). Order is
 * kept, since all keys change alike.
 */
export class KeySpace {
  /** The range of all our keys in etcd. */
  readonly start: string;
  readonly end: string;
  /** A key that no object can have: U+10FFFF is no character. Reading it costs nothing. */
  readonly nowhere: string;
  readonly #inner: string;
  readonly #outer: string;

  /** `inner`: what every key begins with above this store; `outer`: what it begins with in etcd instead. */
  constructor(inner: string, outer: string) {
    this.#inner = inner;
    this.#outer = outer;
    this.start = `${outer}/`;
    this.end = `${outer}0`;
    this.nowhere = `${outer}/${lastKey}`;
  }

  /** A key of ours as it is in etcd. Errors: TypeError where it does not begin as all must. */
  toEtcd(key: string): string {
    if (!key.startsWith(`${this.#inner}/`)) throw new TypeError(`a key begins with ${this.#inner}/`);
    return this.#outer + key.slice(this.#inner.length);
  }

  /** The end or start of a range: cut to where our keys are. */
  boundToEtcd(bound: string): string {
    if (bound.startsWith(`${this.#inner}/`)) return this.#outer + bound.slice(this.#inner.length);
    return compareKeys(bound, `${this.#inner}/`) < 0 ? this.start : prefixEnd(this.start);
  }

  fromEtcd(key: string): string {
    return this.#inner + key.slice(this.#outer.length);
  }
}
