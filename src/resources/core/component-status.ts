import type { ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectsIn, stringIn } from "../../object/read.ts";
import type { KindBehaviour } from "../definition.ts";

function health(object: KubeObject): ReadonlyJsonObject | undefined {
  return objectsIn(object, "conditions").find((condition) => stringIn(condition, "type") === "Healthy");
}

/** What ComponentStatuses do beyond the tables. */
export const componentStatus: KindBehaviour = {
  cells: {
    Status: (object) => {
      const found = health(object);
      if (found === undefined) return "Unknown";
      return stringIn(found, "status") === "True" ? "Healthy" : "Unhealthy";
    },
    Message: (object) => stringIn(health(object) ?? {}, "message"),
    Error: (object) => stringIn(health(object) ?? {}, "error"),
  },
  versions: { v1: { deprecation: "v1 ComponentStatus is deprecated in v1.19+" } },
};
