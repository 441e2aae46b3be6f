import type { ReadonlyJsonObject } from "../object/json.ts";
import { groupVersion, type GroupVersionKind } from "../object/kube-object.ts";
import type { Descriptions } from "../schema/descriptions.ts";
import type { TypeTable } from "../schema/load.ts";
import { openApiDefinition, specialDefinitions } from "../schema/to-openapi.ts";
import type { CustomSchemas } from "./custom-schemas.ts";
import { REF_PREFIX } from "./operation.ts";

/** What definitions are made from. */
export interface DefinitionParts {
  readonly types: TypeTable;
  readonly descriptions: Descriptions;
  /** Types of custom kinds and their lists, by name. */
  readonly customs: CustomSchemas;
}

/**
 * The definitions that are named, and all that they refer to, in the order of their names. Of the kinds that every group
 * version has (DeleteOptions) a document of one group version (`own`) tells the core's and its own.
 */
export function components(names: Iterable<string>, parts: DefinitionParts, own: string | undefined): Record<string, ReadonlyJsonObject> {
  const made = new Map<string, ReadonlyJsonObject>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (made.has(name)) continue;
    const special = specialDefinitions.get(name);
    if (special !== undefined) {
      const description = parts.descriptions.of(name);
      made.set(name, description === undefined ? special : { description, ...special });
      continue;
    }
    const custom = parts.customs(name);
    if (custom !== undefined) {
      made.set(name, custom);
      open.push(...referredDefinitions(custom));
      continue;
    }
    const kinds = documentedKinds(parts.types.kindsOf(name), own);
    made.set(
      name,
      openApiDefinition(parts.types.schemaFor(name), { descriptions: parts.descriptions, kinds, refer: (other) => open.push(other) }),
    );
  }
  return Object.fromEntries([...made].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function documentedKinds(kinds: readonly GroupVersionKind[], own: string | undefined): readonly GroupVersionKind[] {
  if (kinds.length < 2) return kinds;
  return kinds
    .filter(({ group, version }) => own === undefined || group === "" || groupVersion(group, version) === own)
    .sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : a.version < b.version ? -1 : 1));
}

/** The definitions that a document's paths refer to. */
export function referredDefinitions(paths: unknown): Set<string> {
  const names = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      if (key === "$ref" && typeof member === "string") names.add(member.slice(REF_PREFIX.length));
      else walk(member);
    }
  };
  walk(paths);
  return names;
}
