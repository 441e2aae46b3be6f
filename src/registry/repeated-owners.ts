import { encodeJson, membersByName } from "../object/go-json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { warn, type Write } from "./write.ts";

/**
 * Leaves out owner references that repeat an earlier one whole, in place, and warns of them. `when` says in the warning
 * when they were found.
 */
export function dropRepeatedOwners(write: Write, { metadata }: KubeObject, when: "" | " after mutating admission"): void {
  const references = metadata.ownerReferences;
  if (!Array.isArray(references) || references.length < 2) return;
  // By their texts: to compare each with each would take a body of nothing else many seconds.
  const seen = new Set<string>();
  const repeated: string[] = [];
  const kept = references.filter((reference) => {
    const text = encodeJson(membersByName(reference));
    const isNew = !seen.has(text);
    if (isNew) seen.add(text);
    else repeated.push(reference.uid);
    return isNew;
  });
  if (repeated.length === 0) return;
  metadata.ownerReferences = kept;
  warn(
    write,
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: [${repeated.join(" ")}]`,
  );
}
