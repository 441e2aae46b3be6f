import { invalidField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { dns1035Label } from "../../object/names.ts";
import { REVIEW_VERSIONS } from "../../webhook/review-type.ts";

/** Checks the versions of reviews that a webhook speaks: labels, each once, and one at least that the server can speak. */
export function checkReviewVersions(versions: readonly string[], at: FieldPath, faults: FieldError[]): void {
  const seen = new Set<string>();
  for (const [index, version] of versions.entries()) {
    if (seen.has(version)) faults.push(invalidField(at.index(index), version, "duplicate version"));
    else for (const problem of dns1035Label(version)) faults.push(invalidField(at.index(index), version, problem));
    seen.add(version);
  }
  if (REVIEW_VERSIONS.some((version) => seen.has(version))) return;
  faults.push(invalidField(at, versions, `must include at least one of ${REVIEW_VERSIONS.join(", ")}`));
}
