import { duplicateField, forbiddenField, invalidField, requiredField } from "../../object/field-error.ts";
import { dnsLabel, dnsSubdomain } from "../../object/names.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { asList, asObject, isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { skippingAbsent, type Check } from "../../validation/check.ts";
import { optional } from "../../validation/presence.ts";
import { text } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import type { ClaimNames, PodScope } from "./scope.ts";
import { shownAs } from "./shown.ts";
import { resourceClaimShown } from "./shown-members.ts";

const claimName = text(dnsLabel);
const sourceNames = fields({
  resourceClaimName: optional(text(dnsSubdomain)),
  resourceClaimTemplateName: optional(text(dnsSubdomain)),
});

/** Marks the copy in the API of a pod that a kubelet runs from a file. */
export const mirrorAnnotation = "kubernetes.io/config.mirror";

/** Whether an object is the mirror of a static pod. */
export function isMirrorPod(meta: ReadonlyJsonObject | undefined): boolean {
  return meta !== undefined && isSet(objectIn(meta, "annotations"), mirrorAnnotation);
}

/** The rules of a pod's claims on devices (KEP-4381). */
export const resourceClaims: Check<PodScope> = skippingAbsent((value, at, faults, scope) => {
  const claims = asList(value);
  if (claims.length > 0 && isMirrorPod(scope.meta)) {
    faults.push(forbiddenField(at, "static pods do not support resource claims"));
  }
  const names = new Set<string>();
  claims.forEach((item, i) => {
    const claim = asObject(item);
    const place = at.index(i);
    const name = stringIn(claim, "name");
    if (name === "") faults.push(requiredField(place.child("name")));
    else if (names.has(name)) faults.push(duplicateField(place.child("name"), name));
    else claimName(name, place.child("name"), faults, scope);
    names.add(name);
    const byName = isSet(claim, "resourceClaimName");
    const byTemplate = isSet(claim, "resourceClaimTemplateName");
    const invalid = (detail: string): void => {
      faults.push(invalidField(place, shownAs(claim, resourceClaimShown), detail));
    };
    if (byName && byTemplate) {
      invalid("at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
    } else if (!byName && !byTemplate) {
      invalid("must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
    }
    sourceNames(claim, place, faults, scope);
  });
});

/** Names where there are no claims. */
export const noClaimNames: ClaimNames = { all: new Set(), listed: " which is empty" };

/** Names that containers can claim by. */
export function claimNames(spec: ReadonlyJsonObject): ClaimNames {
  const names = objectsIn(spec, "resourceClaims").map((claim) => stringIn(claim, "name"));
  const all = new Set(names.filter((name) => name !== ""));
  return all.size === 0 ? noClaimNames : { all, listed: `: ${[...all].sort().join(", ")}` };
}
