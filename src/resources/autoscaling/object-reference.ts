import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { parseGroupVersion } from "../../object/kube-object.ts";
import { pathSegmentName } from "../../object/names.ts";
import { stringIn } from "../../object/read.ts";

/** Kinds of the core group that can be scaled. */
const coreScalable: ReadonlySet<string> = new Set(["ReplicationController"]);

/** What a reference must be, and what it is forgiven. */
interface ReferenceRules {
  /** It is meant to be scaled. */
  readonly groupNeeded: boolean;
  /** Its version was there when nobody asked what it is. */
  readonly anyVersion: boolean;
}

/** Appends what is wrong with a reference to an object of some version. */
export function checkObjectReference(
  reference: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  { groupNeeded, anyVersion }: ReferenceRules,
): void {
  for (const name of ["kind", "name"]) {
    const text = stringIn(reference, name);
    if (text === "") faults.push(requiredField(at.child(name)));
    else for (const message of pathSegmentName(text)) faults.push(invalidField(at.child(name), text, message));
  }
  if (anyVersion) return;
  const apiVersion = stringIn(reference, "apiVersion");
  const parsed = parseGroupVersion(apiVersion);
  if (!isVersion(reference)) {
    faults.push(invalidField(at.child("apiVersion"), apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else if (groupNeeded && (parsed?.group ?? "") === "" && !coreScalable.has(stringIn(reference, "kind"))) {
    faults.push(invalidField(at.child("apiVersion"), apiVersion, "apiVersion must specify API group"));
  }
}

/** Whether the version of a reference is one, or empty. */
export function isVersion(reference: ReadonlyJsonObject): boolean {
  const apiVersion = stringIn(reference, "apiVersion");
  return apiVersion === "" || parseGroupVersion(apiVersion) !== undefined;
}
