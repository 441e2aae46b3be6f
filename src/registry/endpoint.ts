import type { ResourceRef } from "../object/status.ts";
import type { ResourceDefinition, ServedVersion, Strategy, Subresource } from "../resources/definition.ts";
import type { Definitions } from "../resources/definitions.ts";

/** What a resource request addresses, once it is known that it exists. */
export interface Endpoint {
  readonly definition: ResourceDefinition;
  /** The group version in which the client speaks. */
  readonly served: ServedVersion;
  /** "" for cluster-scoped resources, and for reads across all namespaces. */
  readonly namespace: string;
  /** "" for collections. */
  readonly name: string;
  readonly subresource: { readonly name: string; readonly definition: Subresource } | undefined;
  /** How messages name the resource. */
  readonly ref: ResourceRef;
}

/** A resource that the server itself names. A resource that there is not is a bug: throws. */
export function definitionOf(definitions: Definitions, { group, plural }: ResourceRef): ResourceDefinition {
  const definition = definitions.ofResource(group, plural);
  if (definition === undefined) throw new TypeError(`no resource ${plural}.${group}`);
  return definition;
}

/** Where the server's own reads and writes go: an object in the stored version, or a subresource of it. */
export function ownEndpoint(definitions: Definitions, resource: ResourceRef, namespace: string, name: string, subresource = ""): Endpoint {
  const definition = definitionOf(definitions, resource);
  const sub = definition.subresources.get(subresource);
  return {
    definition,
    served: definition.hub,
    namespace,
    name,
    ref: { group: definition.group, plural: definition.plural },
    subresource: sub && { name: subresource, definition: sub },
  };
}

/** The strategy of the door that was taken: the resource's own or its subresource's. */
export function strategyOf(endpoint: Endpoint): Strategy {
  const sub = endpoint.subresource?.definition;
  return sub?.type === "object" ? sub.strategy : endpoint.definition.strategy;
}

/** The store's key of an object. */
export function objectKey(definition: ResourceDefinition, namespace: string, name: string): string {
  const prefix = keyPrefix(definition);
  return definition.scope === "Namespaced" ? `${prefix}${namespace}/${name}` : prefix + name;
}

/** Where a namespace's objects lie; the whole resource for "" or a cluster-scoped one. */
export function collectionPrefix(definition: ResourceDefinition, namespace: string): string {
  const prefix = keyPrefix(definition);
  return definition.scope === "Namespaced" && namespace !== "" ? `${prefix}${namespace}/` : prefix;
}

/** Where a resource lies in the store. One that is not stored has no place there: throws. */
export function keyPrefix(definition: ResourceDefinition): string {
  if (definition.keyPrefix === undefined) throw new TypeError(`${definition.plural} are not stored`);
  return definition.keyPrefix;
}
