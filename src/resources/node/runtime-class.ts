import { duplicateField } from "../../object/field-error.ts";
import { equalJson, type ReadonlyJson } from "../../object/json.ts";
import { dnsLabel } from "../../object/names.ts";
import { asList, asObject, stringIn } from "../../object/read.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { findChangeFaults, findFaults, skippingAbsent, type Check } from "../../validation/check.ts";
import { labels } from "../../validation/labels.ts";
import { optional, required } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { overhead } from "../pod-spec/resources.ts";
import { tolerationShown } from "../pod-spec/shown-members.ts";
import { shownAs } from "../pod-spec/shown.ts";
import { toleration } from "../pod-spec/tolerations.ts";

/** Each toleration once. */
const distinctTolerations: Check = skippingAbsent((value, at, faults) => {
  const seen: ReadonlyJson[] = [];
  for (const [index, item] of asList(value).entries()) {
    if (seen.some((one) => equalJson(one, item))) faults.push(duplicateField(at.index(index), shownAs(asObject(item), tolerationShown)));
    seen.push(item);
  }
});

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
    validateUpdate: (object, old) => [...findChangeFaults(updates, object, old), ...findFaults(rules, object)],
  },
  cells: { Handler: (object) => stringIn(object, "handler") },
};
