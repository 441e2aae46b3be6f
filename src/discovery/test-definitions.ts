import { readFileSync } from "node:fs";
import { groupVersion, parseGroupVersion } from "../object/kube-object.ts";
import type { ResourceDefinition, ServedVersion, Strategy, Subresource, Verb } from "../resources/definition.ts";
import { loadTypes, type TypeTable } from "../schema/load.ts";
import type { GroupVersions } from "./group-order.ts";

const DATA = new URL("../../../data/kubernetes-v1.36/", import.meta.url);

interface Row {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly storageVersionHash?: string;
  readonly keyPrefix?: string;
  readonly subresources?: readonly { readonly name: string; readonly verbs: readonly Verb[]; readonly kind: string; readonly kindGroupVersion: string; readonly connectMethods?: readonly string[] }[];
}

/** Definitions with what documents need of them, from the release's table, for tests. */
export function testDefinitions(types: TypeTable = loadTypes(DATA)): ResourceDefinition[] {
  const rows = JSON.parse(readFileSync(new URL("resources.json", DATA), "utf8")) as Row[];
  const byPlace = new Map<string, Row[]>();
  for (const row of rows) {
    const place = row.keyPrefix ?? `${row.group}/${row.resource}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), row]);
  }
  return [...byPlace.values()].map((versions) => definition(versions, types));
}

/** The order of groups in the release, for tests. */
export function testPriorities(): readonly GroupVersions[] {
  return (JSON.parse(readFileSync(new URL("discovery.json", DATA), "utf8")) as { groups: GroupVersions[] }).groups;
}

const strategy: Strategy = {
  nameRule: () => [], allowCreateOnUpdate: false, allowUnconditionalUpdate: true, defaultGarbageCollection: "background", returnDeletedObject: false,
};

function definition(rows: readonly Row[], types: TypeTable): ResourceDefinition {
  const main = rows[0] as Row;
  const served = rows.map(({ group, version, kind, storageVersionHash }): ServedVersion => ({
    group, version, kind,
    get schema() {
      return types.schemaForKind({ group, version, kind }) ?? types.schemaFor("io.k8s.apimachinery.pkg.apis.meta.v1.Status");
    },
    ...(storageVersionHash === undefined ? {} : { storageVersionHash }),
  }));
  return {
    group: main.group, kind: main.kind, listKind: `${main.kind}List`, plural: main.resource, singular: main.singular,
    shortNames: main.shortNames ?? [], categories: main.categories ?? [], scope: main.namespaced ? "Namespaced" : "Cluster",
    keyPrefix: main.keyPrefix, served, hub: served[0] as ServedVersion, verbs: main.verbs,
    subresources: new Map((main.subresources ?? []).map((row) => [row.name, subresource(row, main, types)])),
    strategy, columns: [], selectableFields: new Map(),
  };
}

function subresource(row: NonNullable<Row["subresources"]>[number], parent: Row, types: TypeTable): Subresource {
  const { verbs, kind, name } = row;
  const of = parseGroupVersion(row.kindGroupVersion || groupVersion(parent.group, parent.version)) as { group: string; version: string };
  if (row.connectMethods !== undefined || name === "log") return { type: "connect", verbs, kind, ...of };
  if (name === "scale") return { type: "scale", verbs, specReplicas: "spec.replicas", statusReplicas: "status.replicas", selector: "spec.selector" };
  if (kind === parent.kind) return { type: "object", verbs, strategy };
  return { type: "action", verbs, kind, ...of, schema: types.schemaForKind({ ...of, kind }) ?? types.schemaFor("io.k8s.apimachinery.pkg.apis.meta.v1.Status") };
}
