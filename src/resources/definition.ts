import type { FieldError } from "../object/field-error.ts";
import type { JsonValue, ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import type { MetaChecks } from "../validation/object-meta.ts";

/**
 * A kind, as data: everything the server needs to serve it. Built-in kinds are made from the tables and a file of
 * small functions; custom resources from their CustomResourceDefinition. One definition is one stored resource; it may
 * be served in several group versions (autoscaling v1 and v2; events in "" and events.k8s.io), which are views of it.
 */
export interface ResourceDefinition {
  /** Group of the stored form; served versions may lie in another group. */
  readonly group: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
  /** Made from a CustomResourceDefinition; built-in kinds leave it out. */
  readonly custom?: boolean;
  /** Where its objects lie in the store, ending in a slash: /registry/pods/. Undefined: nothing is stored (reviews). */
  readonly keyPrefix: string | undefined;
  /** The group version that stands in stored values, where it is another than the hub's, with the same fields. */
  readonly storedVersion?: string;
  /** Stored as JSON whatever the server's own form is, as the original does with custom kinds' and aggregated APIs' definitions. */
  readonly storedAsJson?: boolean;
  /** Every group version it is served in; the first one is preferred. */
  readonly served: readonly ServedVersion[];
  /** The group version that is stored; strategy, columns and field selectors speak of this form (the hub). */
  readonly hub: ServedVersion;
  readonly verbs: readonly Verb[];
  /** The verbs that discovery tells of, where those are fewer: of a definition that is going. */
  readonly shownVerbs?: readonly Verb[];
  readonly subresources: ReadonlyMap<string, Subresource>;
  readonly strategy: Strategy;
  readonly columns: readonly Column[];
  /** Conditions of a table row, where the kind has them (finished pods). */
  readonly rowConditions?: (object: KubeObject) => readonly ReadonlyJson[];
  /** The order of the rows of a list, where it isn't that of the list. */
  readonly rowOrder?: (a: KubeObject, b: KubeObject) => number;
  /** Field selector label → value of an object ("" where absent); metadata.name and metadata.namespace included. */
  readonly selectableFields: ReadonlyMap<string, (object: KubeObject) => string>;
  /** The refusal of a field selector label that is not selectable. */
  readonly unknownFieldText: (label: string) => string;
  /** Brings what lies in the store into the hub's present form (a schema may have changed since), in place. */
  readonly readStored?: (object: KubeObject) => void;
  /** How objects become those of other versions, where they may lie in the store in another form than the hub's. */
  readonly forms?: VersionForms;
  /** Seconds after which an object ends by itself (events). */
  readonly ttlSeconds?: number;
}

/**
 * The versions of a custom resource, of which each has a schema of its own: requests are checked in the version that they
 * speak, and stored in one of them (concepts/extend-kubernetes, CustomResourceDefinition versions).
 */
export interface VersionForms {
  /** The version in which objects are stored, "stable.example.com/v1". */
  readonly storedAs: string;
  /** A webhook converts: it takes time and may fail, and each version is kept as it was converted. */
  readonly remote: boolean;
  /** Objects of any versions in one of them, neither pruned nor defaulted. They are handed over. Errors: StatusError 500. */
  readonly convert: (objects: readonly KubeObject[], apiVersion: string) => KubeObject[] | Promise<KubeObject[]>;
  /** Prunes an object of any version by that version's schema, in place. */
  readonly prune: (object: KubeObject) => void;
  /** Makes what was stored once what its version's schema says today, in place: pruned, and defaults filled in. */
  readonly settle: (object: KubeObject) => void;
}

/** API verbs as authorization and discovery name them. */
export type Verb = "create" | "get" | "list" | "watch" | "update" | "patch" | "delete" | "deletecollection";

/** One group version in which a resource is served. */
export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: ObjectSchema;
  /** The OpenAPI v3 schema that a custom resource's version came with. */
  readonly openapi?: ReadonlyJsonObject;
  /** What a custom resource's version was made from, as text, for whoever asks only whether it has changed. */
  readonly source?: () => string;
  /** The resource with this version as its hub, where what is written in it is checked by its own schema; the hub has none. */
  readonly own?: ResourceDefinition | undefined;
  /** Fills in what the writer left out, in this version's form, in place. Idempotent. Runs after decoding. */
  readonly applyDefaults?: (object: KubeObject) => void;
  /** Into and out of the hub's form; absent for the hub itself. The argument may be changed and returned. */
  readonly toHub?: (object: KubeObject) => KubeObject;
  readonly fromHub?: (object: KubeObject) => KubeObject;
  /** Columns of this version, where they are not the definition's. */
  readonly columns?: readonly Column[] | undefined;
  /** Annotations in which this form keeps fields of the kind; partial metadata is without them. */
  readonly formAnnotations?: readonly string[];
  /** Discovery's storageVersionHash of the resource in this group version. */
  readonly storageVersionHash?: string;
  /** Warning text of every request in this version, where it is deprecated. */
  readonly deprecation?: string;
  /** The field selector labels of this version, with the hub's label for each; absent: the hub's own labels. */
  readonly fieldLabels?: ReadonlyMap<string, string>;
}

