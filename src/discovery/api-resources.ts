import { groupVersion, type GroupVersionKind } from "../object/kube-object.ts";
import { compareTexts } from "../object/text-order.ts";
import { subresourceKind } from "../resources/subresource-kind.ts";
import type { ResourceDefinition, ServedVersion, Subresource, Verb } from "../resources/definition.ts";

/** A resource or subresource of one group version, as both forms of discovery tell it. */
export interface ServedRow {
  readonly resource: string;
  /** Undefined for the resource itself. */
  readonly subresource: string | undefined;
  readonly definition: ResourceDefinition;
  readonly verbs: readonly Verb[];
  readonly kind: string;
  /** Of the kind, where it is not that of the path. */
  readonly kindVersion: { readonly group: string; readonly version: string } | undefined;
  readonly storageVersionHash: string | undefined;
}

/** What one group version serves, in the order of the paths. */
export function servedRows(definitions: Iterable<ResourceDefinition>, group: string, version: string): ServedRow[] {
  const rows: ServedRow[] = [];
  for (const definition of definitions) {
    const served = definition.served.find((one) => one.group === group && one.version === version);
    if (served === undefined) continue;
    rows.push({
      resource: definition.plural,
      subresource: undefined,
      definition,
      verbs: definition.custom === true ? [...(definition.shownVerbs ?? definition.verbs)] : sorted(definition.verbs),
      kind: served.kind,
      kindVersion: undefined,
      storageVersionHash: served.storageVersionHash,
    });
    for (const [name, subresource] of (served.own ?? definition).subresources)
      rows.push(subresourceRow(definition, served, name, subresource));
  }
  return rows.sort((a, b) => compareTexts(pathOf(a), pathOf(b)));
}

function subresourceRow(definition: ResourceDefinition, served: ServedVersion, name: string, subresource: Subresource): ServedRow {
  const { kind, group, version } = subresourceKind(served, subresource);
  return {
    resource: definition.plural,
    subresource: name,
    definition,
    verbs: definition.custom === true ? [...subresource.verbs] : sorted(subresource.verbs),
    kind,
    kindVersion: group === served.group && version === served.version ? undefined : { group, version },
    storageVersionHash: undefined,
  };
}

/** The APIResourceList of a group version. */
export function apiResourceList(rows: readonly ServedRow[], group: string, version: string) {
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }), // the original leaves it out of the core group's list
    groupVersion: groupVersion(group, version),
    resources: rows.map((row) => {
      const main = row.subresource === undefined;
      const { singular, scope, shortNames, categories } = row.definition;
      return {
        name: pathOf(row),
        singularName: main ? singular : "",
        namespaced: scope === "Namespaced",
        ...row.kindVersion,
        kind: row.kind,
        verbs: row.verbs,
        ...(main && shortNames.length > 0 ? { shortNames } : {}),
        ...(main && categories.length > 0 ? { categories } : {}),
        ...(row.storageVersionHash === undefined ? {} : { storageVersionHash: row.storageVersionHash }),
      };
    }),
  };
}

/** The same as one version of an APIGroupDiscovery (KEP-3352): subresources lie in their resources. */
export function apiVersionDiscovery(rows: readonly ServedRow[], version: string) {
  const below = new Map<ResourceDefinition, { subresource: string; responseKind: GroupVersionKind; verbs: readonly Verb[] }[]>();
  for (const row of rows) {
    if (row.subresource === undefined) continue;
    const shown = { subresource: row.subresource, responseKind: responseKind(row), verbs: row.verbs };
    below.set(row.definition, [...(below.get(row.definition) ?? []), shown]);
  }
  const resources = rows
    .filter((row) => row.subresource === undefined)
    .map((row) => {
      const { definition } = row;
      const { singular, scope, shortNames, categories } = definition;
      const subresources = below.get(definition) ?? [];
      return {
        resource: row.resource,
        responseKind: responseKind(row),
        scope,
        singularResource: singular,
        verbs: row.verbs,
        ...(shortNames.length > 0 ? { shortNames } : {}),
        ...(categories.length > 0 ? { categories } : {}),
        ...(subresources.length > 0 ? { subresources } : {}),
      };
    });
  return { version, resources, freshness: "Current" };
}

function responseKind({ kind, kindVersion }: ServedRow) {
  return { group: kindVersion?.group ?? "", version: kindVersion?.version ?? "", kind };
}

function pathOf({ resource, subresource }: ServedRow): string {
  return subresource === undefined ? resource : `${resource}/${subresource}`;
}

function sorted(verbs: readonly Verb[]): Verb[] {
  return [...verbs].sort();
}
