/**
 * A place in an object, built while validation walks down and written out only when a fault is found there.
 * `root.child("spec").child("containers").index(0).key("a/b")` is `spec.containers[0][a/b]`.
 */
export class FieldPath {
  readonly #parent: FieldPath | undefined;
  readonly #kind: Kind;
  readonly #step: string | number;

  private constructor(parent: FieldPath | undefined, kind: Kind, step: string | number) {
    this.#parent = parent;
    this.#kind = kind;
    this.#step = step;
  }

  /** The path of the whole object; its children are written without a leading dot. */
  static readonly root = new FieldPath(undefined, "root", "");

  /** A member by name. Several names walk down in one call. */
  child(name: string, ...more: string[]): FieldPath {
    const path = new FieldPath(this, "member", name);
    return more.length === 0 ? path : path.descend(more);
  }

  /** Down through members, by their names. */
  descend(names: readonly string[]): FieldPath {
    return names.reduce((parent: FieldPath, name) => new FieldPath(parent, "member", name), this);
  }

  /** Another member of the object that this one is a member of. */
  sibling(name: string): FieldPath {
    return new FieldPath(this.#parent, "member", name);
  }

  /** An item of a list. */
  index(position: number): FieldPath {
    return new FieldPath(this, "entry", position);
  }

  /** An entry of a map, by key. */
  key(key: string): FieldPath {
    return new FieldPath(this, "entry", key);
  }

  /** The path as clients read it; the root itself is the empty string. */
  toString(): string {
    let text = "";
    for (let path: FieldPath | undefined = this; path !== undefined; path = path.#parent) text = path.#text() + text;
    return text.startsWith(".") ? text.slice(1) : text;
  }

  /** Most places are never shown, so their texts are made when one is. */
  #text(): string {
    if (this.#kind === "root") return "";
    return this.#kind === "member" ? `.${this.#step}` : `[${this.#step}]`;
  }
}

/** How a step is written: bare, behind a dot, in brackets. */
type Kind = "root" | "member" | "entry";