/** What a strategy function may know beside the objects. Everything is handed in; nothing is read from globals. */
export interface StrategyContext {
  /** The time of the request, RFC 3339 with seconds. */
  readonly now: string;
  /** The user who writes. */
  readonly user: {
    readonly name: string;
    readonly uid?: string;
    readonly groups: readonly string[];
    readonly extra?: ReadonlyMap<string, readonly string[]>;
  };
  readonly settings: StrategySettings;
  readonly dryRun: boolean;
  /** The group version that the request speaks, for kinds with rules that differ between them. Absent: the hub's. */
  readonly apiVersion?: string;
  /** Takes a warning text of what was done to the object before it was checked. Absent: nobody listens. */
  readonly warn?: (text: string) => void;
}

/** The server's settings that kinds depend on. */
export interface StrategySettings {
  readonly allowPrivileged: boolean;
  /** Lowest and highest node port, inclusive. */
  readonly nodePortRange: { readonly from: number; readonly to: number };
  readonly serviceCidrs: readonly string[];
  /** Seconds that an event is kept. */
  readonly eventTtlSeconds: number;
}

/**
 * How a kind's objects change: small pure functions over hub objects, called by the registry in this order.
 * create: prepareForCreate → (mutating admission) → validate → warnings → canonicalize
 * update: prepareForUpdate → (mutating admission) → validateUpdate → warnings → canonicalize
 * Of metadata the registry itself checks everything that is the same for all kinds.
 */
export interface Strategy {
  /** Clears what only the server may set (status), sets what it must (phase). Changes the object in place. */
  readonly prepareForCreate?: (object: KubeObject, context: StrategyContext) => void;
  /** Keeps what this door may not change. Changes `object` in place; `old` is never changed. */
  readonly prepareForUpdate?: (object: KubeObject, old: KubeObject, context: StrategyContext) => void;
  /** All faults at once, in upstream's order. */
  readonly validate?: (object: KubeObject, context: StrategyContext) => FieldError[];
  readonly validateUpdate?: (object: KubeObject, old: KubeObject, context: StrategyContext) => FieldError[];
  /** Checks of metadata.name, giving messages as src/object/names.ts does; `prefix`: it is a generateName. */
  readonly nameRule: (name: string, prefix: boolean) => string[];
  /**
   * How often updates check metadata, which shows in how often causes are repeated. Absent: as changed, and those of the
   * object itself as a whole too.
   */
  readonly metadataChecks?: MetaChecks;
  /** False: creates check metadata only where the kind's own rules found nothing. Absent: before them, and all is told. */
  readonly checksMetadata?: boolean;
  /** Warning texts for the Warning header. */
  readonly warnings?: (object: KubeObject, old: KubeObject | undefined, context: StrategyContext) => string[];
  readonly canonicalize?: (object: KubeObject) => void;
  /** Starts metadata.generation at 1 on create. */
  readonly generationOnCreate?: boolean;
  /** Whether an update raises metadata.generation; absent: it never does. Called after prepareForUpdate. */
  readonly generationChanged?: (object: KubeObject, old: KubeObject) => boolean;
  /** A PUT of a name that does not exist creates. */
  readonly allowCreateOnUpdate: boolean;
  /** A PUT without resourceVersion overwrites. */
  readonly allowUnconditionalUpdate: boolean;
  /**
   * The original stores a new object without what it fills in when it reads it, so that the first update is stored even
   * where it changes nothing. Absent: it is not.
   */
  readonly firstUpdateStores?: boolean;
  /** Fields that this door resets and writers through it never own, by apiVersion, as FieldsV1 trees. */
  readonly resetFields?: Readonly<Record<string, ReadonlyJsonObject>>;
  /**
   * Seconds of grace of a delete: undefined, the object goes at once; a number, it is marked and waits. Called with the
   * gracePeriodSeconds that was asked for.
   */
  readonly gracePeriod?: (object: KubeObject, asked: number | undefined) => number | undefined;
  /** Whether a deleted object waits for nothing beside metadata.finalizers; absent: it does not (namespaces have more). */
  readonly isFinalized?: (object: KubeObject) => boolean;
  /** Finalizers that every delete adds, for the server's own cleaning up (a definition's custom resources). */
  readonly deletionFinalizers?: readonly string[];
  /** A delete marks the object with its time alone: no grace, no new generation. */
  readonly marksPlainly?: boolean;
  /** Marks an object as being deleted, beyond its metadata (a namespace's phase). Changes it in place. */
  readonly markDeleted?: (object: KubeObject, context: StrategyContext) => void;
  /** Warning texts for a delete, also of many at once. Called before it is known whether the object is there. */
  readonly deleteWarnings?: (asked: DeletePolicy) => string[];
  /** What becomes of the dependents of a deleted object where the client says nothing. */
  readonly defaultGarbageCollection: "orphan" | "background" | "unsupported";
  /** DELETE answers the object instead of a Status. */
  readonly returnDeletedObject: boolean;
}

