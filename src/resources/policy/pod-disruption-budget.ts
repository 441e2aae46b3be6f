import { invalidField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects, structAt } from "../../object/parts.ts";
import { isSet, listIn, numberIn, objectIn } from "../../object/read.ts";
import { conditions } from "../../validation/conditions.ts";
import { intOrPercentOfWhole } from "../../validation/int-or-percent.ts";
import { optional } from "../../validation/presence.ts";
import { nonNegative, oneOf } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import { shownSelector } from "../../validation/selector-shown.ts";
import { checkSelectorForm } from "../apps/selector-rules.ts";
import type { KindBehaviour } from "../definition.ts";
import { pathNames } from "../name-rules.ts";
import { specAt } from "../spec-and-status.ts";

const amounts = fields({ minAvailable: optional(intOrPercentOfWhole), maxUnavailable: optional(intOrPercentOfWhole) });
const policies = fields({ unhealthyPodEvictionPolicy: optional(oneOf("AlwaysAllow", "IfHealthyBudget")) });

function checkSpec(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined): FieldError[] {
  const faults: FieldError[] = [];
  if (isSet(spec, "minAvailable") && isSet(spec, "maxUnavailable")) {
    faults.push(invalidField(specAt, shownSpec(spec), "minAvailable and maxUnavailable cannot be both set"));
  }
  amounts(spec, specAt, faults, undefined);
  checkSelectorForm(spec, old, specAt, faults);
  policies(spec, specAt, faults, undefined);
  return faults;
}

function shownSpec(spec: ReadonlyJsonObject): ReadonlyJson {
  return {
    MinAvailable: getOwn(spec, "minAvailable") ?? null,
    Selector: shownSelector(getOwn(spec, "selector")),
    MaxUnavailable: getOwn(spec, "maxUnavailable") ?? null,
    UnhealthyPodEvictionPolicy: getOwn(spec, "unhealthyPodEvictionPolicy") ?? null,
  };
}

const statusRules = fields({
  conditions,
  disruptionsAllowed: nonNegative,
  currentHealthy: nonNegative,
  desiredHealthy: nonNegative,
  expectedPods: nonNegative,
});

function validateStatusUpdate(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  statusRules(objectIn(object, "status"), FieldPath.root.child("status"), faults, undefined);
  return faults;
}

/** A number or percentage of pods as a column shows it. */
const amountCell = (name: string) => (object: KubeObject) => {
  const spec = objectIn(object, "spec");
  return isSet(spec, name) ? String(getOwn(spec, name)) : "N/A";
};

/** The key by which selectors of policy/v1beta1, where an empty one selected nothing, are told in this version. */
const emptySelectorKey = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";

/** Takes that key out of selectors, in place, but for the one that it makes select nothing. */
function dropEmptySelectorKey(object: KubeObject): void {
  const selector = structAt(object, "spec", "selector");
  if (selector === undefined) return;
  const requirements = objects(selector["matchExpressions"]);
  const kept = requirements.filter((one) => one["key"] !== emptySelectorKey);
  if (kept.length === requirements.length) return;
  const [first] = requirements;
  const alone = requirements.length === 1 && Object.keys(objectIn(selector, "matchLabels")).length === 0;
  if (alone && first?.["operator"] === "Exists" && listIn(first, "values").length === 0) return;
  if (kept.length > 0) selector["matchExpressions"] = kept;
  else delete selector["matchExpressions"];
}

/** policy/v1 PodDisruptionBudget beyond the tables. */
export const podDisruptionBudget: KindBehaviour = {
  applyDefaults: dropEmptySelectorKey,
  strategy: {
    nameRule: pathNames,
    checksMetadata: false,
    validate: (object) => checkSpec(objectIn(object, "spec"), undefined),
    validateUpdate: (object, old) => checkSpec(objectIn(object, "spec"), objectIn(old, "spec")),
  },
  subresources: { status: { validateUpdate: validateStatusUpdate } },
  cells: {
    "Min Available": amountCell("minAvailable"),
    "Max Unavailable": amountCell("maxUnavailable"),
    "Allowed Disruptions": (object) => numberIn(objectIn(object, "status"), "disruptionsAllowed"),
  },
};
