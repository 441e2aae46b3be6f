import type { JsonValue } from "../../object/json.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { PODS } from "../../object/resource-ids.ts";
import { isExtendedResource } from "../../resources/pod-spec/resource-names.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns, specOf } from "../attributes.ts";

/** Nodes with special hardware are tainted by its name; pods that ask for it may go there. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: "ExtendedResourceToleration",
  handles: (attributes) => concerns(attributes, PODS, "CREATE", "UPDATE"),
  mutate(attributes) {
    const spec = specOf(attributes);
    const names = new Set<string>();
    for (const list of ["containers", "initContainers"])
      for (const container of objectsIn(spec, list))
        for (const name of Object.keys(objectIn(objectIn(container, "resources"), "requests")))
          if (isExtendedResource(name)) names.add(name);
    if (names.size === 0) return;
    const tolerations: JsonValue[] = Array.isArray(spec["tolerations"]) ? [...spec["tolerations"]] : [];
    for (const key of [...names].sort()) {
      const wanted = { key, operator: "Exists", effect: "NoSchedule" };
      const isThere = objectsIn({ tolerations }, "tolerations").some(
        (one) =>
          stringIn(one, "key") === key &&
          stringIn(one, "operator") === "Exists" &&
          stringIn(one, "effect") === "NoSchedule" &&
          stringIn(one, "value") === "",
      );
      if (!isThere) tolerations.push(wanted);
    }
    spec["tolerations"] = tolerations;
  },
};