/** What a client that deletes says of the dependents. */
interface DeletePolicy {
  readonly propagationPolicy: string | undefined;
  readonly orphanDependents: boolean | undefined;
}

/** What lies below an object. */
export type Subresource =
  /** The same object through another door (status, finalize, approval, resize, ephemeralcontainers). */
  | { readonly type: "object"; readonly verbs: readonly Verb[]; readonly strategy: Strategy }
  /** autoscaling/v1 Scale over the parent's replicas; dotted paths such as spec.replicas. */
  | {
      readonly type: "scale";
      readonly verbs: readonly Verb[];
      readonly specReplicas: string;
      readonly statusReplicas: string;
      readonly selector: string | undefined;
    }
  /** A create that does something to the parent: binding, eviction, token. The registry holds the handler by name. */
  | {
      readonly type: "action";
      readonly verbs: readonly Verb[];
      readonly group: string;
      readonly version: string;
      readonly kind: string;
      readonly schema: ObjectSchema;
    }
  /** Streams and proxies (exec, log, proxy…). */
  | {
      readonly type: "connect";
      readonly verbs: readonly Verb[];
      readonly kind: string;
      readonly group?: string;
      readonly version?: string;
    };

/** One column of `kubectl get`, as the server prints it (meta.k8s.io/v1 Table). */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format: string;
  readonly description: string;
  /** 0: always shown; 1: with -o wide. */
  readonly priority: number;
  /** In the rows, but not among the columns that the header tells of: rows of the original have such cells. */
  readonly untold?: boolean;
  /** The cell of one hub object; `now` in milliseconds since the epoch, for ages. */
  readonly cell: (object: KubeObject, now: number) => JsonValue;
}

/** What a kind's file exports: the parts of its definition that the tables cannot say. */
export interface KindBehaviour {
  /** Fills in conditional defaults after the static ones, in the form of `apiVersion` ("apps/v1"), in place. */
  readonly applyDefaults?: (object: KubeObject, apiVersion: string) => void;
  /** Its prepare functions run after the tables' own (status reset or kept); everything else replaces the tables'. */
  readonly strategy?: Partial<Strategy>;
  /** Strategies of the object-type subresources, by name; each member replaces what the tables say. */
  readonly subresources?: Readonly<Record<string, Partial<Strategy>>>;
  /** Cells by column name, over the hub object. "Name", "Age" and "Created At" are known to all kinds. */
  readonly cells?: Readonly<Record<string, (object: KubeObject, now: number) => JsonValue>>;
  /** Cells after those of the table's columns, which the header does not tell of. */
  readonly untoldCells?: readonly ((object: KubeObject, now: number) => JsonValue)[];
  readonly rowConditions?: (object: KubeObject) => readonly ReadonlyJson[];
  /** The order of the rows of a list, where it isn't that of the list. */
  readonly rowOrder?: (a: KubeObject, b: KubeObject) => number;
  /** Values of field selectors that are not simply what lies at the label's path. */
  readonly selectableFields?: Readonly<Record<string, (object: KubeObject) => string>>;
  /** Conversions of served versions other than the hub, by apiVersion. */
  readonly conversions?: Readonly<
    Record<string, { readonly toHub: (object: KubeObject) => KubeObject; readonly fromHub: (object: KubeObject) => KubeObject }>
  >;
  /** What else differs between served versions, by apiVersion. */
  readonly versions?: Readonly<Record<string, Pick<ServedVersion, "deprecation" | "fieldLabels" | "formAnnotations">>>;
}
