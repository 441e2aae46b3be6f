import { maxJsonDepth } from "../codec/json-scan.ts";
import { encodeJson } from "../object/go-json.ts";
import {
  copyJson,
  equalJson,
  isDeeperThan,
  isObject,
  type JsonObject,
  type JsonValue,
  type ReadonlyJson,
  type ReadonlyJsonObject,
  setOwn,
} from "../object/json.ts";
import { PatchError } from "./patch-error.ts";

/** One operation (RFC 6902). Members may be missing: what an operation lacks is told when it is applied. */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path?: string | undefined;
  readonly from?: string | undefined;
  readonly value?: ReadonlyJson | undefined;
}

/** A patch may have so many operations. */
export const maxJsonPatchOperations = 10_000;

/** What `copy` may add to a document, in bytes of JSON: as much as a request's body may have. */
const maxCopiedBytes = 3 * 1024 * 1024;

/** So many items of lists may change their places: each insertion or removal before the end moves all behind it. */
const maxMovedItems = 250_000_000;

/** The patched document, and which of its parts are new. */
interface JsonPatchResult {
  readonly value: JsonValue;
  /** The containers that the patch passed through; all others are the document's own. */
  readonly touched: ReadonlySet<object>;
}

/**
 * Applies the operations in order, all or none, with the semantics of evanphx/json-patch: negative positions count from
 * the end, `replace` adds an absent member, an absent value is null. The document stays as it is and shares what the
 * patch leaves alone. Throws PatchError.
 */
export function applyJsonPatch(document: ReadonlyJson, operations: readonly JsonPatchOperation[]): JsonPatchResult {
  const patching = new Patching(document);
  for (const operation of operations) patching.apply(operation);
  checkDepth(patching.document);
  return { value: patching.document as JsonValue, touched: patching.touched };
}

type Container = JsonObject | JsonValue[];

/** A place in a document: the container that holds it, and its key there. */
interface Target {
  readonly container: Container;
  readonly key: string;
}

/** What a patch nests must stay within what a body may nest: everything that walks values counts on that. */
function checkDepth(value: ReadonlyJson): void {
  if (isDeeperThan(value, maxJsonDepth)) throw new PatchError("exceeded max depth");
}

class Patching {
  document: ReadonlyJson;
  /** Containers made by this patch, which may be changed in place. */
  readonly touched = new Set<object>();
  #copiedBytes = 0;
  #movedItems = 0;

  constructor(document: ReadonlyJson) {
    this.document = document;
  }

  apply(operation: JsonPatchOperation): void {
    switch (operation.op) {
      case "add":
        return this.#add(operation);
      case "remove":
        return this.#remove(operation);
      case "replace":
        return this.#replace(operation);
      case "move":
        return this.#move(operation);
      case "copy":
        return this.#copy(operation);
      case "test":
        return this.#test(operation);
      default:
        throw new PatchError(`Unexpected kind: ${operation.op === "" ? "unknown" : operation.op}`);
    }
  }

