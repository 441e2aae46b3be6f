import { sortFew } from "../object/sort-few.ts";
import { compareElements } from "./path-element.ts";
import type { PathElement } from "./path-element.ts";

/** What a set holds at one element: the element itself (`member`), fields below it, or both; never neither. */
export interface FieldNode {
  readonly member: boolean;
  readonly children: FieldSet | undefined;
}

/** The node of a field that is owned and has nothing below it. */
export const leafNode: FieldNode = { member: true, children: undefined };

/**
 * A set of field paths, as a tree. Immutable, so that sets are shared between objects and caches; every operation gives
 * the receiver itself where nothing changes. A path in the set says nothing of the paths above and below it.
 */
export class FieldSet {
  readonly nodes: ReadonlyMap<PathElement, FieldNode>;

  private constructor(nodes: ReadonlyMap<PathElement, FieldNode>) {
    this.nodes = nodes;
  }

  /** The set without paths; there is one. */
  static readonly empty: FieldSet = new this(new Map());

  /** A set from its top nodes, which the caller gives away. */
  static of(nodes: ReadonlyMap<PathElement, FieldNode>): FieldSet {
    return nodes.size === 0 ? FieldSet.empty : new FieldSet(nodes);
  }

  /** A set of paths. The empty path stands for the whole object, which nobody owns, and is left out. */
  static fromPaths(paths: Iterable<readonly PathElement[]>): FieldSet {
    let set = FieldSet.empty;
    for (const path of paths) set = set.union(singlePath(path));
    return set;
  }

  get isEmpty(): boolean {
    return this.nodes.size === 0;
  }

  /** How many paths are in the set. */
  get size(): number {
    let count = 0;
    for (const node of this.nodes.values()) count += (node.member ? 1 : 0) + (node.children?.size ?? 0);
    return count;
  }

  /** Whether a path is in the set. */
  has(path: readonly PathElement[]): boolean {
    let set: FieldSet = this;
    for (let i = 0; i < path.length; i++) {
      const node = set.nodes.get(path[i] as PathElement);
      if (node === undefined) return false;
      if (i === path.length - 1) return node.member;
      if (node.children === undefined) return false;
      set = node.children;
    }
    return false;
  }

  /** Paths in either set. */
  union(other: FieldSet): FieldSet {
    if (this === other || other.isEmpty) return this;
    if (this.isEmpty) return other;
    let nodes: Map<PathElement, FieldNode> | undefined;
    for (const [element, right] of other.nodes) {
      const left = this.nodes.get(element);
      const node = left === undefined ? right : unionNode(left, right);
      if (node !== left) (nodes ??= copyOf(this.nodes)).set(element, node);
    }
    return nodes === undefined ? this : FieldSet.of(nodes);
  }

  /** Paths in both sets. */
  intersection(other: FieldSet): FieldSet {
    if (this === other) return this;
    return this.#filter((node, element) => {
      const right = other.nodes.get(element);
      if (right === undefined) return undefined;
      const children = node.children === undefined || right.children === undefined ? undefined : node.children.intersection(right.children);
      return makeNode(node, node.member && right.member, children);
    });
  }

  /** Paths of this set that are not in the other; what lies below a path of the other stays. */
  difference(other: FieldSet): FieldSet {
    if (this === other) return FieldSet.empty;
    if (other.isEmpty) return this;
    return this.#filter((node, element) => {
      const right = other.nodes.get(element);
      if (right === undefined) return node;
      const children =
        node.children === undefined || right.children === undefined ? node.children : node.children.difference(right.children);
      return makeNode(node, node.member && !right.member, children);
    });
  }

  /** Paths of this set that neither are in the other nor lie below a path that is. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (this === other) return FieldSet.empty;
    if (other.isEmpty) return this;
    return this.#filter((node, element) => {
      const right = other.nodes.get(element);
      if (right === undefined) return node;
      if (right.member) return undefined;
      const children =
        node.children === undefined || right.children === undefined ? node.children : node.children.recursiveDifference(right.children);
      return makeNode(node, node.member, children);
    });
  }

  /** Paths below which the set has no others. */
  leaves(): FieldSet {
    return this.#filter((node) => {
      if (node.children === undefined) return node;
      return makeNode(node, false, node.children.leaves());
    });
  }

  /** Whether both sets hold the same paths. */
  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.nodes.size !== other.nodes.size) return false;
    for (const [element, left] of this.nodes) {
      const right = other.nodes.get(element);
      if (right === left) continue;
      if (right === undefined || left.member !== right.member) return false;
      if ((left.children === undefined) !== (right.children === undefined)) return false;
      if (left.children !== undefined && right.children !== undefined && !left.children.equals(right.children)) return false;
    }
    return true;
  }

  /** Elements in canonical order. */
  sortedElements(): PathElement[] {
    return sortFew([...this.nodes.keys()], compareElements);
  }

  /** Every path, in the order in which conflicts are told: at each level its own members first, then what lies deeper. */
  *paths(prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
    const elements = this.sortedElements();
    for (const element of elements) if (this.nodes.get(element)?.member === true) yield [...prefix, element];
    for (const element of elements) {
      const children = this.nodes.get(element)?.children;
      if (children !== undefined) yield* children.paths([...prefix, element]);
    }
  }

  #filter(keep: (node: FieldNode, element: PathElement) => FieldNode | undefined): FieldSet {
    let nodes: Map<PathElement, FieldNode> | undefined;
    // Not by iterators and Map's copy: they make an entry of each node, most of what a write allocated for its owners.
    this.nodes.forEach((node, element) => {
      const kept = keep(node, element);
      if (kept === node) return;
      nodes ??= copyOf(this.nodes);
      if (kept === undefined) nodes.delete(element);
      else nodes.set(element, kept);
    });
    return nodes === undefined ? this : FieldSet.of(nodes);
  }
}

function copyOf(nodes: ReadonlyMap<PathElement, FieldNode>): Map<PathElement, FieldNode> {
  const copy = new Map<PathElement, FieldNode>();
  nodes.forEach((node, element) => void copy.set(element, node));
  return copy;
}

/** A node of this content; the old node where it has it already, undefined where nothing is left. */
function makeNode(old: FieldNode, member: boolean, children: FieldSet | undefined): FieldNode | undefined {
  const kept = children === undefined || children.isEmpty ? undefined : children;
  if (member === old.member && kept === old.children) return old;
  if (kept === undefined) return member ? leafNode : undefined;
  return { member, children: kept };
}

function unionNode(left: FieldNode, right: FieldNode): FieldNode {
  const children =
    left.children === undefined ? right.children : right.children === undefined ? left.children : left.children.union(right.children);
  const member = left.member || right.member;
  if (member === left.member && children === left.children) return left;
  if (member === right.member && children === right.children) return right;
  return { member, children };
}

function singlePath(path: readonly PathElement[]): FieldSet {
  let set = FieldSet.empty;
  for (let i = path.length - 1; i >= 0; i--) {
    const node = i === path.length - 1 ? leafNode : { member: false, children: set };
    set = FieldSet.of(new Map([[path[i] as PathElement, node]]));
  }
  return set;
}
