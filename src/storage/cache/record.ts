import { parseOwnJson, stringifyJson } from "../../codec/json-text.ts";
import { errorText } from "../../object/error-text.ts";
import { isObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import type { ObjectKeeper } from "./object-keeper.ts";
import { StorageError, type KeyValue, type PackedValue } from "../storage.ts";

/** Every stored value and every record begins so; what follows `metadata` is where the resourceVersion is spliced in. */
const HEAD = /^\{"kind":"[^"\\]*","apiVersion":"[^"\\]*","metadata":\{/;
const LONGEST_HEAD = 512;
const VERSION_OPEN = '"resourceVersion":"';

/** JSON of a record, behind which a newline lies, with where `"metadata"` is in it. */
interface RecordBytes {
  readonly bytes: Buffer;
  readonly metadataStart: number;
}

function recordBytes(line: Buffer, metadataStart: number): RecordBytes {
  return { bytes: line.subarray(0, -1), metadataStart };
}

/** What a record is made from: its JSON, or what its JSON is made from when somebody asks for it. */
interface RecordSource {
  readonly key: string;
  readonly revision: number;
  readonly lease: number;
  readonly form: RecordBytes | PackedValue;
  readonly object?: KubeObject | undefined;
  /** Bounds how many parsed objects are kept; absent for records that live for one request. */
  readonly keeper?: ObjectKeeper | undefined;
}

/**
 * One version of an object, as the cache holds it: the bytes that clients get, made once. The parsed object is made on
 * first demand and may be dropped again; labels and indexed fields stay.
 */
export class ObjectRecord {
  readonly key: string;
  readonly revision: number;
  readonly lease: number;
  /** Bytes that it keeps of its object, as it was made. */
  readonly size: number;
  readonly #keeper: ObjectKeeper | undefined;
  #form: RecordBytes | PackedValue;
  #others: Map<string, Buffer> | undefined;
  #fields: Map<string, string> | undefined;
  #labels: Readonly<Record<string, string>> | undefined;
  #object: KubeObject | undefined;

  constructor(source: RecordSource) {
    this.key = source.key;
    this.revision = source.revision;
    this.lease = source.lease;
    this.size = "bytes" in source.form ? source.form.bytes.length : source.form.size;
    this.#form = source.form;
    this.#keeper = source.keeper;
    this.#object = source.object;
    if (source.object !== undefined) source.keeper?.keep(this);
  }

  /** JSON of the stored (hub) form, with resourceVersion; in memory a newline follows. */
  get bytes(): Buffer {
    return this.#json().bytes;
  }

  /** The same with a newline, as an answer of its own has it. */
  get line(): Buffer {
    const { bytes } = this;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length + 1);
  }

  /** Offset of `"metadata"` in bytes. */
  get metadataStart(): number {
    return this.#json().metadataStart;
  }

  /** The protobuf message that was stored, with its resourceVersion, as a field; undefined where there is none such. */
  get payload(): Buffer | undefined {
    return "bytes" in this.#form ? undefined : this.#form.payload(String(this.revision));
  }

  /** Bytes of other representations, by name; filled and bounded by the representation cache. */
  get others(): Map<string, Buffer> {
    return (this.#others ??= new Map());
  }

  /** The parsed object, resourceVersion included. Read-only: whoever wants to change it copies it. */
  object(): KubeObject {
    if (this.#object === undefined) {
      this.#object = this.glimpse();
      this.#keeper?.keep(this);
    }
    return this.#object;
  }

  /** The parsed object for one use: where there is none yet, it is made and not kept, as a walk over many records wants it. */
  glimpse(): KubeObject {
    if (this.#object !== undefined) return this.#object;
    if ("bytes" in this.#form) return parseOwnJson(this.#form.bytes.toString("utf8")) as KubeObject;
    const object = this.#form.object();
    const { resourceVersion: _, ...metadata } = object.metadata;
    object.metadata = { resourceVersion: String(this.revision), ...metadata };
    return object;
  }

  labels(): Readonly<Record<string, string>> {
    return (this.#labels ??= { ...(this.object().metadata.labels ?? NO_LABELS) });
  }

  /** A selectable field, read by `read` on first use and then remembered. */
  field(label: string, read: (object: KubeObject) => string): string {
    const known = this.#fields?.get(label);
    if (known !== undefined) return known;
    const value = read(this.object());
    (this.#fields ??= new Map()).set(label, value);
    return value;
  }

  /** Forgets the parsed object; labels are kept, since most selectors ask for them. */
  dropObject(): void {
    if (this.#object === undefined) return;
    this.labels();
    this.#object = undefined;
  }

  /** The same object as seen at another revision: what a DELETED event carries. */
  atRevision(revision: number): ObjectRecord {
    const { key, lease } = this;
    if (!("bytes" in this.#form)) return new ObjectRecord({ key, revision, lease, form: this.#form });
    const { metadataStart } = this.#form;
    const { line } = this;
    const digits = metadataStart + '"metadata":{'.length + VERSION_OPEN.length;
    const moved = [line.subarray(0, digits), Buffer.from(String(revision)), line.subarray(digits + String(this.revision).length)];
    return new ObjectRecord({ key, revision, lease, form: recordBytes(Buffer.concat(moved), metadataStart) });
  }

  /** The JSON; once it was asked for it is all that is kept, since whoever asked will ask again. */
  #json(): RecordBytes {
    if ("bytes" in this.#form) return this.#form;
    return (this.#form = withVersion(storedValue(this.glimpse()), this.key, this.revision));
  }
}

/**
 * The value to store for a hub object: JSON without resourceVersion, kind and apiVersion first. The inverse of
 * `recordOf`.
 */
export function storedValue(object: KubeObject): Buffer {
  const { kind, apiVersion, metadata } = object;
  const isNew = metadata.resourceVersion === undefined;
  if (isNew && isInOrder(object)) return Buffer.from(stringifyJson(object));
  // Written over, the first three stay in front.
  const value: KubeObject = Object.assign({ kind, apiVersion, metadata }, object);
  if (!isNew) {
    const { resourceVersion: _, ...rest } = metadata;
    value.metadata = rest;
  }
  return Buffer.from(stringifyJson(value));
}

/** Whether an object's members stand as a stored value's do, so that it need not be put together anew. */
function isInOrder(object: KubeObject): boolean {
  let place = 0;
  for (const name in object) {
    if (name !== LEADING[place]) return false;
    if (++place === LEADING.length) return true;
  }
  return false;
}

const LEADING = ["kind", "apiVersion", "metadata"];

/**
 * The record of a stored pair. `object`, where the caller has it at hand, saves a parse; it must be the parsed value
 * without resourceVersion and is taken over. Without it the value is what anybody may have written: its bytes are sent
 * to clients as they are, so they are read once to know that they are JSON. Errors: StorageError "corrupt" naming the key.
 */
export function recordOf(pair: KeyValue, object?: KubeObject, keeper?: ObjectKeeper): ObjectRecord {
  if (object === undefined && pair.packed === undefined) checkJson(pair);
  return checkedRecord(pair, object, keeper);
}

/** The record of a pair whose value is known to be JSON, if it begins as ours do. */
function checkedRecord(pair: KeyValue, object?: KubeObject, keeper?: ObjectKeeper): ObjectRecord {
  const { key, value, modRevision: revision, lease, packed, fault } = pair;
  if (fault !== undefined) throw new StorageError("corrupt", `the stored value at ${key} ${fault}`);
  const form = packed ?? withVersion(value, key, revision);
  if (object !== undefined) object.metadata.resourceVersion = String(revision);
  return new ObjectRecord({ key, revision, lease, form, object, keeper });
}

/** A stored value with its resourceVersion. */
function withVersion(stored: Buffer, key: string, revision: number): RecordBytes {
  let value = stored;
  let open = headLength(value);
  if (open === 0) {
    value = canonical(key, stored);
    open = headLength(value);
  }
  const splice = `${VERSION_OPEN}${revision}"${value[open] === CLOSE_BRACE ? "" : ","}`;
  // Of its own, not from the pool: there it would keep alive what was allocated beside it and is long dead.
  const line = Buffer.allocUnsafeSlow(value.length + splice.length + 1);
  value.copy(line, 0, 0, open);
  line.write(splice, open, "latin1");
  value.copy(line, open + splice.length, open);
  line[line.length - 1] = NEWLINE;
  return recordBytes(line, open - '"metadata":{'.length);
}

/** The record of a pair that was stored earlier, in its present form: `settle` brings an object into it, in place. */
export function settledRecord(pair: KeyValue, settle: (object: KubeObject) => void, keeper?: ObjectKeeper): ObjectRecord {
  const object = recordOf(pair).object();
  settle(object);
  return checkedRecord({ ...pair, value: storedValue(object) }, undefined, keeper);
}

/**
 * The record that a dry run shows: what would have been stored, with the resourceVersion that the object had before
 * (none on create).
 */
export function unstoredRecord(key: string, value: Buffer, revision: number, object: KubeObject): ObjectRecord {
  if (revision > 0) return recordOf({ key, value, modRevision: revision, createRevision: 0, lease: 0 }, object);
  const line = Buffer.concat([value, Buffer.of(NEWLINE)]);
  const form = recordBytes(line, value.indexOf('"metadata":', 0, "latin1"));
  return new ObjectRecord({ key, revision: 0, lease: 0, form, object });
}

/** The apiVersion of a stored value. Errors: StorageError "corrupt" naming the key. */
export function storedVersion(pair: KeyValue): string {
  const start = pair.value.toString("latin1", 0, LONGEST_HEAD);
  const found = STORED_VERSION.exec(start)?.[1];
  return found ?? recordOf(pair).glimpse().apiVersion;
}

const STORED_VERSION = /^\{"kind":"[^"\\]*","apiVersion":"([^"\\]*)"/;
const CLOSE_BRACE = 0x7d;
const NEWLINE = 0x0a;
/** How values begin that a kube-apiserver has encrypted at rest, with the provider's name. */
const ENCRYPTED = /^k8s:enc:[^:]{1,40}:/;
const LONGEST_MARK = 60;

/** Bytes up to the first member of metadata; 0 for a value that does not begin as ours do. */
function headLength(value: Buffer): number {
  return HEAD.exec(value.toString("latin1", 0, LONGEST_HEAD))?.[0].length ?? 0;
}

/** A value that was written by somebody else in another order of keys, in ours. */
function canonical(key: string, value: Buffer): Buffer {
  const encrypted = ENCRYPTED.exec(value.toString("latin1", 0, LONGEST_MARK))?.[0];
  if (encrypted !== undefined)
    throw new StorageError("corrupt", `the stored value at ${key} is encrypted (${encrypted}), which this server cannot read`);
  try {
    const object: unknown = parseOwnJson(value.toString("utf8"));
    const ours = isObject(object) && isObject(object["metadata"]) ? storedValue(object as KubeObject) : value;
    if (headLength(ours) === 0) throw new TypeError("it has no kind, apiVersion or metadata");
    return ours;
  } catch (error) {
    throw corruptError(key, error);
  }
}

/** Errors: StorageError "corrupt" where a value that begins as ours do is not JSON as a whole. */
function checkJson({ key, value, fault }: KeyValue): void {
  if (fault !== undefined || headLength(value) === 0) return;
  try {
    // Whether it is JSON does not hang on what its other characters are, and Latin-1 is read fastest.
    JSON.parse(value.toString("latin1"));
  } catch (error) {
    throw corruptError(key, error);
  }
}

/** The fault of a value that is not an object, or not one of its kind; nothing of the value, which may be a Secret's. */
export function corruptError(key: string, error: unknown): StorageError {
  const reason = error instanceof SyntaxError ? "it is no JSON" : errorText(error);
  return new StorageError("corrupt", `the stored value at ${key} does not decode: ${reason}`);
}

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});
