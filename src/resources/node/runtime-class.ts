import { dnsLabel } from "../../object/names.ts";
import { stringIn } from "../../object/read.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { findChangeFaults, findFaults } from "../../validation/check.ts";
import { labels } from "../../validation/labels.ts";
import { optional, required } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { each, fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { overhead } from "../pod-spec/resources.ts";
import { toleration } from "../pod-spec/tolerations.ts";

const rules = fields({
  handler: required(text(dnsLabel)),
  overhead: optional(fields({ podFixed: overhead })),
  scheduling: optional(fields({ nodeSelector: labels, tolerations: each(toleration) })),
});
const updates = changes({ handler: immutable("field is immutable", (value) => value ?? "") });

export const runtimeClass: KindBehaviour = {
  strategy: {
    validate: (object) => findFaults(rules, object),
    validateUpdate: (object, old) => [...findChangeFaults(updates, object, old), ...findFaults(rules, object)],
  },
  cells: { Handler: (object) => stringIn(object, "handler") },
};
