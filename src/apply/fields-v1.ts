import { isObject, setOwn } from "../object/json.ts";
import type { JsonObject } from "../object/json.ts";
import { FieldSet, leafNode } from "./field-set.ts";
import type { FieldNode } from "./field-set.ts";
import { parseElement } from "./path-element.ts";
import type { PathElement } from "./path-element.ts";

/** Deeper than any object that a request may bring in. */
const maxDepth = 1000;

/** A FieldsV1 tree that is none: the message says where it breaks. */
export class FieldsV1Error extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FieldsV1Error";
  }
}

/**
 * The set that a FieldsV1 tree stands for (KEP-555): a key is a step, `.` says that the step itself is owned, and a step
 * with nothing below it is. Kinds of steps that are not known are left out. Errors: FieldsV1Error.
 */
export function decodeFieldsV1(tree: unknown): FieldSet {
  return decodeNode(tree, 0).children ?? FieldSet.empty;
}

function decodeNode(tree: unknown, depth: number): FieldNode {
  if (!isObject(tree)) throw new FieldsV1Error("fields must be an object");
  if (depth > maxDepth) throw new FieldsV1Error("fields are nested too deeply");
  let member = false;
  let nodes: Map<PathElement, FieldNode> | undefined;
  for (const key of Object.keys(tree)) {
    if (key === ".") {
      member = true;
      continue;
    }
    const parsed = parseElement(key);
    if ("error" in parsed) throw new FieldsV1Error(`parsing key as path element: ${parsed.error}`);
    if (parsed.element === undefined) continue;
    (nodes ??= new Map()).set(parsed.element, decodeNode(tree[key], depth + 1));
  }
  if (nodes === undefined) return leafNode;
  return { member, children: FieldSet.of(nodes) };
}

/** The FieldsV1 tree of a set, keys in canonical order. */
export function encodeFieldsV1(set: FieldSet): JsonObject {
  const tree: JsonObject = {};
  addFields(tree, set);
  return tree;
}

function addFields(tree: JsonObject, set: FieldSet): void {
  for (const element of set.sortedElements()) {
    const node = set.nodes.get(element);
    if (node !== undefined) setOwn(tree, element, encodeNode(node));
  }
}

function encodeNode(node: FieldNode): JsonObject {
  const tree: JsonObject = {};
  if (node.children === undefined) return tree;
  if (node.member) tree["."] = {};
  addFields(tree, node.children);
  return tree;
}
