import { invalidField, type FieldError } from "../../object/field-error.ts";
import { equalJson, getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, listIn, objectIn, objectsIn } from "../../object/read.ts";
import { nodeSelectorTermShown } from "../pod-spec/internal-form.ts";
import { podPaths } from "./pod-rules.ts";

const requiredTerms = "requiredDuringSchedulingIgnoredDuringExecution";

/** Appends what a gated pod's node selector may not lose. */
export function checkGatedNodeSelector(spec: ReadonlyJsonObject, old: ReadonlyJsonObject, faults: FieldError[]): void {
  const selector = objectIn(spec, "nodeSelector");
  const before = objectIn(old, "nodeSelector");
  if (Object.keys(before).every((key) => getOwn(selector, key) === getOwn(before, key))) return;
  const detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
  faults.push(invalidField(podPaths.spec.child("nodeSelector"), isSet(spec, "nodeSelector") ? selector : null, detail));
}

/** Appends what a gated pod's node affinity may not lose: terms that are there stay, and only get more to ask for. */
export function checkGatedAffinity(spec: ReadonlyJsonObject, old: ReadonlyJsonObject, faults: FieldError[]): void {
  const before = termsOf(old);
  if (before.length === 0) return;
  const after = termsOf(spec);
  const place = podPaths.spec.child("affinity", "nodeAffinity", requiredTerms, "nodeSelectorTerms");
  if (before.length !== after.length) {
    const detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
    const shown = after.length === 0 ? null : after.map(nodeSelectorTermShown);
    faults.push(invalidField(place, shown, detail));
    return;
  }
  before.forEach((term, i) => {
    const changed = after[i] ?? {};
    if (onlyAdds(term, changed, "matchExpressions") && onlyAdds(term, changed, "matchFields")) return;
    const detail = "only additions are allowed (no mutations or deletions)";
    faults.push(invalidField(place.index(i), nodeSelectorTermShown(changed), detail));
  });
}

function termsOf(spec: ReadonlyJsonObject): readonly ReadonlyJsonObject[] {
  const affinity = objectIn(objectIn(spec, "affinity"), "nodeAffinity");
  return objectsIn(objectIn(affinity, requiredTerms), "nodeSelectorTerms");
}

/** A term that asked for nothing matched nothing; to add to it would widen it. */
function onlyAdds(before: ReadonlyJsonObject, after: ReadonlyJsonObject, member: string): boolean {
  const old = listIn(before, member);
  const current = listIn(after, member);
  const wasEmpty = listIn(before, "matchExpressions").length === 0 && listIn(before, "matchFields").length === 0;
  if (wasEmpty && current.length > 0) return false;
  return old.every((requirement, i) => equalJson(requirement, current[i]));
}
