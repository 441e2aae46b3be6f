import { copyJson } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { tooManyRequests } from "../object/status.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import type { Definitions } from "../resources/definitions.ts";
import { ObjectKeeper } from "../storage/cache/object-keeper.ts";
import { recordOf, settledRecord, storedValue, type ObjectRecord } from "../storage/cache/record.ts";
import { ResourceCache } from "../storage/cache/resource-cache.ts";
import type { KeyValue, Storage } from "../storage/storage.ts";
import { ConvertedStore } from "./converted-store.ts";
import { keyPrefix } from "./endpoint.ts";

/** What the caches are made of. */
interface CacheOptions {
  readonly storage: Storage;
  /** Stores of resources that do not lie in `storage`, by their key prefix. */
  readonly elsewhere?: ReadonlyMap<string, Storage> | undefined;
  readonly definitions: Definitions;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** After so long a version that could not be converted is tried again, in milliseconds. */
const RETRY_MS = 1000;

/** A watch cache for each stored resource, and for each of its versions where a webhook converts between them. */
export class ResourceCaches {
  readonly #storage: Storage;
  readonly #elsewhere: ReadonlyMap<string, Storage>;
  readonly #definitions: Definitions;
  readonly #clock: () => number;
  readonly #caches = new Map<string, ResourceCache>();
  /** Stores that a webhook converts, by the names of their caches, and why a cache of one could not be loaded. */
  readonly #stores = new Map<string, ConvertedStore>();
  readonly #failed = new Map<string, { readonly message: string; readonly at: number }>();
  readonly #keeper = new ObjectKeeper();
  /** Objects whose values are being committed, so that the cache need not parse what was just written. */
  readonly #written = new WeakMap<Buffer, KubeObject>();
  #started = false;
  #closed = false;

  constructor({ storage, elsewhere, definitions, clock }: CacheOptions) {
    this.#storage = storage;
    this.#elsewhere = elsewhere ?? new Map();
    this.#definitions = definitions;
    this.#clock = clock;
  }

  /** The store that a resource lies in. */
  storageOf({ keyPrefix }: ResourceDefinition): Storage {
    return this.#elsewhere.get(keyPrefix ?? "") ?? this.#storage;
  }

