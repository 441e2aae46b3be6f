import type { AdmissionChain } from "../admission/admission.ts";
import { FieldSetCache } from "../apply/field-set-cache.ts";
import { type GroupVersionKind } from "../object/kube-object.ts";
import type { RandomBytes } from "../object/names-generator.ts";
import { memo } from "../object/memo.ts";
import { timestamp } from "../object/timestamp.ts";
import type { ResourceDefinition, StrategySettings } from "../resources/definition.ts";
import type { Definitions } from "../resources/definitions.ts";
import { ResourceCaches } from "./resource-caches.ts";
import { isRetired } from "./retired-kinds.ts";
import type { Reserver } from "./reserver.ts";
import type { TypeTable } from "../schema/load.ts";
import { ProtobufBodies } from "../protobuf/bodies.ts";
import { ProtobufReader } from "../protobuf/read.ts";
import { ProtobufWriter } from "../protobuf/write.ts";
import type { TableRow } from "../printing/table.ts";
import { type ObjectRecord } from "../storage/cache/record.ts";
import { RepresentationCache } from "../storage/cache/representation-cache.ts";
import type { Storage } from "../storage/storage.ts";

interface RegistryOptions {
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

/**
 * What the verbs work on: the definitions, the store and the watch caches of what is stored. Holds state for one
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
  /** Many writes share a second. */
  readonly #second = memo(1, (second: number) => timestamp(second * 1000));
  readonly caches: ResourceCaches;
  readonly #reservers: ReadonlyMap<string, Reserver>;

  constructor(options: RegistryOptions) {
    this.storage = options.storage;
    this.definitions = options.definitions;
    this.types = options.types;
    this.protobufBodies = new ProtobufBodies(options.types);
    this.admission = options.admission;
    this.settings = options.settings;
    this.caches = new ResourceCaches(options);
    this.#reservers = options.reservers ?? new Map();
    this.minWatchSeconds = options.minWatchSeconds;
    this.clock = options.clock;
    this.random = options.random;
    this.randomBytes = options.randomBytes;
  }

  /** The present second, as objects have it. */
  now(): string {
    return this.#second(Math.floor(this.clock() / 1000));
  }

  /** What takes things beside the objects of a kind, if anything does. */
  reserver({ group, kind }: ResourceDefinition): Reserver | undefined {
    return this.#reservers.get(`${group}/${kind}`);
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
    this.caches.close();
  }
}
