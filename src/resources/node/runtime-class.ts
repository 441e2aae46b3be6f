import { dnsLabel } from "../../object/names.ts";
import { stringIn } from "../../object/read.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { findChangeFaults, findFaults } from "../../validation/check.ts";
import { labels } from "../../validation/labels.ts";
import { uniqueKeys } from "../../validation/lists.ts";
import { optional, required } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { overhead } from "../pod-spec/resources.ts";
import { tolerationShown } from "../pod-spec/shown-members.ts";
import { shownAs } from "../pod-spec/shown.ts";
import { toleration } from "../pod-spec/tolerations.ts";

/** Each toleration once; how long one holds makes it no other. */
const distinctTolerations = uniqueKeys(
  (item) => JSON.stringify(["key", "operator", "value", "effect"].map((member) => stringIn(item, member))),
  undefined,
  (item) => shownAs(item, tolerationShown),
);

const rules = fields({
  handler: required(text(dnsLabel)),
  // The original tells of amounts as if they stood in the overhead itself.
  overhead: optional(struct((object, at, faults) => overhead(object["podFixed"], at, faults, undefined))),
  scheduling: optional(fields({ nodeSelector: labels, tolerations: all(each(toleration), distinctTolerations) })),
});
const updates = changes({ handler: immutable("field is immutable", (value) => value ?? "") });

/** What RuntimeClasses do beyond the tables. */
export const runtimeClass: KindBehaviour = {
  strategy: {
    validate: (object) => findFaults(rules, object),
    validateUpdate: (object, old) => [...findFaults(rules, object), ...findChangeFaults(updates, object, old)],
  },
  cells: { Handler: (object) => stringIn(object, "handler") },
};
