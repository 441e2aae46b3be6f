import { forbiddenField, type FieldError } from "../../object/field-error.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { booleanIn, numberIn, stringIn } from "../../object/read.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { findChangeFaults, findFaults } from "../../validation/check.ts";
import { required } from "../../validation/presence.ts";
import { oneOf } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";

/** Greatest value that a user's class may have; what lies above is the system's. */
const USER_MAXIMUM = 1_000_000_000;
const SYSTEM_PREFIX = "system-";
/** The system's own classes and their values (concepts/scheduling-eviction/pod-priority-preemption). */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};

const rules = fields({ preemptionPolicy: required(oneOf("PreemptLowerPriority", "Never")) });
const updates = changes({ preemptionPolicy: immutable() });

/** What PriorityClasses do beyond the tables. */
export const priorityClass: KindBehaviour = {
  applyDefaults: (object) => {
    object["preemptionPolicy"] ??= "PreemptLowerPriority";
  },
  strategy: {
    validate: (object) => [...valueFaults(object), ...findFaults(rules, object)],
    validateUpdate: (object, old) => [
      ...(numberIn(object, "value") === numberIn(old, "value") ? [] : [forbiddenField("value", "may not be changed in an update.")]),
      ...findChangeFaults(updates, object, old),
    ],
  },
  cells: {
    "Value": (object) => numberIn(object, "value"),
    "Global-Default": (object) => booleanIn(object, "globalDefault"),
    "PreemptionPolicy": (object) => stringIn(object, "preemptionPolicy"),
  },
};

function valueFaults(object: KubeObject): FieldError[] {
  if (!(object.metadata.name ?? "").startsWith(SYSTEM_PREFIX)) {
    const tooHigh = numberIn(object, "value") > USER_MAXIMUM;
    return tooHigh ? [forbiddenField("value", `maximum allowed value of a user defined priority is ${USER_MAXIMUM}`)] : [];
  }
  const problem = systemProblem(object);
  if (problem === undefined) return [];
  const detail = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${problem}`;
  return [forbiddenField("metadata.name", detail)];
}

/** What keeps a class with a reserved name from being the one that every cluster has. */
function systemProblem(object: KubeObject): string | undefined {
  const name = object.metadata.name ?? "";
  const known = Object.hasOwn(SYSTEM_CLASSES, name) ? SYSTEM_CLASSES[name] : undefined;
  if (known === undefined) return `${name} is not a known system priority class`;
  if (known !== numberIn(object, "value")) return `value of ${name} PriorityClass must be ${known}`;
  return booleanIn(object, "globalDefault") ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}
