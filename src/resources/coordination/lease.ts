import { isObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { findFaults } from "../../validation/check.ts";
import { optional } from "../../validation/presence.ts";
import { atLeast, nonNegative } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";

const rules = fields({
  spec: fields({ leaseDurationSeconds: optional(atLeast(1, "must be greater than 0")), leaseTransitions: optional(nonNegative) }),
});

/** Members of coordinated leader election, which is off (KEP-4355). */
function dropDisabledFields({ spec }: KubeObject): void {
  if (!isObject(spec)) return;
  delete spec["strategy"];
  delete spec["preferredHolder"];
}

/** What Leases do beyond the tables. */
export const lease: KindBehaviour = {
  strategy: {
    prepareForCreate: dropDisabledFields,
    prepareForUpdate: dropDisabledFields,
    validate: (object) => findFaults(rules, object),
    validateUpdate: (object) => findFaults(rules, object),
  },
  cells: { Holder: (object) => stringIn(objectIn(object, "spec"), "holderIdentity") },
};
