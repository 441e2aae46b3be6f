import { setOwn } from "../../object/json.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { BINDINGS, NODES, PODS } from "../../object/resource-ids.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { concerns, goesThrough } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";

const COPIED = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/** Tells a pod where it runs: what its node's labels say of zone and region, at binding (KEP-4742). */
export function podTopologyLabels(view: ClusterView): AdmissionPlugin {
  return {
    name: "PodTopologyLabels",
    handles: (attributes) => concerns(attributes, PODS, "CREATE") || binds(attributes),
    async mutate(attributes) {
      const { object } = attributes;
      if (object === undefined) return;
      const isPod = !binds(attributes);
      const target = objectIn(object, "target");
      // What binds to something else than a node is refused elsewhere.
      if (!isPod && !["", "Node"].includes(stringIn(target, "kind"))) return;
      const name = isPod ? stringIn(objectIn(object, "spec"), "nodeName") : stringIn(target, "name");
      if (name === "") return;
      const labels = (await view.get(NODES, "", name))?.metadata.labels ?? {};
      for (const key of COPIED) {
        const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
        if (value !== undefined) setOwn((object.metadata.labels ??= {}), key, value);
      }
    },
  };
}

/** Whether a pod is bound: below it, or by the older kind. */
function binds(attributes: AdmissionAttributes): boolean {
  return goesThrough(attributes, PODS, "binding", "CREATE") || concerns(attributes, BINDINGS, "CREATE");
}
