import { compareTexts } from "../object/text-order.ts";
import { newOwner, ownerIdentity, timeSeconds } from "./managed-fields.ts";
import type { Owner, Owners } from "./managed-fields.ts";

/** Entries of updates that an object keeps apart. */
const maxUpdateManagers = 10;

/** Who is said to have made the changes of updaters that are no longer told apart. */
const bucketManager = "ancient-changes";

/**
 * Merges the oldest entries of updates into one bucket a version until no more than ten are left, in place. A version's
 * oldest entry moves into its bucket when a second one follows it.
 */
export function capUpdateManagers(owners: Owners): void {
  const updaters = [...owners].filter(([, owner]) => owner.operation === "Update");
  if (updaters.length <= maxUpdateManagers) return;
  updaters.sort(([a, left], [b, right]) => timeSeconds(left.time) - timeSeconds(right.time) || compareTexts(a, b));

  let left = updaters.length;
  const firstOfVersion = new Map<string, string>();
  for (const [identity, owner] of updaters) {
    if (left <= maxUpdateManagers) return;
    const first = firstOfVersion.get(owner.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(owner.apiVersion, identity);
      continue;
    }
    mergeIntoBucket(owners, first, identity, owner);
    left--;
  }
}

function mergeIntoBucket(owners: Owners, first: string, identity: string, owner: Owner): void {
  const name = { manager: bucketManager, operation: "Update", apiVersion: owner.apiVersion, subresource: "" } as const;
  const bucket = ownerIdentity(name);
  const kept = owners.get(bucket) ?? owners.get(first);
  if (kept === undefined) return;
  if (!owners.has(bucket)) owners.delete(first);
  owners.delete(identity);
  // The time of the newest change in it.
  owners.set(bucket, newOwner(name, owner.set.union(kept.set), owner.time));
}
