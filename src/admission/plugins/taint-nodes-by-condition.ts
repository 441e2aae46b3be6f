import { isObject } from "../../object/json.ts";
import { objectsIn, stringIn } from "../../object/read.ts";
import { NODES } from "../../object/resource-ids.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns } from "../attributes.ts";

const NOT_READY = "node.kubernetes.io/not-ready";

/** A new node takes no pods until its conditions say that it is ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: "TaintNodesByCondition",
  handles: (attributes) => concerns(attributes, NODES, "CREATE"),
  mutate({ object }) {
    if (object === undefined) return;
    const spec = isObject(object["spec"]) ? object["spec"] : {};
    const taints = objectsIn(spec, "taints");
    if (taints.some((taint) => stringIn(taint, "key") === NOT_READY && stringIn(taint, "effect") === "NoSchedule")) return;
    const present = Array.isArray(spec["taints"]) ? spec["taints"] : [];
    object["spec"] = { ...spec, taints: [...present, { key: NOT_READY, effect: "NoSchedule" }] };
  },
};
