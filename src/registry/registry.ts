import type { AdmissionChain } from "../admission/admission.ts";
import { FieldSetCache } from "../apply/field-set-cache.ts";
import type { GroupVersionKind, KubeObject } from "../object/kube-object.ts";
import type { RandomBytes } from "../object/names-generator.ts";
import type { ResourceDefinition, StrategySettings } from "../resources/definition.ts";
import type { Definitions } from "../resources/definitions.ts";
import { keyPrefix } from "./endpoint.ts";
import type { Reserver } from "./reserver.ts";
import type { TypeTable } from "../schema/load.ts";
import { ProtobufBodies } from "../protobuf/bodies.ts";
import { ProtobufReader } from "../protobuf/read.ts";
import { ProtobufWriter } from "../protobuf/write.ts";
import type { TableRow } from "../printing/table.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { ObjectKeeper } from "../storage/cache/object-keeper.ts";
import { RepresentationCache } from "../storage/cache/representation-cache.ts";
import { ResourceCache } from "../storage/cache/resource-cache.ts";
import type { Storage } from "../storage/storage.ts";

export interface RegistryOptions {
  readonly storage: Storage;
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
  readonly #reservers: ReadonlyMap<string, Reserver>;
  readonly #caches = new Map<string, ResourceCache>();
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
    this.#reservers = options.reservers ?? new Map();
    this.minWatchSeconds = options.minWatchSeconds;
    this.clock = options.clock;
    this.random = options.random;
    this.randomBytes = options.randomBytes;
  }

  /** What takes things beside the objects of a kind, if anything does. */
  reserver({ group, kind }: ResourceDefinition): Reserver | undefined {
    return this.#reservers.get(`${group}/${kind}`);
  }

  /** The cache of a stored resource, loading it on first use. Definitions with one key prefix share it. */
  cache(definition: ResourceDefinition): ResourceCache {
    const prefix = keyPrefix(definition);
    let cache = this.#caches.get(prefix);
    if (cache === undefined) {
      cache = new ResourceCache({
        storage: this.storage,
        prefix,
        takeObject: (value) => this.#take(value),
        keeper: this.#keeper,
        readStored: definition.readStored,
      });
      this.#caches.set(prefix, cache);
      if (this.#closed) cache.close();
    }
    return cache;
  }

  /** Ends the cache of a resource that is served no longer, or in another way; its watches end with it. */
  dropCache({ keyPrefix }: ResourceDefinition): void {
    if (keyPrefix === undefined) return;
    this.#caches.get(keyPrefix)?.close();
    this.#caches.delete(keyPrefix);
  }

  /** Loads every resource, so that watches can begin anywhere after this. Errors: StorageError. */
  async startCaches(): Promise<void> {
    const stored = [...this.definitions.all()].filter(({ keyPrefix }) => keyPrefix !== undefined);
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

  #take(value: Buffer): KubeObject | undefined {
    const object = this.#written.get(value);
    this.#written.delete(value);
    return object;
  }

  /** The cache in the newest state of the store. Errors: StorageError. */
  async current(definition: ResourceDefinition): Promise<ResourceCache> {
    const cache = this.cache(definition);
    const revision = await this.storage.currentRevision();
    if (!cache.shows(revision)) await cache.waitFor(revision);
    return cache;
  }

  /** Whether there is such a kind at all, served or only a type. */
  isKind(kind: GroupVersionKind): boolean {
    return this.types.definitionOf(kind) !== undefined || this.definitions.findKind(kind.group, kind.kind, kind.version) !== undefined;
  }

  /** Ends all watches; reads and writes that are under way finish on the store. */
  close(): void {
    this.#closed = true;
    for (const cache of this.#caches.values()) cache.close();
  }
}
