import type { MetaRules } from "../validation/object-meta.ts";
import { strategyOf, type Endpoint } from "./endpoint.ts";

/** Groups whose kinds take any qualified name as a finalizer. */
const FREE_FINALIZERS: ReadonlySet<string> = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "coordination.k8s.io",
]);

/** What the rules of metadata must know of the kind behind an endpoint. */
export function metaRules(endpoint: Endpoint): MetaRules {
  const { definition } = endpoint;
  const strategy = strategyOf(endpoint);
  return {
    namespaced: definition.scope === "Namespaced",
    nameRule: strategy.nameRule,
    qualifiedFinalizers: definition.custom !== true && !FREE_FINALIZERS.has(definition.group),
    updates: strategy.metadataChecks ?? { asChanged: 1, asWhole: endpoint.subresource === undefined ? 1 : 0 },
  };
}
