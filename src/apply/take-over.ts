import type { Changes } from "./changes.ts";
import type { Conflict } from "./conflicts.ts";
import type { FieldSetCache } from "./field-set-cache.ts";
import { withSet } from "./managed-fields.ts";
import type { Owners } from "./managed-fields.ts";

/**
 * The fields of other owners that a write changes or brings back: they lose them if it goes through. `writer` is the
 * identity of the owner who writes.
 */
export function conflictsWith(owners: Owners, writer: string, changes: Changes): Conflict[] {
  const conflicts: Conflict[] = [];
  for (const [identity, owner] of owners) {
    if (identity === writer) continue;
    const change = changes.at(owner.apiVersion);
    if (change === undefined) continue;
    const { modified, added } = change.comparison;
    for (const path of owner.set.intersection(modified.union(added)).paths()) conflicts.push({ owner, path });
  }
  return conflicts;
}

/**
 * Takes from every other owner what a write changed or removed, in place; who has nothing left is gone, and so is who
 * owned fields in a version that is no more.
 */
export function takeFromOthers(owners: Owners, writer: string, changes: Changes): void {
  for (const [identity, owner] of owners) {
    if (identity === writer) continue;
    const change = changes.at(owner.apiVersion);
    if (change === undefined) {
      owners.delete(identity);
      continue;
    }
    const { modified, added, removed } = change.comparison;
    const set = owner.set.difference(modified).difference(added).difference(removed);
    if (set.isEmpty) owners.delete(identity);
    else owners.set(identity, withSet(owner, set));
  }
}

/** Fits every owner's set to the types of today, in place. */
export function reconcileOwners(owners: Owners, changes: Changes, cache: FieldSetCache): void {
  for (const [identity, owner] of owners) {
    const change = changes.at(owner.apiVersion);
    if (change !== undefined) owners.set(identity, withSet(owner, cache.reconcile(owner.set, change.schema)));
  }
}
