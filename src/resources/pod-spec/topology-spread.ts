import { duplicateField, invalidField } from "../../object/field-error.ts";
import { getOwn } from "../../object/json.ts";
import { asList, asObject, isSet, numberIn, stringIn } from "../../object/read.ts";
import { skippingAbsent, type Check } from "../../validation/check.ts";
import { labelSelector } from "../../validation/labels.ts";
import { optional, required } from "../../validation/presence.ts";
import { atLeast, oneOf } from "../../validation/scalars.ts";
import { all, fields, struct, when } from "../../validation/structure.ts";
import { labelKeys } from "./affinity.ts";
import type { PodScope } from "./scope.ts";

const aboveZero = atLeast(1, "must be greater than zero");
const inclusion = oneOf("Honor", "Ignore");

const first: Check = fields({
  maxSkew: aboveZero,
  topologyKey: required(undefined, "can not be empty"),
  whenUnsatisfiable: oneOf("DoNotSchedule", "ScheduleAnyway"),
});

const minDomains: Check = struct((constraint, at, faults, context) => {
  if (!isSet(constraint, "minDomains")) return;
  const place = at.child("minDomains");
  aboveZero(getOwn(constraint, "minDomains"), place, faults, context);
  const action = stringIn(constraint, "whenUnsatisfiable");
  if (action !== "DoNotSchedule") {
    const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
    faults.push(invalidField(place, numberIn(constraint, "minDomains"), detail));
  }
});

const inclusionPolicies: Check = fields({ nodeAffinityPolicy: optional(inclusion), nodeTaintsPolicy: optional(inclusion) });

const selector: Check<PodScope> = when(
  (_value, scope) => scope.options.allowInvalidSpreadSelectors !== true,
  fields({ labelSelector: labelSelector() }),
);

const rest: Check<PodScope> = all<PodScope>(minDomains, inclusionPolicies, labelKeys, selector);

/** The rules of constraints on how pods spread (concepts/scheduling-eviction/topology-spread-constraints). */
export const topologySpread: Check<PodScope> = skippingAbsent((value, at, faults, scope) => {
  const constraints = asList(value).map(asObject);
  const kinds = constraints.map((one) => `{${stringIn(one, "topologyKey")}, ${stringIn(one, "whenUnsatisfiable")}}`);
  const last = new Map(kinds.map((kind, i) => [kind, i]));
  constraints.forEach((constraint, i) => {
    const place = at.index(i);
    const kind = kinds[i] ?? "";
    first(constraint, place, faults, scope);
    if (last.get(kind) !== i) faults.push(duplicateField(place.child("{topologyKey, whenUnsatisfiable}"), kind));
    rest(constraint, place, faults, scope);
  });
});