  #add(operation: JsonPatchOperation): void {
    const path = required(operation, "path");
    const target = this.#find(path);
    if (target === undefined) throw missing(`add operation does not apply: doc is missing path: "${path}"`);
    this.#insert(target, operation.value ?? null, path);
  }

  #remove(operation: JsonPatchOperation): void {
    const path = required(operation, "path");
    const target = this.#find(path);
    if (target === undefined) throw missing(`remove operation does not apply: doc is missing path: "${path}"`);
    this.#take(target, path);
  }

  #replace(operation: JsonPatchOperation): void {
    const path = required(operation, "path");
    const value = operation.value ?? null;
    if (path === "") {
      if (typeof value !== "object" || value === null) throw new PatchError("replace operation value must be object or array");
      this.document = value;
      return;
    }
    const target = this.#find(path);
    if (target === undefined) throw missing(`replace operation does not apply: doc is missing path: ${path}`);
    const { container, key } = target;
    if (!Array.isArray(container)) return setOwn(container, key, value as JsonValue);
    const index = indexOf(container.length, key);
    if (index === undefined) throw missing(`replace operation does not apply: doc is missing key: ${path}`);
    container[index] = value as JsonValue;
  }

  #move(operation: JsonPatchOperation): void {
    const from = required(operation, "from");
    const source = this.#find(from);
    if (source === undefined) throw missing(`move operation does not apply: doc is missing from path: ${from}`);
    const value = read(source.container, source.key, from) ?? null;
    this.#take(source, from);
    const path = required(operation, "path");
    const target = this.#find(path);
    if (target === undefined) throw missing(`move operation does not apply: doc is missing destination path: ${path}`);
    this.#insert(target, value, path);
  }

  #copy(operation: JsonPatchOperation): void {
    const from = required(operation, "from");
    const source = this.#find(from);
    if (source === undefined) throw missing(`copy operation does not apply: doc is missing from path: ${from}`);
    const value = read(source.container, source.key, from) ?? null;
    const path = required(operation, "path");
    const target = this.#find(path);
    if (target === undefined) throw missing(`copy operation does not apply: doc is missing destination path: ${path}`);
    checkDepth(value);
    this.#copiedBytes += value === null ? 0 : Buffer.byteLength(encodeJson(value));
    if (this.#copiedBytes > maxCopiedBytes) {
      throw new PatchError(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#copiedBytes}, exceeding the limit ${maxCopiedBytes}`,
      );
    }
    this.#insert(target, copyJson(value), path);
  }

  #test(operation: JsonPatchOperation): void {
    const path = required(operation, "path");
    const target = this.#find(path);
    if (target === undefined) throw missing(`test operation does not apply: is missing path: ${path}`);
    const found = read(target.container, target.key, path) ?? null;
    if (!equalJson(found, operation.value ?? null)) throw new PatchError(`testing value ${path} failed: test failed`);
  }

  #insert({ container, key }: Target, value: ReadonlyJson, path: string): void {
    this.#countMoved(container, key);
    insert(container, key, value, path);
  }

  #take({ container, key }: Target, path: string): void {
    this.#countMoved(container, key);
    remove(container, key, path);
  }

  #countMoved(container: Container, key: string): void {
    if (isObject(container) || key === "-") return;
    this.#movedItems += container.length - (indexOf(container.length, key) ?? container.length);
    if (this.#movedItems > maxMovedItems) throw new PatchError(`Unable to move more than ${maxMovedItems} items of lists`);
  }

  /** The container that a path ends in, made changeable, and the key within it; undefined where the way breaks off. */
  #find(path: string): Target | undefined {
    // Whatever stands before the first slash is passed over, as the original does.
    const steps = path.split("/").slice(1).map(unescapeStep);
    const key = steps.pop();
    if (key === undefined) return undefined;
    const root = this.#own(this.document);
    if (root === undefined) return undefined;
    this.document = root;
    let container = root;
    for (const step of steps) {
      const at = Array.isArray(container) ? indexOf(container.length, step) : step;
      if (at === undefined) return undefined;
      const next = this.#own(read(container, String(at), path));
      if (next === undefined) return undefined;
      if (Array.isArray(container)) container[Number(at)] = next;
      else setOwn(container, String(at), next);
      container = next;
    }
    return { container, key };
  }

  /** The container itself if this patch made it, else a copy of its surface; undefined for a scalar. */
  #own(value: ReadonlyJson | undefined): Container | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    if (this.touched.has(value)) return value as Container;
    const own: Container = Array.isArray(value) ? [...(value as JsonValue[])] : { ...(value as JsonObject) };
    this.touched.add(own);
    return own;
  }
}

function required(operation: JsonPatchOperation, name: "path" | "from"): string {
  const value = operation[name];
  if (value === undefined) throw missing(`operation missing ${name} field`);
  return value;
}

function missing(message: string): PatchError {
  return new PatchError(`${message}: missing value`);
}

function unescapeStep(step: string): string {
  return step.includes("~") ? step.replace(/~[01]/g, (escape) => (escape === "~1" ? "/" : "~")) : step;
}

/** A position in a list, which may be counted from the end; undefined where there is none. */
function indexOf(length: number, step: string): number | undefined {
  if (!/^[+-]?[0-9]{1,9}$/.test(step)) return undefined;
  const index = Number(step);
  const from = index < 0 ? index + length : index;
  return from >= 0 && from < length ? from : undefined;
}

function position(list: readonly unknown[], step: string, path: string): number {
  const index = indexOf(list.length, step);
  if (index === undefined) throw invalidIndex(step, path);
  return index;
}

function invalidIndex(step: string, path: string): PatchError {
  return new PatchError(`error in path '${path}': Unable to access invalid index: ${step}: invalid index referenced`);
}

/** What stands at a key; undefined for an absent member. */
function read(container: ReadonlyJsonObject | readonly ReadonlyJson[], key: string, path: string): ReadonlyJson | undefined {
  if (Array.isArray(container)) return (container as readonly ReadonlyJson[])[position(container, key, path)];
  return Object.hasOwn(container, key) ? (container as ReadonlyJsonObject)[key] : undefined;
}

function insert(container: Container, key: string, value: ReadonlyJson, path: string): void {
  if (isObject(container)) {
    setOwn(container, key, value as JsonValue);
  } else if (key === "-") {
    container.push(value as JsonValue);
  } else {
    // The place behind the last item counts as one here, for positions from the end too.
    const index = indexOf(container.length + 1, key);
    if (index === undefined) throw invalidIndex(key, path);
    container.splice(index, 0, value as JsonValue);
  }
}

function remove(container: Container, key: string, path: string): void {
  if (!isObject(container)) {
    container.splice(position(container, key, path), 1);
    return;
  }
  if (!Object.hasOwn(container, key)) throw missing(`error in remove for path: '${path}': Unable to remove nonexistent key: ${key}`);
  delete container[key];
}
