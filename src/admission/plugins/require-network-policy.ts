import { labelSelectorFromObject, matchesLabels, SelectorError, type LabelSelectorObject } from "../../object/label-selector.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn } from "../../object/read.ts";
import { NAMESPACES, NETWORK_POLICIES, PODS } from "../../object/resource-ids.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns, refuse } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";

/** Namespaces with this label, of value "true", take only pods that a NetworkPolicy selects. */
const REQUIRE_NETWORK_POLICY = "binnacle.io/require-network-policy";

/**
 * Pods of a namespace that asks for it must be selected by a NetworkPolicy when they come, so that none is open to all by
 * oversight. Ours, not the original's; what the policies say is for the network to enforce.
 */
export function requireNetworkPolicy(view: ClusterView): AdmissionPlugin {
  return {
    name: "RequireNetworkPolicy",
    handles: (attributes) => concerns(attributes, PODS, "CREATE"),
    async validate(attributes) {
      const namespace = await view.get(NAMESPACES, "", attributes.namespace);
      if (namespace?.metadata.labels?.[REQUIRE_NETWORK_POLICY] !== "true") return;
      const labels = attributes.object?.metadata.labels ?? {};
      const policies = await view.list(NETWORK_POLICIES, attributes.namespace);
      if (policies.some((policy) => selects(policy, labels))) return;
      throw refuse(
        attributes,
        `namespace ${JSON.stringify(attributes.namespace)} requires that a NetworkPolicy selects the pod, and none does`,
      );
    },
  };
}

function selects(policy: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  const selector = objectIn(objectIn(policy, "spec"), "podSelector") as LabelSelectorObject;
  try {
    return matchesLabels(labelSelectorFromObject(selector), labels);
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}
