import { isObject, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { objects } from "../../object/parts.ts";
import { isSet, stringIn, stringsIn } from "../../object/read.ts";

/**
 * Writes the pod's own values of matchLabelKeys and mismatchLabelKeys into the selectors of its affinity terms and spread
 * constraints, in place, when it is created: templates cannot know the labels that their pods get (KEP-3633, KEP-3243).
 */
export function applyPodLabelKeys(spec: JsonObject, labels: ReadonlyJsonObject): void {
  for (const constraint of objects(spec["topologySpreadConstraints"])) applyLabelKeys(constraint, labels);
  const affinity = spec["affinity"];
  if (!isObject(affinity)) return;
  for (const kind of ["podAffinity", "podAntiAffinity"]) {
    const terms = affinity[kind];
    if (!isObject(terms)) continue;
    for (const term of objects(terms["requiredDuringSchedulingIgnoredDuringExecution"])) applyLabelKeys(term, labels);
    for (const one of objects(terms["preferredDuringSchedulingIgnoredDuringExecution"])) {
      if (isObject(one["podAffinityTerm"])) applyLabelKeys(one["podAffinityTerm"], labels);
    }
  }
}

function applyLabelKeys(term: JsonObject, labels: ReadonlyJsonObject): void {
  const selector = term["labelSelector"];
  if (!isObject(selector)) return;
  const added = [
    ...requirements(stringsIn(term, "matchLabelKeys"), labels, "In"),
    ...requirements(stringsIn(term, "mismatchLabelKeys"), labels, "NotIn"),
  ];
  if (added.length === 0) return;
  selector["matchExpressions"] = [...objects(selector["matchExpressions"]), ...added];
}

function requirements(keys: readonly string[], labels: ReadonlyJsonObject, operator: "In" | "NotIn"): JsonObject[] {
  return keys.filter((key) => isSet(labels, key)).map((key) => ({ key, operator, values: [stringIn(labels, key)] }));
}
