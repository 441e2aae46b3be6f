import { equalJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { warn, type Write } from "./write.ts";

/**
 * Leaves out owner references that repeat an earlier one whole, in place, and warns of them. `when` says in the warning
 * when they were found.
 */
export function dropRepeatedOwners(write: Write, { metadata }: KubeObject, when: "" | " after mutating admission"): void {
  const references = metadata.ownerReferences;
  if (!Array.isArray(references) || references.length < 2) return;
  const byUid = new Map<unknown, typeof references>();
  const repeated: string[] = [];
  const kept = references.filter((reference) => {
    const { uid } = reference;
    const same = byUid.get(uid);
    if (same?.some((one) => equalJson(one, reference))) {
      repeated.push(uid);
      return false;
    }
    if (same === undefined) byUid.set(uid, [reference]);
    else same.push(reference);
    return true;
  });
  if (repeated.length === 0) return;
  metadata.ownerReferences = kept;
  warn(
    write,
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: [${repeated.join(" ")}]`,
  );
}
