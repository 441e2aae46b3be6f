import { copyJson, equalJson, type JsonValue, type ReadonlyJson } from "../object/json.ts";
import { groupVersion, parseGroupVersion, type KubeObject } from "../object/kube-object.ts";
import { valueAt } from "../schema/access.ts";
import { applyDefaults } from "../schema/default.ts";
import type { TypeTable } from "../schema/load.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import { ageCell, createdCell, nameCell } from "./common-cells.ts";
import { keepOld } from "./keep-old.ts";
import { metadataChecksOf } from "./metadata-updates.ts";
import type { Column, KindBehaviour, ResourceDefinition, ServedVersion, Strategy, Subresource, Verb } from "./definition.ts";
import { subdomainNames } from "./name-rules.ts";
import type { ColumnRow, FieldSelectorRow, ResourceRow, ResourceTables, SubresourceRow } from "./tables.ts";

interface BuiltinOptions {
  readonly types: TypeTable;
  readonly tables: ResourceTables;
  readonly behaviours: ReadonlyMap<string, KindBehaviour>;
  /** Seconds that events are kept. */
  readonly eventTtlSeconds: number;
}

/** Every built-in kind: the tables' rows, one definition for each place in the store, with what its own file adds. */
export function builtinDefinitions(options: BuiltinOptions): ResourceDefinition[] {
  const byPlace = new Map<string, ResourceRow[]>();
  for (const row of options.tables.resources) {
    const place = row.keyPrefix ?? `${row.group}/${row.resource}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), row]);
  }
  return [...byPlace.values()].map((rows) => definitionOf(rows, options));
}

function definitionOf(rows: readonly ResourceRow[], options: BuiltinOptions): ResourceDefinition {
  const [first] = rows;
  if (first === undefined) throw new TypeError("a definition is made of at least one row");
  const main = rows.find((row) => groupVersion(row.group, row.version) === first.storageVersion) ?? first;
  const behaviour = options.behaviours.get(`${main.group}/${main.kind}`) ?? {};
  const hubVersion = groupVersion(main.group, main.version);
  const served = rows.map((row) => servedVersion(row, behaviour, hubVersion, options));
  const hub = served[rows.indexOf(main)] as ServedVersion;
  const strategy = mainStrategy(main, hub.schema, behaviour);
  const key = `${hubVersion}/${main.resource}`;
  const selectors = options.tables.fieldSelectors[key];
  return {
    group: main.group,
    kind: main.kind,
    listKind: `${main.kind}List`,
    plural: main.resource,
    singular: main.singular,
    shortNames: main.shortNames ?? [],
    categories: main.categories ?? [],
    scope: main.namespaced ? "Namespaced" : "Cluster",
    keyPrefix: main.keyPrefix,
    ...(main.storageVersion === undefined || main.storageVersion === hubVersion ? {} : { storedVersion: main.storageVersion }),
    ...(main.encoding === "json" ? { storedAsJson: true } : {}),
    served,
    hub,
    verbs: main.verbs,
    subresources: new Map((main.subresources ?? []).map((row) => [row.name, subresource(row, main, strategy, behaviour, options)])),
    strategy,
    columns: columns(options.tables.columns[key] ?? [], main, behaviour),
    ...(behaviour.rowConditions === undefined ? {} : { rowConditions: behaviour.rowConditions }),
    ...(behaviour.rowOrder === undefined ? {} : { rowOrder: behaviour.rowOrder }),
    selectableFields: selectableFields(selectors, behaviour),
    unknownFieldText: (label) => selectors?.unknownLabelError.replaceAll("zz", label) ?? `field label not supported: ${label}`,
    ...(main.storageTTLSeconds === undefined ? {} : { ttlSeconds: options.eventTtlSeconds }),
  };
}

function servedVersion(row: ResourceRow, behaviour: KindBehaviour, hubVersion: string, { types }: BuiltinOptions): ServedVersion {
  const apiVersion = groupVersion(row.group, row.version);
  const conversion = apiVersion === hubVersion ? undefined : behaviour.conversions?.[apiVersion];
  if (apiVersion !== hubVersion && conversion === undefined)
    throw new Error(`no conversion of ${row.kind} between ${apiVersion} and ${hubVersion}`);
  const kind = { group: row.group, version: row.version, kind: row.kind };
  let made: ObjectSchema | undefined;
  const schema = (): ObjectSchema => (made ??= schemaOf(types, kind));
  return {
    ...kind,
    get schema() {
      return schema();
    },
    applyDefaults: (object) => {
      applyDefaults(object, schema());
      behaviour.applyDefaults?.(object, apiVersion);
    },
    ...(conversion === undefined ? {} : conversion),
    ...behaviour.versions?.[apiVersion],
    ...(row.storageVersionHash === undefined ? {} : { storageVersionHash: row.storageVersionHash }),
  };
}

function schemaOf(types: TypeTable, kind: { group: string; version: string; kind: string }): ObjectSchema {
  const schema = types.schemaForKind(kind);
  if (schema === undefined) throw new Error(`the tables have no type for ${groupVersion(kind.group, kind.version)} ${kind.kind}`);
  return schema;
}

const GARBAGE_COLLECTION: Readonly<Record<string, Strategy["defaultGarbageCollection"]>> = {
  Unsupported: "unsupported",
  OrphanDependents: "orphan",
};

/** The strategy that the tables describe; the kind's own functions run after the tables'. */
function mainStrategy(row: ResourceRow, schema: ObjectSchema, behaviour: KindBehaviour): Strategy {
  const own = behaviour.strategy ?? {};
  const bumps = (row.generationBumpedBy ?? [])
    .filter((path) => path === "metadata.annotations" || path === "metadata.labels" || !path.startsWith("metadata."))
    .map((path) => path.split("."));
  const keeps = keepOld(row.onUpdateKeepsOld);
  return {
    nameRule: subdomainNames,
    allowCreateOnUpdate: row.allowCreateOnUpdate ?? false,
    allowUnconditionalUpdate: row.allowUnconditionalUpdate ?? true,
    defaultGarbageCollection: GARBAGE_COLLECTION[row.defaultGCPolicy ?? ""] ?? "background",
    returnDeletedObject: row.returnDeletedObject ?? false,
    generationOnCreate: row.generationSetOnCreate ?? false,
    metadataChecks: metadataChecksOf(row.group, row.kind),
    ...(bumps.length === 0
      ? {}
      : { generationChanged: (object, old) => bumps.some((path) => !equalJson(valueAt(object, path), valueAt(old, path))) }),
    ...(row.resetFields === undefined ? {} : { resetFields: row.resetFields }),
    ...own,
    prepareForCreate: (object, context) => {
      if (row.statusResetOnCreate) resetStatus(object, schema);
      own.prepareForCreate?.(object, context);
    },
    prepareForUpdate: (object, old, context) => {
      keeps(object, old);
      own.prepareForUpdate?.(object, old, context);
    },
  };
}

/** status as the original writes it where nobody has: absent, or with its zero values. */
function resetStatus(object: KubeObject, schema: ObjectSchema): void {
  const zero = schema.fields.get("status")?.zero;
  if (zero === undefined) delete object["status"];
  else object["status"] = copyJson(zero) as JsonValue;
}

/** Subresources that stream or proxy, though the tables give them the kind of their object. */
const STREAMS: ReadonlySet<string> = new Set(["log"]);

/** Where each kind with a scale keeps its label selector. */
const SCALE_SELECTOR = "spec.selector";

function subresource(
  row: SubresourceRow,
  parent: ResourceRow,
  main: Strategy,
  behaviour: KindBehaviour,
  { types }: BuiltinOptions,
): Subresource {
  const verbs: readonly Verb[] = row.verbs;
  const kindVersion = parseGroupVersion(row.kindGroupVersion || groupVersion(parent.group, parent.version)) as {
    group: string;
    version: string;
  };
  if (row.connectMethods !== undefined || STREAMS.has(row.name)) return { type: "connect", verbs, kind: row.kind, ...kindVersion };
  if (row.name === "scale")
    return { type: "scale", verbs, specReplicas: "spec.replicas", statusReplicas: "status.replicas", selector: SCALE_SELECTOR };
  if (row.kind !== parent.kind)
    return { type: "action", verbs, ...kindVersion, kind: row.kind, schema: schemaOf(types, { ...kindVersion, kind: row.kind }) };
  const own = behaviour.subresources?.[row.name] ?? {};
  return {
    type: "object",
    verbs,
    strategy: {
      nameRule: main.nameRule,
      defaultGarbageCollection: main.defaultGarbageCollection,
      returnDeletedObject: main.returnDeletedObject,
      allowCreateOnUpdate: false,
      allowUnconditionalUpdate: row.allowUnconditionalUpdate ?? true,
      ...(row.resetFields === undefined ? {} : { resetFields: row.resetFields }),
      prepareForUpdate: keepOld(row.onUpdateKeepsOld),
      ...own,
    },
  };
}

function columns(rows: readonly ColumnRow[], resource: ResourceRow, behaviour: KindBehaviour): Column[] {
  const told = rows.map(({ name, type, format = "", priority = 0 }): Column => ({
    name,
    type: type as Column["type"],
    format,
    priority,
    description: columnDescription(name, resource.kind),
    cell: behaviour.cells?.[name] ?? sharedCells.get(name) ?? missingCell,
  }));
  const untold = (behaviour.untoldCells ?? []).map((cell): Column => ({
    name: "",
    type: "string",
    format: "",
    priority: 0,
    description: "",
    untold: true,
    cell,
  }));
  return [...told, ...untold];
}

/** Texts of the columns that every kind has. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "RuntimeClass/Handler": "",
  "Name": "Name of the object, unique in its namespace or, for kinds without one, in the cluster.",
  "Age": "Time since the object was created.",
};

function columnDescription(name: string, kind: string): string {
  return DESCRIPTIONS[`${kind}/${name}`] ?? DESCRIPTIONS[name] ?? `${name} of the ${kind}.`;
}

/** Columns that many kinds have. */
const sharedCells: ReadonlyMap<string, Column["cell"]> = new Map<string, Column["cell"]>([
  ["Name", nameCell],
  ["Age", ageCell],
  ["Created At", createdCell],
]);

/** A column whose kind has not said yet how it is read. */
const missingCell: Column["cell"] = () => "<unknown>";

function selectableFields(
  row: FieldSelectorRow | undefined,
  behaviour: KindBehaviour,
): ReadonlyMap<string, (object: KubeObject) => string> {
  const fields = new Map<string, (object: KubeObject) => string>([
    ["metadata.name", (object) => object.metadata.name ?? ""],
    ["metadata.namespace", (object) => object.metadata.namespace ?? ""],
  ]);
  for (const label of row?.supported ?? []) {
    const own = behaviour.selectableFields?.[label];
    if (own !== undefined) fields.set(label, own);
    else if (!fields.has(label)) {
      const path = label.split(".");
      fields.set(label, (object) => scalarText(valueAt(object, path)));
    }
  }
  for (const label of row?.alwaysEmpty ?? []) if (!fields.has(label)) fields.set(label, () => "");
  return fields;
}

function scalarText(value: ReadonlyJson | undefined): string {
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}
