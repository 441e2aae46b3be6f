import type { ResourceRef } from "../object/status.ts";
import type { ResourceDefinition, ServedVersion, Strategy, Subresource } from "../resources/definition.ts";

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

function keyPrefix(definition: ResourceDefinition): string {
  if (definition.keyPrefix === undefined) throw new TypeError(`${definition.plural} are not stored`);
  return definition.keyPrefix;
}
