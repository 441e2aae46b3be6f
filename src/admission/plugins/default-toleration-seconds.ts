import { isObject } from "../../object/json.ts";
import { objectsIn, stringIn } from "../../object/read.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns } from "../attributes.ts";

const TAINTS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
/** How long a pod stays on a node that is gone, unless it says otherwise. */
const SECONDS = 300;

/** Pods tolerate a lost node for a while (concepts/scheduling-eviction/taint-and-toleration). */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: "DefaultTolerationSeconds",
  handles: (attributes) => concerns(attributes, "", "pods", "CREATE", "UPDATE"),
  mutate({ object }) {
    const spec = object?.["spec"];
    if (!isObject(spec)) return;
    const present = objectsIn(spec, "tolerations");
    const tolerates = (taint: string): boolean =>
      present.some(
        (toleration) => ["", taint].includes(stringIn(toleration, "key")) && ["", "NoExecute"].includes(stringIn(toleration, "effect")),
      );
    const missing = TAINTS.filter((taint) => !tolerates(taint));
    if (missing.length === 0) return;
    const tolerations = Array.isArray(spec["tolerations"]) ? spec["tolerations"] : [];
    spec["tolerations"] = [
      ...tolerations,
      ...missing.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: SECONDS })),
    ];
  },
};
