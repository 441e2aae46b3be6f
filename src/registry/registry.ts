import type { AdmissionChain } from "../admission/admission.ts";
import { FieldSetCache } from "../apply/field-set-cache.ts";
import { copyJson } from "../object/json.ts";
import { groupVersion, type GroupVersionKind, type KubeObject } from "../object/kube-object.ts";
import type { RandomBytes } from "../object/names-generator.ts";
import { memo } from "../object/memo.ts";
import { tooManyRequests } from "../object/status.ts";
import { timestamp } from "../object/timestamp.ts";
import type { ResourceDefinition, StrategySettings } from "../resources/definition.ts";
import type { Definitions } from "../resources/definitions.ts";
import { ConvertedStore } from "./converted-store.ts";
import { keyPrefix } from "./endpoint.ts";
import { isRetired } from "./retired-kinds.ts";
import type { Reserver } from "./reserver.ts";
import type { TypeTable } from "../schema/load.ts";
import { ProtobufBodies } from "../protobuf/bodies.ts";
import { ProtobufReader } from "../protobuf/read.ts";
import { ProtobufWriter } from "../protobuf/write.ts";
import type { TableRow } from "../printing/table.ts";
import { recordOf, settledRecord, storedValue, type ObjectRecord } from "../storage/cache/record.ts";
import { ObjectKeeper } from "../storage/cache/object-keeper.ts";
import { RepresentationCache } from "../storage/cache/representation-cache.ts";
import { ResourceCache } from "../storage/cache/resource-cache.ts";
import type { KeyValue, Storage } from "../storage/storage.ts";

export interface RegistryOptions {
  readonly storage: Storage;
  /** Stores of single resources, by the prefix of their keys; their revisions are their own. */
  readonly elsewhere?: ReadonlyMap<string, Storage>;
  readonly definitions: Definitions;
  readonly types: TypeTable;
  readonly admission: AdmissionChain;
  readonly settings: StrategySettings;
  /** By "group/Kind": what takes things beside the objects of a kind. */
  readonly reservers?: ReadonlyMap<string, Reserver>;
  /** How long a watch without timeoutSeconds lasts at least; up to twice as long, so that they do not all end at once. */
  readonly minWatchSeconds: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** A number in [0, 1), to spread timeouts. */
  readonly random: () => number;
  readonly randomBytes: RandomBytes;
}

/** After so long a version that could not be converted is tried again, in milliseconds. */
const RETRY_MS = 1000;

/**
 * What the verbs work on: the definitions, the store and a watch cache for each stored resource. Holds state for one
 * control plane; the verbs themselves are functions beside it.
 */
export class Registry {
  readonly storage: Storage;
  readonly definitions: Definitions;
  readonly types: TypeTable;
  readonly admission: AdmissionChain;
  readonly settings: StrategySettings;
  readonly minWatchSeconds: number;
  readonly clock: () => number;
  readonly random: () => number;
  readonly randomBytes: RandomBytes;
  /** Parsed field sets of lately written objects. */
  readonly fieldSets = new FieldSetCache();
  readonly representations = new RepresentationCache();
  readonly protobuf = new ProtobufReader();
  readonly protobufWriter = new ProtobufWriter();
  readonly protobufBodies: ProtobufBodies;
  /** Table rows that were asked for; each lives as long as its object version. */
  readonly rows = new WeakMap<ObjectRecord, TableRow>();
  readonly #elsewhere: ReadonlyMap<string, Storage>;
  /** Many writes share a second. */
  readonly #second = memo(1, (second: number) => timestamp(second * 1000));
  readonly #reservers: ReadonlyMap<string, Reserver>;
  readonly #caches = new Map<string, ResourceCache>();
  /** Stores that a webhook converts, by the names of their caches, and why a cache of one could not be loaded. */
  readonly #stores = new Map<string, ConvertedStore>();
  readonly #failed = new Map<string, { readonly message: string; readonly at: number }>();
  readonly #keeper = new ObjectKeeper();
  /** Objects whose values are being committed, so that the cache need not parse what was just written. */
  readonly #written = new WeakMap<Buffer, KubeObject>();
  #started = false;
  #closed = false;

  constructor(options: RegistryOptions) {
    this.storage = options.storage;
    this.definitions = options.definitions;
    this.types = options.types;
    this.protobufBodies = new ProtobufBodies(options.types);
    this.admission = options.admission;
    this.settings = options.settings;
    this.#elsewhere = options.elsewhere ?? new Map();
    this.#reservers = options.reservers ?? new Map();
    this.minWatchSeconds = options.minWatchSeconds;
    this.clock = options.clock;
    this.random = options.random;
    this.randomBytes = options.randomBytes;
  }

  /** The store that a resource lies in. */
  storageOf({ keyPrefix }: ResourceDefinition): Storage {
    return this.#elsewhere.get(keyPrefix ?? "") ?? this.storage;
  }

  /** The present second, as objects have it. */
  now(): string {
    return this.#second(Math.floor(this.clock() / 1000));
  }

  /** What takes things beside the objects of a kind, if anything does. */
  reserver({ group, kind }: ResourceDefinition): Reserver | undefined {
    return this.#reservers.get(`${group}/${kind}`);
  }

  /**
   * The cache of a stored resource, loading it on first use. Definitions with one key prefix share it, unless a webhook
   * converts between them: then each has its own, in its version.
   */
  cache(definition: ResourceDefinition): ResourceCache {
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
  dropCache({ keyPrefix, served, hub }: ResourceDefinition): void {
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
    if (definition.forms?.remote !== true) return this.cache(definition).start();
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
    const cache = this.cache(definition);
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
    const cache = this.cache(definition);
    const name = cacheName(definition);
    const failed = this.#failed.get(name);
    if (cache.started || (failed !== undefined && this.clock() < failed.at + RETRY_MS)) return undefined;
    return cache.start().then(
      () => void this.#failed.delete(name),
      (error: Error) => {
        if (this.#caches.get(name) === cache) this.#failed.set(name, { message: error.message, at: this.clock() });
      },
    );
  }

  /** Stored pairs as records in a definition's form. Errors: StorageError "corrupt", StatusError of a conversion. */
  async records(definition: ResourceDefinition, pairs: readonly KeyValue[]): Promise<ObjectRecord[]> {
    const { forms, readStored } = definition;
    const store = this.store(definition);
    if (store !== undefined) return (await store.inVersion(pairs)).map((pair) => this.#record(pair, readStored));
    const cache = this.cache(definition);
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
    const cache = this.cache(definition);
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
  async startCaches(): Promise<void> {
    const stored = [...this.definitions.all()].filter(({ keyPrefix, custom }) => keyPrefix !== undefined && custom !== true);
    await Promise.all(stored.map((definition) => this.cache(definition).start()));
    this.#started = true;
  }

  get cachesStarted(): boolean {
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

  /** The cache in the newest state of the store. Errors: StorageError. */
  async current(definition: ResourceDefinition): Promise<ResourceCache> {
    const cache = this.cache(definition);
    const revision = await this.storageOf(definition).currentRevision();
    if (!cache.shows(revision)) await cache.waitFor(revision);
    return cache;
  }

  /** Whether there is such a kind at all, served or only a type. */
  isKind(kind: GroupVersionKind): boolean {
    return (
      this.types.definitionOf(kind) !== undefined ||
      this.definitions.findKind(kind.group, kind.kind, kind.version) !== undefined ||
      isRetired(kind)
    );
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
