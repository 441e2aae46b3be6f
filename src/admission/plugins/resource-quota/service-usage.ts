import type { Quantity } from "../../../object/quantity.ts";
import { wholeQuantity } from "../../../object/quantity.ts";
import { numberIn, objectIn, objectsIn, stringIn } from "../../../object/read.ts";
import { writesItself } from "../../attributes.ts";
import { ONE, type UsageRule } from "./usage-rule.ts";

const RESOURCES: ReadonlySet<string> = new Set(["count/services", "services", "services.nodeports", "services.loadbalancers"]);

/** Services are counted, and by what they take of the outside: load balancers and node ports, as their type intends. */
export const serviceUsage: UsageRule = {
  handles: writesItself,
  matching: (names) => names.filter((name) => RESOURCES.has(name)),
  usage(service) {
    const spec = objectIn(service, "spec");
    const ports = objectsIn(spec, "ports");
    const type = stringIn(spec, "type");
    const balanced = type === "LoadBalancer";
    // Ports are not given yet: what will be taken follows from what is asked for.
    const nodePorts =
      balanced && spec["allocateLoadBalancerNodePorts"] === false ? ports.filter((port) => numberIn(port, "nodePort") !== 0) : ports;
    return new Map<string, Quantity>([
      ["count/services", ONE],
      ["services", ONE],
      ["services.loadbalancers", wholeQuantity(balanced ? 1n : 0n)],
      ["services.nodeports", wholeQuantity(BigInt(balanced || type === "NodePort" ? nodePorts.length : 0))],
    ]);
  },
  inScope: () => false,
};
