import type { KubeObject } from "../object/kube-object.ts";
import type { VersionForms } from "../resources/definition.ts";
import { recordOf, storedValue, storedVersion } from "../storage/cache/record.ts";
import {
  StorageError,
  type KeyValue,
  type RangeRequest,
  type RangeResult,
  type Storage,
  type StoreEvent,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from "../storage/storage.ts";

/** Objects that are converted one by one, as the original does; the rest of a long list goes in reviews of many. */
const SINGLE = 8;
/** The most that one review holds: objects, and bytes of their values. */
const MOST_OBJECTS = 100;
const MOST_BYTES = 1 << 20;
/** Batches of events that may wait for their conversion; with more, the watch is lost and what it fed loads anew. */
const MOST_WAITING = 1000;

/** What a store in a version is made from. */
interface ConvertedStoreOptions {
  readonly storage: Storage;
  readonly forms: VersionForms;
  /** The version in which everything is given. */
  readonly apiVersion: string;
  /** Told of the object of every value that was made here, which is handed over. */
  readonly remember: (value: Buffer, object: KubeObject) => void;
}

/**
 * What a store holds of a kind, with every object in one of its versions, whichever it was stored in. Objects that are
 * in it already cost nothing. A conversion that fails fails the read, or ends the watch.
 */
export class ConvertedStore implements Pick<Storage, "get" | "range" | "watch"> {
  readonly #options: ConvertedStoreOptions;
  #converting = 0;
  #begun: (() => void)[] = [];

  constructor(options: ConvertedStoreOptions) {
    this.#options = options;
  }

  /** Resolves while a conversion is under way. */
  converting(): Promise<void> {
    return this.#converting > 0 ? Promise.resolve() : new Promise((resolve) => this.#begun.push(resolve));
  }

  /** Errors: those of the store, and StatusError of the conversion. */
  async get(key: string): Promise<KeyValue | undefined> {
    const pair = await this.#options.storage.get(key);
    return pair && (await this.inVersion([pair]))[0];
  }

  /** Errors: those of the store, and StatusError of the conversion. */
  async range(request: RangeRequest): Promise<RangeResult> {
    const result = await this.#options.storage.range(request);
    return request.keysOnly === true ? result : { ...result, items: await this.inVersion(result.items) };
  }

  /** Events wait for those before them. A conversion that fails closes the watch as "unavailable". */
  watch(request: WatchRequest, sink: WatchSink): Watch {
    let last = Promise.resolve();
    let waiting = 0;
    let closed = false;
    const fail = (message: string): void => {
      if (closed) return;
      closed = true;
      inner.close();
      sink.closed(new StorageError("unavailable", message));
    };
    const inQueue = (work: () => Promise<void>): void => {
      if (++waiting > MOST_WAITING) return fail("conversions do not keep up with the changes");
      last = last.then(async () => {
        if (!closed) await work();
        waiting--;
      });
    };
    const inner = this.#options.storage.watch(request, {
      events: (events, revision) => {
        const foreign = events.some(({ current }) => current !== undefined && this.#isForeign(current));
        if (waiting === 0 && !foreign) return sink.events(events, revision);
        inQueue(async () => {
          try {
            const converted = await this.#events(events);
            if (!closed) sink.events(converted, revision);
          } catch (error) {
            fail((error as Error).message);
          }
        });
      },
      closed: (error) => {
        if (waiting === 0) sink.closed(error);
        else inQueue(async () => sink.closed(error));
      },
    });
    return {
      close: () => {
        closed = true;
        inner.close();
      },
      requestProgress: () => inner.requestProgress(),
    };
  }

  /** Stored pairs in the version, in their order. Errors: StatusError of the conversion, StorageError "corrupt". */
  async inVersion(pairs: readonly KeyValue[]): Promise<readonly KeyValue[]> {
    const foreign = pairs.flatMap((pair, index) => (this.#isForeign(pair) ? [index] : []));
    if (foreign.length === 0) return pairs;
    const { forms, apiVersion, remember } = this.#options;
    const result = [...pairs];
    for (const batch of batches(foreign, (index) => (pairs[index] as KeyValue).value.length)) {
      const objects = batch.map((index) => storedObject(pairs[index] as KeyValue));
      for (const object of objects) forms.settle(object);
      const made = await this.#convert(objects, forms, apiVersion);
      for (const [at, index] of batch.entries()) {
        const object = made[at] as KubeObject;
        forms.prune(object);
        const value = storedValue(object);
        remember(value, object);
        result[index] = { ...(pairs[index] as KeyValue), value };
      }
    }
    return result;
  }

  async #convert(objects: readonly KubeObject[], forms: VersionForms, apiVersion: string): Promise<KubeObject[]> {
    this.#converting++;
    for (const begun of this.#begun.splice(0)) begun();
    try {
      return await forms.convert(objects, apiVersion);
    } finally {
      this.#converting--;
    }
  }

  async #events(events: readonly StoreEvent[]): Promise<StoreEvent[]> {
    const pairs = await this.inVersion(events.flatMap(({ current }) => (current === undefined ? [] : [current])));
    let next = 0;
    return events.map((event) => (event.current === undefined ? event : { ...event, current: pairs[next++] }));
  }

  #isForeign(pair: KeyValue): boolean {
    return storedVersion(pair) !== this.#options.apiVersion;
  }
}

/** The object of a stored pair, without resourceVersion; the caller's own. */
function storedObject(pair: KeyValue): KubeObject {
  const object = recordOf(pair).glimpse();
  delete object.metadata.resourceVersion;
  return object;
}

/** Cuts a list as reviews hold it. */
function batches(indexes: readonly number[], size: (index: number) => number): number[][] {
  const cut: number[][] = [];
  let bytes = 0;
  for (const [at, index] of indexes.entries()) {
    const batch = cut.at(-1);
    bytes += size(index);
    if (batch === undefined || at < SINGLE + 1 || batch.length === MOST_OBJECTS || bytes > MOST_BYTES) {
      cut.push([index]);
      bytes = size(index);
    } else batch.push(index);
  }
  return cut;
}
