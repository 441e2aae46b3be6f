import { parseOwnJson } from "../codec/json-text.ts";
import { beginsWith } from "../object/bytes.ts";
import { isObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { isEnvelope, openEnvelope } from "../protobuf/envelope.ts";
import type { ProtobufBodies } from "../protobuf/bodies.ts";
import { ProtobufReader } from "../protobuf/read.ts";
import { withResourceVersion } from "../protobuf/resource-version.ts";
import { ProtobufError } from "../protobuf/wire-reader.ts";
import { storedValue } from "./cache/record.ts";
import { jsonHead, type StoredForm, type StoredForms } from "./stored-form.ts";
import type {
  CommitResult,
  KeyValue,
  PackedValue,
  RangeRequest,
  RangeResult,
  Storage,
  StoreEvent,
  Transaction,
  Watch,
  WatchRequest,
  WatchSink,
} from "./storage.ts";

export interface StoredValuesOptions {
  readonly bodies: ProtobufBodies;
  /** How the values of built-in resources lie. */
  readonly forms: StoredForms;
  /** What is written; both are read. */
  readonly writes: "json" | "protobuf";
  /** The object of a value that is about to be committed, where it is at hand. */
  readonly objectOf: (value: Buffer) => KubeObject | undefined;
}

/** Milliseconds after which a long range lets others have their turn. */
const TURN_MS = 5;

/** An event of the store as it is above it. */
class ReadEvent implements StoreEvent {
  readonly type: StoreEvent["type"];
  readonly key: string;
  readonly revision: number;
  readonly current: KeyValue | undefined;
  readonly #previous: KeyValue | undefined;
  readonly #read: (pair: KeyValue) => KeyValue;

  constructor({ type, key, revision, previous }: StoreEvent, current: KeyValue | undefined, read: (pair: KeyValue) => KeyValue) {
    this.type = type;
    this.key = key;
    this.revision = revision;
    this.current = current;
    this.#previous = previous;
    this.#read = read;
  }

  /** The cache has what was before: seldom is it read again. */
  get previous(): KeyValue | undefined {
    return this.#previous && this.#read(this.#previous);
  }
}

/**
 * A store in which values lie in the form that this or another server chose, while above it they are JSON of the hub:
 * written as protobuf where that is asked for, and in the version that the original stores; read in either form and in
 * every version that is known. Protobuf is checked as it comes and read when its object is wanted. What does not decode
 * carries its fault, so that whoever needs the object refuses it by name.
 */
export class StoredValues implements Storage {
  readonly #storage: Storage;
  readonly #options: StoredValuesOptions;
  readonly #reader = new ProtobufReader();
  /** The JSON of values that this process has written in another form; they come back from embedded stores as they are. */
  readonly #own = new WeakMap<Buffer, Buffer>();
  readonly #heads = new WeakMap<StoredForm, Buffer>();
  readonly #read = (pair: KeyValue): KeyValue => this.#pair(pair, true);

  constructor(storage: Storage, options: StoredValuesOptions) {
    this.#storage = storage;
    this.#options = options;
  }

  get revision(): number {
    return this.#storage.revision;
  }

  get compactedRevision(): number {
    return this.#storage.compactedRevision;
  }

  currentRevision(): Promise<number> {
    return this.#storage.currentRevision();
  }

  async range(request: RangeRequest): Promise<RangeResult> {
    const result = await this.#storage.range(request);
    if (request.keysOnly === true) return result;
    const items: KeyValue[] = [];
    let start = performance.now();
    for (const pair of result.items) {
      items.push(this.#pair(pair, false));
      if (performance.now() - start < TURN_MS) continue;
      await new Promise((resume) => setImmediate(resume));
      start = performance.now();
    }
    return { ...result, items };
  }

  async get(key: string): Promise<KeyValue | undefined> {
    return this.#optional(await this.#storage.get(key));
  }

  async commit(transaction: Transaction): Promise<CommitResult> {
    const operations = transaction.operations.map((operation) =>
      operation.type === "put" ? { ...operation, value: this.#stored(operation.key, operation.value) } : operation,
    );
    const result = await this.#storage.commit({ ...transaction, operations });
    return result.succeeded ? result : { ...result, current: result.current.map((pair) => this.#optional(pair)) };
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    return this.#storage.watch(request, {
      events: (events, revision) =>
        sink.events(
          events.map((event) => this.#event(event)),
          revision,
        ),
      closed: (error) => sink.closed(error),
    });
  }

  compact(revision: number): Promise<void> {
    return this.#storage.compact(revision);
  }

  grantLease(seconds: number): Promise<number> {
    return this.#storage.grantLease(seconds);
  }

  revokeLease(lease: number): Promise<void> {
    return this.#storage.revokeLease(lease);
  }

  health(patience?: number): Promise<string | undefined> {
    return this.#storage.health(patience);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#storage[Symbol.asyncDispose]();
  }

  #event(event: StoreEvent): StoreEvent {
    return new ReadEvent(event, this.#optional(event.current), this.#read);
  }

  #optional(pair: KeyValue | undefined): KeyValue | undefined {
    return pair && this.#read(pair);
  }

  /** A pair as it is above the store; `soon`: its object will be wanted at once. */
  #pair(pair: KeyValue, soon: boolean): KeyValue {
    const own = this.#own.get(pair.value);
    if (own !== undefined) return { ...pair, value: own };
    const form = this.#options.forms.of(pair.key);
    try {
      if (isEnvelope(pair.value)) return form === undefined ? this.#loose(pair) : this.#packed(pair, form, soon);
      return form === undefined || beginsWith(pair.value, this.#head(form)) ? pair : inHub(pair, form);
    } catch (error) {
      if (error instanceof ProtobufError) return { ...pair, fault: `does not decode: ${error.message}` };
      throw error;
    }
  }

  #packed(pair: KeyValue, form: StoredForm, soon: boolean): KeyValue {
    const { apiVersion, kind, raw } = openEnvelope(pair.value);
    const known = apiVersion === form.apiVersion || apiVersion === form.storedVersion;
    if (kind !== form.kind || !known) {
      const object = this.#options.bodies.read(pair.value);
      return object === undefined ? { ...pair, fault: unknownVersion(apiVersion, kind) } : converted(pair, object as KubeObject, form);
    }
    // Of its own: what came from a store may be a part of something large.
    const message = Buffer.from(raw);
    const read = (): KubeObject => ({ kind, apiVersion: form.apiVersion, ...this.#reader.read(message, form.schema) }) as KubeObject;
    let first: KubeObject | undefined = read();
    if (!isObject(first.metadata)) return { ...pair, fault: "has no metadata" };
    if (!soon) first = undefined;
    const packed: PackedValue = {
      size: message.length,
      object: () => {
        const object = first ?? read();
        first = undefined;
        return object;
      },
      payload: (version) => withResourceVersion(message, version),
    };
    return { ...pair, packed };
  }

  /** A value of which only its own kind says what it is. */
  #loose(pair: KeyValue): KeyValue {
    const object = this.#options.bodies.read(pair.value);
    return object === undefined || !isObject(object["metadata"]) ? pair : { ...pair, value: storedValue(object as KubeObject) };
  }

  /** The bytes to store for a value, which is JSON of the hub. */
  #stored(key: string, value: Buffer): Buffer {
    const form = this.#options.forms.of(key);
    if (form === undefined) return value;
    const made = this.#options.writes === "protobuf" && !form.alwaysJson ? this.#protobuf(value, form) : this.#renamed(value, form);
    if (made !== value) this.#own.set(made, value);
    return made;
  }

  #protobuf(value: Buffer, { kind, storedVersion, schema }: StoredForm): Buffer {
    const object = this.#options.objectOf(value) ?? (parseOwnJson(value.toString("utf8")) as KubeObject);
    const { resourceVersion, ...metadata } = object.metadata;
    const message = resourceVersion === undefined ? object : { ...object, metadata };
    return this.#options.bodies.writeAs(storedVersion, kind, message, schema);
  }

  /** The same JSON under the version that is stored. */
  #renamed(value: Buffer, form: StoredForm): Buffer {
    const head = this.#head(form);
    if (form.storedVersion === form.apiVersion || !beginsWith(value, head)) return value;
    return Buffer.concat([jsonHead(form, form.storedVersion), value.subarray(head.length)]);
  }

  #head(form: StoredForm): Buffer {
    let head = this.#heads.get(form);
    if (head === undefined) this.#heads.set(form, (head = jsonHead(form, form.apiVersion)));
    return head;
  }
}

/** JSON that is not as this process writes it: members in another order, another version; or no JSON at all. */
function inHub(pair: KeyValue, form: StoredForm): KeyValue {
  let object: unknown;
  try {
    object = parseOwnJson(pair.value.toString("utf8"));
  } catch {
    // Whoever makes the record says what is wrong with it.
    return pair;
  }
  if (!isObject(object) || !isObject(object["metadata"]) || object["apiVersion"] === form.apiVersion) return pair;
  return converted(pair, object as KubeObject, form);
}

function converted(pair: KeyValue, object: KubeObject, form: StoredForm): KeyValue {
  const { apiVersion, kind } = object;
  if (kind !== form.kind || !isObject(object.metadata)) return { ...pair, fault: unknownVersion(apiVersion, kind) };
  const hub = apiVersion === form.storedVersion ? { ...object, apiVersion: form.apiVersion } : form.toHub(object);
  return hub === undefined ? { ...pair, fault: unknownVersion(apiVersion, kind) } : { ...pair, value: storedValue(hub) };
}

function unknownVersion(apiVersion: string, kind: string): string {
  return `is ${kind} of ${apiVersion}, which this server cannot read`;
}
