import type { DefinitionSource } from "../discovery/definition-source.ts";
import { getOwn, isObject, type ReadonlyJsonObject } from "../object/json.ts";
import { META, REF_PREFIX } from "./operation.ts";

/** How documents name the type of a custom kind: com.example.stable.v1.CronTab. */
export function customDefinitionName(group: string, version: string, kind: string): string {
  return [...group.split(".").reverse(), version, kind].join(".");
}

/** The schema of a custom kind or of its list by definition name; undefined for any other name. */
export type CustomSchemas = (name: string) => ReadonlyJsonObject | undefined;

/**
 * The schemas of the custom kinds of one generation of the definitions: as their CustomResourceDefinitions say, with what
 * every object has. Each is made when a document names it.
 */
export function customSchemas(definitions: DefinitionSource): CustomSchemas {
  let makers: ReadonlyMap<string, () => ReadonlyJsonObject> | undefined;
  return (name) => {
    makers ??= schemaMakers(definitions);
    return makers.get(name)?.();
  };
}

function schemaMakers(definitions: DefinitionSource): Map<string, () => ReadonlyJsonObject> {
  const makers = new Map<string, () => ReadonlyJsonObject>();
  for (const { listKind, served, custom } of definitions.all()) {
    if (custom !== true) continue;
    for (const one of served) {
      const { group, version, kind } = one;
      const name = customDefinitionName(group, version, kind);
      makers.set(name, () => objectSchema(one.openapi ?? {}, [{ group, kind, version }]));
      makers.set(customDefinitionName(group, version, listKind), () => listSchema(kind, name, [{ group, kind: listKind, version }]));
    }
  }
  return makers;
}

const TEXT_MEMBER = (description: string): ReadonlyJsonObject => ({ description, type: "string" });
const API_VERSION = TEXT_MEMBER("The version of the schema that this object is written in.");
const KIND = TEXT_MEMBER("What this object is.");

function objectSchema(openapi: ReadonlyJsonObject, kinds: readonly ReadonlyJsonObject[]): ReadonlyJsonObject {
  const properties = getOwn(openapi, "properties");
  return {
    ...openapi,
    "type": "object",
    "properties": {
      ...(isObject(properties) ? properties : {}),
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { description: "Metadata that every object has.", allOf: [{ $ref: `${REF_PREFIX}${META}.ObjectMeta` }] },
    },
    "x-kubernetes-group-version-kind": kinds,
  };
}

function listSchema(kind: string, item: string, kinds: readonly ReadonlyJsonObject[]): ReadonlyJsonObject {
  return {
    "description": `A list of objects of the kind ${kind}.`,
    "type": "object",
    "required": ["items"],
    "properties": {
      apiVersion: API_VERSION,
      items: { description: "The objects.", type: "array", items: { $ref: `${REF_PREFIX}${item}` } },
      kind: KIND,
      metadata: { description: "Metadata of the list.", allOf: [{ $ref: `${REF_PREFIX}${META}.ListMeta` }] },
    },
    "x-kubernetes-group-version-kind": kinds,
  };
}
