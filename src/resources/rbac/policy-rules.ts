import { invalidField, requiredField } from "../../object/field-error.ts";
import { listIn } from "../../object/read.ts";
import { struct } from "../../validation/structure.ts";
import type { Check } from "../../validation/check.ts";

/** A rule of a role: what may be done to which resources or, in a ClusterRole, on which paths. */
export function policyRule(namespaced: boolean): Check {
  return struct((rule, at, faults) => {
    const has = (name: string): boolean => listIn(rule, name).length > 0;
    if (!has("verbs")) faults.push(requiredField(at.child("verbs"), "verbs must contain at least one value"));
    if (has("nonResourceURLs")) {
      const urls = listIn(rule, "nonResourceURLs");
      const place = at.child("nonResourceURLs");
      if (namespaced) faults.push(invalidField(place, urls, "namespaced rules cannot apply to non-resource URLs"));
      if (has("apiGroups") || has("resources") || has("resourceNames")) {
        faults.push(invalidField(place, urls, "rules cannot apply to both regular resources and non-resource URLs"));
      }
      return;
    }
    if (!has("apiGroups")) faults.push(requiredField(at.child("apiGroups"), "resource rules must supply at least one api group"));
    if (!has("resources")) faults.push(requiredField(at.child("resources"), "resource rules must supply at least one resource"));
  });
}