  /**
   * The cache of a stored resource, loading it on first use. Definitions with one key prefix share it, unless a webhook
   * converts between them: then each has its own, in its version.
   */
  of(definition: ResourceDefinition): ResourceCache {
    const name = cacheName(definition);
    let cache = this.#caches.get(name);
    if (cache === undefined) {
      cache = new ResourceCache({
        storage: this.store(definition) ?? this.storageOf(definition),
        prefix: keyPrefix(definition),
        takeObject: (value) => this.#take(value),
        keeper: this.#keeper,
        readStored: definition.readStored,
      });
      this.#caches.set(name, cache);
      if (this.#closed) cache.close();
    }
    return cache;
  }

  /** The store in a definition's version, where a webhook converts to it. */
  store(definition: ResourceDefinition): ConvertedStore | undefined {
    if (definition.forms?.remote !== true) return undefined;
    const name = cacheName(definition);
    let store = this.#stores.get(name);
    if (store === undefined) {
      const { group, version } = definition.hub;
      const remember = (value: Buffer, object: KubeObject): void => this.remember(value, object);
      store = new ConvertedStore({
        storage: this.storageOf(definition),
        forms: definition.forms,
        apiVersion: groupVersion(group, version),
        remember,
      });
      this.#stores.set(name, store);
    }
    return store;
  }

  /** Ends the caches of a resource that is served no longer, or in another way; their watches end with them. */
  drop({ keyPrefix, served, hub }: ResourceDefinition): void {
    if (keyPrefix === undefined) return;
    for (const name of [keyPrefix, ...[hub, ...served].map(({ version }) => versionName(keyPrefix, version))]) {
      this.#caches.get(name)?.close();
      this.#caches.delete(name);
      this.#stores.delete(name);
      this.#failed.delete(name);
    }
  }

  /**
   * Begins to follow a resource in all its versions, with its first request: what happens from then on can be watched.
   * Versions that a webhook makes come later; what fails is tried again. Errors: StorageError.
   */
  async follow(definition: ResourceDefinition): Promise<void> {
    if (definition.forms?.remote !== true) return this.of(definition).start();
    for (const version of [definition, ...definition.served.flatMap(({ own }) => own ?? [])]) void this.#load(version);
  }

  /**
   * Resolves when the cache of a definition can be read, or where that needs no webhook's answer. Errors: StatusError 429
   * while objects are converted, and after that has failed.
   */
  async readable(definition: ResourceDefinition): Promise<void> {
    const store = this.store(definition);
    if (store === undefined) return;
    const name = cacheName(definition);
    const cache = this.of(definition);
    if (cache.started) return;
    const load = this.#load(definition);
    if (load !== undefined) await Promise.race([load, store.converting()]);
    if (cache.started) return;
    const failure = this.#failed.get(name)?.message;
    const { group, version, kind } = definition.hub;
    const listed = `failed to list ${groupVersion(group, version)}, Kind=${kind}`;
    throw tooManyRequests(`storage is (re)initializing${failure === undefined ? "" : `: ${listed}: ${failure}`}`, 1);
  }

  /** Loads a version's cache, unless that failed just now. */
  #load(definition: ResourceDefinition): Promise<void> | undefined {
    const cache = this.of(definition);
    const name = cacheName(definition);
    const failed = this.#failed.get(name);
    if (cache.started || (failed !== undefined && this.#clock() < failed.at + RETRY_MS)) return undefined;
    return cache.start().then(
      () => void this.#failed.delete(name),
      (error: Error) => {
        if (this.#caches.get(name) === cache) this.#failed.set(name, { message: error.message, at: this.#clock() });
      },
    );
  }

  /** Stored pairs as records in a definition's form. Errors: StorageError "corrupt", StatusError of a conversion. */
  async records(definition: ResourceDefinition, pairs: readonly KeyValue[]): Promise<ObjectRecord[]> {
    const { forms, readStored } = definition;
    const store = this.store(definition);
    if (store !== undefined) return (await store.inVersion(pairs)).map((pair) => this.#record(pair, readStored));
    const cache = this.of(definition);
    const records = pairs.map((pair) => cache.version(pair.key, pair.modRevision) ?? this.#record(pair, readStored));
    return forms === undefined ? records : records.map((record) => inForm(record, definition));
  }

  /**
   * The newest version of an object in a definition's form: as its cache has it, if that is up to date, or `directly` from
   * the store, each time converted anew. Errors: as `records`.
   */
  async newest(definition: ResourceDefinition, key: string, directly = false): Promise<ObjectRecord | undefined> {
    const store = this.store(definition);
    if (store === undefined) {
      const record = (await this.current(definition)).get(key);
      return record === undefined || definition.forms === undefined ? record : inForm(record, definition);
    }
    const cache = this.of(definition);
    if (!directly && cache.started && cache.shows(await this.storageOf(definition).currentRevision())) return cache.get(key);
    const pair = await this.storageOf(definition).get(key);
    return pair && (await this.records(definition, [pair]))[0];
  }

  #record(pair: KeyValue, readStored: ((object: KubeObject) => void) | undefined): ObjectRecord {
    const object = this.#take(pair.value);
    if (object !== undefined || readStored === undefined) return recordOf(pair, object);
    return settledRecord(pair, readStored);
  }

  /** Loads every resource, so that watches can begin anywhere after this. Errors: StorageError. */
  async startAll(): Promise<void> {
    const stored = [...this.#definitions.all()].filter(({ keyPrefix, custom }) => keyPrefix !== undefined && custom !== true);
    await Promise.all(stored.map((definition) => this.of(definition).start()));
    this.#started = true;
  }

  get allStarted(): boolean {
    return this.#started;
  }

  /** Remembers the object of a value that is about to be committed. The object is handed over: it is read-only now. */
  remember(value: Buffer, object: KubeObject): void {
    this.#written.set(value, object);
  }

  /** The object of a value that is about to be committed; read-only. */
  written(value: Buffer): KubeObject | undefined {
    return this.#written.get(value);
  }

  #take(value: Buffer): KubeObject | undefined {
    const object = this.#written.get(value);
    this.#written.delete(value);
    return object;
  }

  /** The cache in the newest state of the store or, where a revision is given, in one no older than that. Errors: StorageError. */
  async current(definition: ResourceDefinition, atLeast?: number): Promise<ResourceCache> {
    const cache = this.of(definition);
    const revision = atLeast ?? (await this.storageOf(definition).currentRevision());
    if (!cache.shows(revision)) await cache.waitFor(revision);
    return cache;
  }

  /** Ends all watches; reads and writes that are under way finish on the store. */
  close(): void {
    this.#closed = true;
    for (const cache of this.#caches.values()) cache.close();
  }
}

/** Versions that a webhook makes are kept apart. */
function cacheName(definition: ResourceDefinition): string {
  const prefix = keyPrefix(definition);
  return definition.forms?.remote === true ? versionName(prefix, definition.hub.version) : prefix;
}

function versionName(prefix: string, version: string): string {
  return `${prefix}@${version}`;
}

/** A record of the stored version in another, between which no webhook converts. */
function inForm(record: ObjectRecord, { forms, hub }: ResourceDefinition): ObjectRecord {
  const object = copyJson(record.object());
  object.apiVersion = groupVersion(hub.group, hub.version);
  forms?.prune(object);
  delete object.metadata.resourceVersion;
  const { key, revision: modRevision, lease } = record;
  return recordOf({ key, value: storedValue(object), modRevision, createRevision: 0, lease }, object);
}
