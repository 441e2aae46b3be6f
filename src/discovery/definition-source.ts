import type { ReadonlyJsonObject } from "../object/json.ts";
import { groupVersion } from "../object/kube-object.ts";
import type { ResourceDefinition } from "../resources/definition.ts";

/** Where documents find what is served. */
export interface DefinitionSource {
  all(): Iterable<ResourceDefinition>;
  /** Rises with every change; documents of an older generation are made anew. */
  readonly generation: number;
}

/** A group version that another server answers for. */
export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  /** What is known of it: a version of an APIGroupDiscovery. */
  readonly discovery: ReadonlyJsonObject;
}

/** Group versions of other servers. */
export interface RemoteSource {
  remoteVersions(): Iterable<RemoteVersion>;
  /** As of definitions. */
  readonly generation: number;
}

/** The definitions of each group version, "stable.example.com/v1", in their order: documents are made by group version. */
export function byGroupVersion(definitions: DefinitionSource): ReadonlyMap<string, readonly ResourceDefinition[]> {
  const found = new Map<string, ResourceDefinition[]>();
  for (const definition of definitions.all()) {
    for (const { group, version } of definition.served) {
      const key = groupVersion(group, version);
      const others = found.get(key);
      if (others === undefined) found.set(key, [definition]);
      else others.push(definition);
    }
  }
  return found;
}

/** The groups that are served, and the versions of each, in the order of the definitions. */
export function servedGroups(definitions: DefinitionSource): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const { served } of definitions.all()) {
    for (const { group, version } of served) groups.set(group, (groups.get(group) ?? new Set()).add(version));
  }
  return groups;
}
