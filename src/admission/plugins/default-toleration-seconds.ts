import { isObject } from "../../object/json.ts";
import { objectsIn, stringIn } from "../../object/read.ts";
import { PODS } from "../../object/resource-ids.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns } from "../attributes.ts";

/** How long pods stay on a node that is not ready, or not reached, unless they say otherwise. */
export interface TolerationSeconds {
  readonly notReady: number;
  readonly unreachable: number;
}

const TAINTS = [
  ["node.kubernetes.io/not-ready", "notReady"],
  ["node.kubernetes.io/unreachable", "unreachable"],
] as const;

/** Pods tolerate a lost node for a while (concepts/scheduling-eviction/taint-and-toleration). */
export function defaultTolerationSeconds(seconds: TolerationSeconds): AdmissionPlugin {
  return {
    name: "DefaultTolerationSeconds",
    handles: (attributes) => concerns(attributes, PODS, "CREATE", "UPDATE"),
    mutate({ object }) {
      const spec = object?.["spec"];
      if (!isObject(spec)) return;
      const present = objectsIn(spec, "tolerations");
      const tolerates = (taint: string): boolean =>
        present.some(
          (toleration) => ["", taint].includes(stringIn(toleration, "key")) && ["", "NoExecute"].includes(stringIn(toleration, "effect")),
        );
      const missing = TAINTS.filter(([taint]) => !tolerates(taint));
      if (missing.length === 0) return;
      const tolerations = Array.isArray(spec["tolerations"]) ? spec["tolerations"] : [];
      spec["tolerations"] = [
        ...tolerations,
        ...missing.map(([key, which]) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: seconds[which] })),
      ];
    },
  };
}
