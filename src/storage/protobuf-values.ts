import type { KubeObject } from "../object/kube-object.ts";
import type { ProtobufBodies } from "../protobuf/bodies.ts";
import { isEnvelope } from "../protobuf/envelope.ts";
import { ProtobufError } from "../protobuf/wire-reader.ts";
import { storedValue } from "./cache/record.ts";
import type {
  CommitResult,
  KeyValue,
  RangeRequest,
  RangeResult,
  Storage,
  StoreEvent,
  Transaction,
  Watch,
  WatchRequest,
  WatchSink,
} from "./storage.ts";

/**
 * A store whose protobuf values are read as JSON: what a kube-apiserver has written. Values of kinds without a type, and
 * those that do not decode, are given as they are; whoever needs the object refuses them by name. Nothing else changes.
 */
export class ProtobufValues implements Storage {
  readonly #storage: Storage;
  readonly #bodies: ProtobufBodies;

  constructor(storage: Storage, bodies: ProtobufBodies) {
    this.#storage = storage;
    this.#bodies = bodies;
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
    return result.items.some(isProtobuf) ? { ...result, items: result.items.map((pair) => this.#pair(pair)) } : result;
  }

  async get(key: string): Promise<KeyValue | undefined> {
    return this.#optional(await this.#storage.get(key));
  }

  async commit(transaction: Transaction): Promise<CommitResult> {
    const result = await this.#storage.commit(transaction);
    return result.succeeded ? result : { ...result, current: result.current.map((pair) => this.#optional(pair)) };
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    return this.#storage.watch(request, {
      events: (events, revision) => sink.events(events.some(hasProtobuf) ? events.map((event) => this.#event(event)) : events, revision),
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

  health(): Promise<string | undefined> {
    return this.#storage.health();
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#storage[Symbol.asyncDispose]();
  }

  #event(event: StoreEvent): StoreEvent {
    return { ...event, current: this.#optional(event.current), previous: this.#optional(event.previous) };
  }

  #optional(pair: KeyValue | undefined): KeyValue | undefined {
    return pair && this.#pair(pair);
  }

  #pair(pair: KeyValue): KeyValue {
    if (!isProtobuf(pair)) return pair;
    try {
      const object = this.#bodies.read(pair.value);
      return object === undefined ? pair : { ...pair, value: storedValue(object as KubeObject) };
    } catch (error) {
      if (error instanceof ProtobufError) return pair;
      throw error;
    }
  }
}

function isProtobuf({ value }: KeyValue): boolean {
  return isEnvelope(value);
}

function hasProtobuf({ current, previous }: StoreEvent): boolean {
  return (current !== undefined && isProtobuf(current)) || (previous !== undefined && isProtobuf(previous));
}
