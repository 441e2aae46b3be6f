import type { ResourceDefinition } from "../resources/definition.ts";

/** Where documents find what is served. */
export interface DefinitionSource {
  all(): Iterable<ResourceDefinition>;
  /** Rises with every change; documents of an older generation are made anew. */
  readonly generation: number;
}
