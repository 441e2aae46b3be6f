import type { MetaRules } from "../validation/object-meta.ts";
import { strategyOf, type Endpoint } from "./endpoint.ts";

/** What the rules of metadata must know of the kind behind an endpoint. */
export function metaRules(endpoint: Endpoint): MetaRules {
  const { definition } = endpoint;
  const strategy = strategyOf(endpoint);
  return {
    namespaced: definition.scope === "Namespaced",
    nameRule: strategy.nameRule,
    qualifiedFinalizers: !definition.custom,
    revalidates: strategy.revalidatesMetadata ?? endpoint.subresource === undefined,
  };
}
