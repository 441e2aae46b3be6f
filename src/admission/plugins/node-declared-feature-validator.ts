import { objectIn, stringIn } from "../../object/read.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns, refuse } from "../attributes.ts";
import { NODES, type ClusterView } from "../cluster-view.ts";

/**
 * A pod that runs is changed only as its node can follow (KEP-5328). No field that an update of the pod itself may change
 * needs a feature that nodes declare in v1.36, so what is left is that there must be a node that could declare some.
 */
export function nodeDeclaredFeatureValidator(view: ClusterView): AdmissionPlugin {
  return {
    name: "NodeDeclaredFeatureValidator",
    handles: (attributes) => concerns(attributes, "", "pods", "UPDATE"),
    async validate(attributes) {
      const name = stringIn(objectIn(attributes.object ?? {}, "spec"), "nodeName");
      if (name === "" || (await view.get(NODES, "", name)) !== undefined) return;
      throw refuse(attributes, `node ${JSON.stringify(name)} not found`);
    },
  };
}
