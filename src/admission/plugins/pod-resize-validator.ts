import { objectIn, stringIn } from "../../object/read.ts";
import { quantityMilliValue, quantityValue, zeroQuantity, type Quantity } from "../../object/quantity.ts";
import { NODES } from "../../object/resource-ids.ts";
import { asQuantity } from "../../validation/quantities.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { refuse, resizes } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";
import { podAmounts } from "../pod-amounts.ts";

const AMOUNTS: readonly (readonly [name: string, value: (amount: Quantity) => bigint])[] = [
  ["cpu", quantityMilliValue],
  ["memory", quantityValue],
];

/** A running pod is not made larger than its node (KEP-1287). */
export function podResizeValidator(view: ClusterView): AdmissionPlugin {
  return {
    name: "PodResizeValidator",
    handles: resizes,
    async validate(attributes) {
      const { object, oldObject } = attributes;
      const spec = objectIn(object ?? {}, "spec");
      const name = stringIn(spec, "nodeName");
      if (object === undefined || name === "" || object.metadata.generation === oldObject?.metadata.generation) return;
      const node = await view.get(NODES, "", name);
      if (node === undefined) throw refuse(attributes, `node ${JSON.stringify(name)} not found`);
      const asked = podAmounts(object, "requests");
      const allocatable = objectIn(objectIn(node, "status"), "allocatable");
      const lacking = AMOUNTS.map(([resource, value]) => {
        const [wanted, there] = [value(asked.get(resource) ?? zeroQuantity), value(asQuantity(allocatable[resource]))];
        return wanted > there ? `${resource}, requested: ${wanted}, allocatable: ${there}` : "";
      }).filter((text) => text !== "");
      if (lacking.length > 0)
        throw refuse(attributes, `Node didn't have enough allocatable resources: ${lacking.join("; ")}`, { reason: "NodeCapacity" });
      const system = node.metadata.labels?.["kubernetes.io/os"] ?? "";
      if (system !== "linux")
        throw refuse(attributes, `pod resize is only supported on linux nodes, node ${JSON.stringify(name)} is ${JSON.stringify(system)}`, {
          reason: "UnsupportedPlatform",
        });
    },
  };
}
