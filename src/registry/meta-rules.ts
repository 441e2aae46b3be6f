import type { MetaRules } from "../validation/object-meta.ts";
import { strategyOf, type Endpoint } from "./endpoint.ts";

/** What the rules of metadata must know of the kind behind an endpoint. */
export function metaRules(endpoint: Endpoint): MetaRules {
  const { definition } = endpoint;
  return {
    namespaced: definition.scope === "Namespaced",
    nameRule: strategyOf(endpoint).nameRule,
    qualifiedFinalizers: !definition.custom,
  };
}
