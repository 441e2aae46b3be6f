import type { KubeObject } from "../object/kube-object.ts";
import { capUpdateManagers } from "./ancient-changes.ts";
import { Changes } from "./changes.ts";
import { resetSet } from "./door.ts";
import type { WriteDoor } from "./door.ts";
import { newOwner, ownerIdentity } from "./managed-fields.ts";
import type { OwnerName, Owners } from "./managed-fields.ts";
import { neverOwned } from "./stripped-fields.ts";
import { reconcileOwners, takeFromOthers } from "./take-over.ts";

/**
 * Changes owners as an update by `manager` does, in place. Both objects come without managedFields. Errors:
 * UntrackableError, StatusError of a conversion.
 */
export function recordUpdate(
  door: WriteDoor,
  owners: Owners,
  before: KubeObject | undefined,
  after: KubeObject,
  manager: string,
  now: string,
): void {
  const changes = new Changes(door, before, after);
  const name = updater(door, manager);
  const identity = ownerIdentity(name);
  reconcileOwners(owners, changes, door.cache);
  takeFromOthers(owners, "", changes);
  const { modified, added } = changes.own;
  const taken = modified.union(added).recursiveDifference(resetSet(door, door.apiVersion)).difference(neverOwned);
  if (!taken.isEmpty) {
    const previous = owners.get(identity);
    owners.set(identity, newOwner(name, previous === undefined ? taken : taken.union(previous.set), now));
  }
  capUpdateManagers(owners);
}

/** Who writes through a door, as an owner; one that names itself not at all has a name too. */
export function updater({ apiVersion, subresource }: WriteDoor, manager: string): OwnerName {
  return { manager: manager === "" ? "unknown" : manager, operation: "Update", apiVersion, subresource };
}
