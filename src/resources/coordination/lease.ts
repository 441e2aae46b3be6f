import { objectIn, stringIn } from "../../object/read.ts";
import { findFaults } from "../../validation/check.ts";
import { optional } from "../../validation/presence.ts";
import { atLeast, nonNegative } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";

const rules = fields({
  spec: fields({ leaseDurationSeconds: optional(atLeast(1, "must be greater than 0")), leaseTransitions: optional(nonNegative) }),
});

/** What Leases do beyond the tables. */
export const lease: KindBehaviour = {
  strategy: { validate: (object) => findFaults(rules, object), validateUpdate: (object) => findFaults(rules, object) },
  cells: { Holder: (object) => stringIn(objectIn(object, "spec"), "holderIdentity") },
};
