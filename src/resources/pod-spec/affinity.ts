import { forbiddenField, invalidField, requiredField } from "../../object/field-error.ts";
import { getOwn } from "../../object/json.ts";
import { dnsLabel } from "../../object/names.ts";
import { asList, asString, isSet, stringsIn } from "../../object/read.ts";
import { skippingAbsent, type Check } from "../../validation/check.ts";
import { labelKey, labelSelector, nodeSelector, nodeSelectorTerm } from "../../validation/labels.ts";
import { optional } from "../../validation/presence.ts";
import { between } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import type { PodScope } from "./scope.ts";

const weight = between(1, 100, "must be in the range 1-100");

const strictSelector = labelSelector();
const lenientSelector = labelSelector({ allowInvalidValues: true });

/** A label selector over pods; updates may keep values that were stored before they were checked. */
export const podSelector: Check<PodScope> = skippingAbsent((value, at, faults, scope) => {
  const check = scope.options.allowInvalidSelectorValues === true ? lenientSelector : strictSelector;
  check(value, at, faults, scope);
});

const strictNodes = nodeSelector();
const lenientNodes = nodeSelector({ allowInvalidValues: true });
const requiredNodes: Check<PodScope> = (value, at, faults, scope) => {
  const check = scope.options.allowInvalidSelectorValues === true ? lenientNodes : strictNodes;
  check(value, at, faults, scope);
};

/** Preferences with values that no label can have are only warned of: such nodes cannot exist. */
const preferredNodes = fields({ weight, preference: nodeSelectorTerm({ allowInvalidValues: true }) });

const namespaces: Check = struct((term, at, faults) => {
  for (const namespace of stringsIn(term, "namespaces")) {
    for (const message of dnsLabel(namespace)) faults.push(invalidField(at.child("namespace"), namespace, message));
  }
});

/** Keys of labels whose values are taken from the pod; they add to a selector (KEP-3633). */
export function labelKeysOf(member: "matchLabelKeys" | "mismatchLabelKeys"): Check {
  return struct((term, at, faults) => {
    const keys = asList(getOwn(term, member));
    const place = at.child(member);
    if (keys.length === 0) return;
    if (!isSet(term, "labelSelector")) {
      faults.push(forbiddenField(place, "must not be specified when labelSelector is not set"));
      return;
    }
    keys.forEach((key, i) => labelKey(key, place.index(i), faults, undefined));
  });
}

const disjointKeys: Check = struct((term, at, faults) => {
  const mismatched = new Set(asList(getOwn(term, "mismatchLabelKeys")));
  asList(getOwn(term, "matchLabelKeys")).forEach((key, i) => {
    if (!mismatched.has(key)) return;
    const detail = "exists in both matchLabelKeys and mismatchLabelKeys";
    faults.push(invalidField(at.child("matchLabelKeys").index(i), key, detail));
  });
});

const topologyKey: Check = (value, at, faults, context) => {
  if (asString(value) === "") faults.push(requiredField(at, "can not be empty"));
  labelKey(value, at, faults, context);
};

const podTerm: Check<PodScope> = all<PodScope>(
  fields({ labelSelector: podSelector, namespaceSelector: podSelector }),
  namespaces,
  labelKeysOf("matchLabelKeys"),
  labelKeysOf("mismatchLabelKeys"),
  disjointKeys,
  fields({ topologyKey }),
);

const podTerms: Check<PodScope> = fields<PodScope>({
  requiredDuringSchedulingIgnoredDuringExecution: each(podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: each(fields<PodScope>({ weight, podAffinityTerm: podTerm })),
});

/** The rules of affinity to nodes and to other pods (concepts/scheduling-eviction/assign-pod-node). */
export const affinity: Check<PodScope> = fields<PodScope>({
  nodeAffinity: optional(
    fields<PodScope>({
      requiredDuringSchedulingIgnoredDuringExecution: optional(requiredNodes),
      preferredDuringSchedulingIgnoredDuringExecution: each(preferredNodes),
    }),
  ),
  podAffinity: optional(podTerms),
  podAntiAffinity: optional(podTerms),
});
