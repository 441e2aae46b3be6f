import { forbiddenField, invalidField, requiredField } from "../../object/field-error.ts";
import { dnsLabel } from "../../object/names.ts";
import { asString, isSet, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
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
  const check = scope.options.allowInvalidNodeValues === true ? lenientNodes : strictNodes;
  check(value, at, faults, scope);
};

/** Preferences with values that no label can have are only warned of: such nodes cannot exist. */
const preferredNodes = fields({ weight, preference: nodeSelectorTerm({ allowInvalidValues: true }) });

const namespaces: Check = struct((term, at, faults) => {
  for (const namespace of stringsIn(term, "namespaces")) {
    for (const message of dnsLabel(namespace)) faults.push(invalidField(at.child("namespace"), namespace, message));
  }
});

/**
 * Keys of labels whose values are taken from the pod and added to a selector when it is created (KEP-3633). By then a key
 * that the selector named before stands in it twice; upstream tells that of the term, by the key's position.
 */
export const labelKeys: Check = struct((term, at, faults) => {
  const matched = stringsIn(term, "matchLabelKeys");
  const mismatched = stringsIn(term, "mismatchLabelKeys");
  for (const [member, keys] of [
    ["matchLabelKeys", matched],
    ["mismatchLabelKeys", mismatched],
  ] as const) {
    if (keys.length > 0 && !isSet(term, "labelSelector")) {
      faults.push(forbiddenField(at.child(member), "must not be specified when labelSelector is not set"));
    } else {
      keys.forEach((key, i) => labelKey(key, at.child(member).index(i), faults, undefined));
    }
  }
  if (matched.length === 0) return;
  const selector = objectIn(term, "labelSelector");
  const positions = new Map(matched.map((key, i) => [key, i]));
  const seen = new Set(Object.keys(objectIn(selector, "matchLabels")));
  for (const expression of objectsIn(selector, "matchExpressions")) {
    const key = stringIn(expression, "key");
    const position = positions.get(key);
    if (position !== undefined && seen.has(key)) {
      faults.push(invalidField(at.index(position), key, "exists in both matchLabelKeys and labelSelector"));
    }
    seen.add(key);
  }
  const barred = new Set(mismatched);
  matched.forEach((key, i) => {
    if (!barred.has(key)) return;
    faults.push(invalidField(at.child("matchLabelKeys").index(i), key, "exists in both matchLabelKeys and mismatchLabelKeys"));
  });
});

const topologyKey: Check = (value, at, faults, context) => {
  if (asString(value) === "") faults.push(requiredField(at, "can not be empty"));
  labelKey(value, at, faults, context);
};

const podTerm: Check<PodScope> = all<PodScope>(
  fields({ labelSelector: podSelector, namespaceSelector: podSelector }),
  namespaces,
  labelKeys,
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
