import { EVENTS, RESOURCE_QUOTAS } from "../../../object/resource-ids.ts";
import type { SystemClient } from "../../../registry/system-client.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../../admission.ts";
import type { ClusterView } from "../../cluster-view.ts";
import { claimUsage } from "./claim-usage.ts";
import type { LimitedResource } from "./configuration.ts";
import { deviceUsage } from "./device-usage.ts";
import { podUsage } from "./pod-usage.ts";
import { QuotaLedger } from "./quota-ledger.ts";
import { serviceUsage } from "./service-usage.ts";
import { objectCount, type UsageRule } from "./usage-rule.ts";

/** Resources that use more than their number. */
const RULES: ReadonlyMap<string, UsageRule> = new Map([
  ["/pods", podUsage],
  ["/services", serviceUsage],
  ["/persistentvolumeclaims", claimUsage],
  ["resource.k8s.io/resourceclaims", deviceUsage],
]);

/**
 * Charges what is created, or grows, to the quotas of its namespace, and refuses what does not fit
 * (concepts/policy/resource-quotas). Stands last, so that only what everybody else let in is charged.
 */
export function resourceQuota(
  view: ClusterView,
  client: Pick<SystemClient, "update">,
  limited: readonly LimitedResource[],
): AdmissionPlugin {
  const ledger = new QuotaLedger(view, client, limited);
  return {
    name: "ResourceQuota",
    handles: (attributes) =>
      (attributes.operation === "CREATE" || attributes.operation === "UPDATE") &&
      attributes.namespace !== "" &&
      attributes.definition.scope === "Namespaced" &&
      !isEvent(attributes) &&
      (attributes.subresource === "" || attributes.subresource === "resize") &&
      (RULES.get(ruleKey(attributes))?.handles(attributes) ?? (attributes.operation === "CREATE" && attributes.subresource === "")),
    async validate(attributes) {
      const { namespace, ref } = attributes;
      const quotas = await view.list(RESOURCE_QUOTAS, namespace);
      if (quotas.length === 0 && limited.length === 0) return;
      await ledger.charge(namespace, { attributes, rule: RULES.get(ruleKey(attributes)) ?? objectCount(ref) });
    },
  };
}

function ruleKey({ definition }: AdmissionAttributes): string {
  return `${definition.group}/${definition.plural}`;
}

/** Events are many and short-lived: nobody counts them. */
function isEvent({ ref }: AdmissionAttributes): boolean {
  return ref.group === EVENTS.group && ref.plural === EVENTS.plural;
}
