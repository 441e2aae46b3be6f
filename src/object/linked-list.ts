/** A value's place in a list, by which it is taken out again. */
export interface Link<T> {
  value: T | undefined;
  before: Link<T> | undefined;
  after: Link<T> | undefined;
}

/**
 * Values in the order in which they were added, each of which can be taken out by its link. For what comes and goes with
 * every request, instead of a Set or Map: of one that lives long V8 keeps each table that it has outgrown in a chain, and
 * once one of them has become old, all that was ever in them lives until the next full collection.
 */
export class LinkedList<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  add(value: T): Link<T> {
    const link: Link<T> = { value, before: this.#last, after: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.after = link;
    this.#last = link;
    return link;
  }

  /** Takes a value out; one that is out already stays so. Nothing leads from its link to other values any more. */
  remove(link: Link<T>): void {
    if (link.value === undefined) return;
    if (link.before === undefined) this.#first = link.after;
    else link.before.after = link.after;
    if (link.after === undefined) this.#last = link.before;
    else link.after.before = link.before;
    link.value = link.before = link.after = undefined;
  }

  /** The links of the values that are in it now. */
  links(): readonly Link<T>[] {
    const links: Link<T>[] = [];
    for (let link = this.#first; link !== undefined; link = link.after) links.push(link);
    return links;
  }

  /** The values that are in it now. */
  values(): readonly T[] {
    return this.links().map(({ value }) => value as T);
  }
}
