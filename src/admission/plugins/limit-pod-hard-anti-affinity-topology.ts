import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { PODS } from "../../object/resource-ids.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns, refuse } from "../attributes.ts";

const HOSTNAME = "kubernetes.io/hostname";

/** One pod may keep others off its node, but not off a whole zone. */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: "LimitPodHardAntiAffinityTopology",
  handles: (attributes) => concerns(attributes, PODS, "CREATE", "UPDATE"),
  validate(attributes) {
    const affinity = objectIn(objectIn(attributes.object ?? {}, "spec"), "affinity");
    for (const term of objectsIn(objectIn(affinity, "podAntiAffinity"), "requiredDuringSchedulingIgnoredDuringExecution")) {
      const key = stringIn(term, "topologyKey");
      if (key === HOSTNAME) continue;
      throw refuse(
        attributes,
        `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${key} but only key ${HOSTNAME} is allowed`,
      );
    }
  },
};
