import type { ReadonlyJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { StatusError } from "../object/status.ts";
import { createdFields } from "./created-fields.ts";
import { resetSet } from "./door.ts";
import type { WriteDoor } from "./door.ts";
import { decodeOwners, isReset, newEntry, setOwners, withoutManagedFields } from "./managed-fields.ts";
import type { Owners } from "./managed-fields.ts";
import { recordUpdate, updater } from "./record-update.ts";
import { UntrackableError } from "./untrackable.ts";

export { applyConfiguration, kindText, objectText } from "./apply-configuration.ts";
export type { ApplyRequest, ApplyResult } from "./apply-configuration.ts";
export type { ConvertObject, WriteDoor } from "./door.ts";

/** A create, update or patch whose owners are to be told. */
interface TrackUpdateRequest {
  readonly door: WriteDoor;
  /** The stored object in the door's version; undefined: the write creates. */
  readonly live: KubeObject | undefined;
  /** What the client wants stored: decoded and defaulted, nothing reset yet, with the managedFields that it sent. */
  readonly updated: KubeObject;
  /** As `managerName` gives it. */
  readonly manager: string;
  /** RFC 3339, seconds. */
  readonly now: string;
}

/**
 * Sets metadata.managedFields of `updated`, in place: the writer owns what it changed, others lose what it changed or
 * removed. Entries that stay as they were are shared with the live object. Never fails: where the object cannot be told
 * apart, the owners stay as they were; where that is so in the form of another version, nobody owns anything any more.
 */
export function trackUpdate(request: TrackUpdateRequest): void {
  const { door, live, updated, manager, now } = request;
  const owners = startingOwners(request);
  delete updated.metadata.managedFields;
  // Nobody knows who owns an object that lives without owners: telling them starts with its first apply.
  if (owners.size === 0 && live !== undefined) return;
  try {
    if (live === undefined && owners.size === 0) {
      const fieldsV1 = createdFields(updated, door.schema, resetSet(door, door.apiVersion));
      if (fieldsV1 !== undefined) updated.metadata.managedFields = [newEntry(updater(door, manager), now, fieldsV1)];
      return;
    }
    recordUpdate(door, owners, live === undefined ? undefined : withoutManagedFields(live), updated, manager, now);
  } catch (error) {
    if (!(error instanceof UntrackableError) && !(error instanceof StatusError)) throw error;
    const kept = error instanceof UntrackableError && !error.elsewhere;
    if (kept && live?.metadata.managedFields !== undefined) updated.metadata.managedFields = live.metadata.managedFields;
    return;
  }
  setOwners(updated, owners, door.cache);
}

/** Whose the fields are before the write: as the client says, if it may and says it soundly; else as stored. */
function startingOwners({ door, live, updated }: TrackUpdateRequest): Owners {
  const sent: ReadonlyJson | undefined = updated.metadata.managedFields;
  if (door.subresource === "") {
    if (isReset(sent)) return new Map();
    const owners = decodeOwners(sent, door.cache, true);
    if (owners instanceof Map && owners.size > 0 && !sameEntries(sent, live)) return owners;
  }
  const stored = decodeOwners(live?.metadata.managedFields, door.cache, false);
  return stored instanceof Map ? stored : new Map();
}

function sameEntries(sent: ReadonlyJson | undefined, live: KubeObject | undefined): boolean {
  return live !== undefined && sent === live.metadata.managedFields;
}
