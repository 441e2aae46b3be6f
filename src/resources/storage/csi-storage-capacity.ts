import { dnsSubdomain } from "../../object/names.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { findChangeFaults, findFaults } from "../../validation/check.ts";
import { labelSelector } from "../../validation/labels.ts";
import { optional } from "../../validation/presence.ts";
import { nonNegativeQuantity } from "../../validation/quantities.ts";
import { text } from "../../validation/scalars.ts";
import { shownSelector } from "../../validation/selector-shown.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";

const rules = fields({
  nodeTopology: labelSelector(),
  storageClassName: text(dnsSubdomain),
  capacity: optional(nonNegativeQuantity),
});
const updates = changes({
  nodeTopology: immutable("field is immutable", shownSelector),
  storageClassName: immutable("field is immutable", (value) => value ?? ""),
});

/** What CSIStorageCapacities do beyond the tables. */
export const csiStorageCapacity: KindBehaviour = {
  strategy: {
    validate: (object) => findFaults(rules, object),
    validateUpdate: (object, old) => [...findFaults(rules, object), ...findChangeFaults(updates, object, old)],
  },
};
