/**
 * A place in an object, built while validation walks down and written out only when a fault is found there.
 * `root.child("spec").child("containers").index(0).key("a/b")` is `spec.containers[0][a/b]`.
 */
export class FieldPath {
  readonly #parent: FieldPath | undefined;
  readonly #step: string;

  private constructor(parent: FieldPath | undefined, step: string) {
    this.#parent = parent;
    this.#step = step;
  }

  /** The path of the whole object; its children are written without a leading dot. */
  static readonly root = new FieldPath(undefined, "");

  /** A member by name. Several names walk down in one call. */
  child(...names: string[]): FieldPath {
    let path: FieldPath = this;
    for (const name of names) path = new FieldPath(path, `.${name}`);
    return path;
  }

  /** Another member of the object that this one is a member of. */
  sibling(name: string): FieldPath {
    return new FieldPath(this.#parent, `.${name}`);
  }

  /** An item of a list. */
  index(position: number): FieldPath {
    return new FieldPath(this, `[${position}]`);
  }

  /** An entry of a map, by key. */
  key(key: string): FieldPath {
    return new FieldPath(this, `[${key}]`);
  }

  /** The path as clients read it; the root itself is the empty string. */
  toString(): string {
    let text = "";
    for (let path: FieldPath | undefined = this; path !== undefined; path = path.#parent) text = path.#step + text;
    return text.startsWith(".") ? text.slice(1) : text;
  }
}
