import { isObject } from "../object/json.ts";
import type { JsonObject, ReadonlyJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { parseGroupVersion } from "../object/kube-object.ts";
import { objectIn, stringIn } from "../object/read.ts";
import { badRequest, plainError } from "../object/status.ts";
import { Changes } from "./changes.ts";
import { conflictError } from "./conflicts.ts";
import { resetSet } from "./door.ts";
import type { WriteDoor } from "./door.ts";
import type { FieldSet } from "./field-set.ts";
import { configuredFields } from "./from-object.ts";
import { clientSideApplied, lastApplied, migratingManager, withLastApplied } from "./last-applied.ts";
import { decodeOwners, encodeOwners, newOwner, ownerIdentity, withoutManagedFields } from "./managed-fields.ts";
import type { Owner, Owners } from "./managed-fields.ts";
import { mergeApplied } from "./merge.ts";
import { pruneApplied } from "./prune.ts";
import { recordUpdate } from "./record-update.ts";
import { neverOwned } from "./stripped-fields.ts";
import { conflictsWith, reconcileOwners, takeFromOthers } from "./take-over.ts";
import { UntrackableError } from "./untrackable.ts";

/** A server-side apply (KEP-555). */
export interface ApplyRequest {
  readonly door: WriteDoor;
  /** The stored object in the door's version; undefined: the apply creates. */
  readonly live: KubeObject | undefined;
  /** The body, as JSON; nothing defaulted. */
  readonly applied: JsonObject;
  readonly manager: string;
  /** Take what others own, instead of failing. */
  readonly force: boolean;
  /** RFC 3339, seconds. */
  readonly now: string;
}

/** What an apply makes of an object. */
export interface ApplyResult {
  /**
   * The merged object with its managedFields: nothing defaulted, and what did not change is shared with the live object,
   * so it is to be copied before it is changed in place. Nulls may stand where something was removed.
   */
  readonly object: KubeObject;
  /** False: neither the content nor anybody's fields change, and the object keeps its resourceVersion. */
  readonly changed: boolean;
}

/** Who owned what before-hand in an object that lived without owners. */
const beforeFirstApply = "before-first-apply";

/**
 * Merges a configuration into the live object. Errors: StatusError 409 with the fields that others own, 400 for a body of
 * another kind, 500 with a message for one that does not fit its type.
 */
export function applyConfiguration(request: ApplyRequest): ApplyResult {
  const { door, applied } = request;
  const stored = decodeOwners(request.live?.metadata.managedFields, door.cache, false);
  if (!(stored instanceof Map)) throw plainError(`failed to decode managed fields: ${stored.error}`);
  const sent = sentConfiguration(door, applied);
  try {
    return applySent(request, sent, stored);
  } catch (error) {
    if (error instanceof UntrackableError) throw plainError(error.message);
    throw error;
  }
}

interface Sent {
  readonly config: JsonObject;
  readonly set: FieldSet;
}

/** The configuration without what may not be applied, and its fields. */
function sentConfiguration(door: WriteDoor, applied: JsonObject): Sent {
  if (applied["apiVersion"] !== door.apiVersion || applied["kind"] !== door.kind)
    throw badRequest(`invalid object type: ${kindText(applied)}`);
  const metadata = applied["metadata"];
  const entries: ReadonlyJson | undefined = isObject(metadata) ? metadata["managedFields"] : undefined;
  if (Array.isArray(entries)) throw badRequest("metadata.managedFields must be nil");
  const config = withoutManagedFields(applied);
  const fields = configuredFields(config, door.schema);
  if (fields.errors.length > 0)
    throw plainError(`failed to create typed patch object (${objectText(applied)}): ${errorsText(fields.errors)}`);
  return { config, set: fields.set };
}

function applySent(request: ApplyRequest, sent: Sent, stored: Owners): ApplyResult {
  const { door, manager, now } = request;
  const live = request.live === undefined ? undefined : withoutManagedFields(request.live);
  const owners: Owners = new Map(stored);
  if (owners.size === 0 && live !== undefined) recordUpdate(door, owners, undefined, live, beforeFirstApply, now);

  const base: KubeObject = live ?? { apiVersion: door.apiVersion, kind: door.kind, metadata: {} };
  const merged = mergedObject(base, sent.config, door);
  const name = {
    manager: manager === "" ? "unknown" : manager,
    operation: "Apply",
    apiVersion: door.apiVersion,
    subresource: door.subresource,
  } as const;
  const identity = ownerIdentity(name);

  const changesOfLive = new Changes(door, base, base);
  reconcileOwners(owners, changesOfLive, door.cache);
  const last = owners.get(identity);
  const writer = newOwner(name, sent.set.recursiveDifference(resetSet(door, door.apiVersion)), last?.time);
  owners.set(identity, writer);
  const pruned = pruneApplied(door, merged, owners, writer, last);
  const contentChanged = live === undefined || pruned !== live;

  const changes = pruned === base ? changesOfLive : new Changes(door, base, pruned);
  resolveConflicts(request, conflictsOf(request, owners, identity, changes), base);
  takeFromOthers(owners, identity, changes);
  settleWriter(owners, identity, writer, last, contentChanged ? now : last?.time);
  return result(request, pruned, contentChanged, owners, stored);
}

function conflictsOf(request: ApplyRequest, owners: Owners, identity: string, changes: Changes): ReturnType<typeof conflictsWith> {
  return request.force ? [] : conflictsWith(owners, identity, changes);
}

/** Refuses to take others' fields, but for what kubectl itself set by client-side apply. */
function resolveConflicts(request: ApplyRequest, conflicts: ReturnType<typeof conflictsWith>, live: KubeObject): void {
  if (conflicts.length === 0) return;
  const allowed = request.manager === migratingManager ? clientSideApplied(request.door, live) : undefined;
  const left = allowed === undefined ? conflicts : conflicts.filter(({ path }) => !allowed.has(path));
  if (left.length > 0) throw conflictError(left);
}

/** What the applier owns in the end; it is gone where that is nothing, and its entry stays where nothing is new. */
function settleWriter(owners: Owners, identity: string, writer: Owner, last: Owner | undefined, time: string | undefined): void {
  const set = writer.set.difference(neverOwned);
  if (set.isEmpty) owners.delete(identity);
  else if (last !== undefined && last.apiVersion === writer.apiVersion && last.time === time && last.set.equals(set))
    owners.set(identity, last);
  else owners.set(identity, newOwner(writer, set, time));
}

function result(request: ApplyRequest, content: KubeObject, contentChanged: boolean, owners: Owners, stored: Owners): ApplyResult {
  const { door, live, applied, manager } = request;
  let object = content;
  let changed = contentChanged;
  if (manager === migratingManager && lastApplied(content) !== undefined) {
    object = withLastApplied(content, applied);
    changed ||= lastApplied(object) !== lastApplied(content);
  }
  if (!changed && live !== undefined && sameOwners(owners, stored)) return { object: live, changed: false };
  const metadata = { ...object.metadata };
  if (owners.size > 0) metadata.managedFields = encodeOwners(owners, door.cache);
  return { object: { ...object, metadata }, changed: true };
}

function sameOwners(owners: Owners, stored: Owners): boolean {
  if (owners.size !== stored.size) return false;
  for (const [identity, owner] of owners) {
    const before = stored.get(identity);
    if (before === undefined || before.apiVersion !== owner.apiVersion) return false;
    if (before !== owner && !before.set.equals(owner.set)) return false;
  }
  return true;
}

function mergedObject(live: KubeObject, config: JsonObject, door: WriteDoor): KubeObject {
  const merged = mergeApplied(live, config, door.schema);
  if (merged === live) return live;
  // What was not merged is still the live object's: nothing below changes it in place.
  const members = isObject(merged) ? (merged as JsonObject) : {};
  return { ...members, apiVersion: live.apiVersion, kind: live.kind, metadata: isObject(members["metadata"]) ? members["metadata"] : {} };
}

function errorsText(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] as string) : ["errors:", ...errors.map((error) => `  ${error}`)].join("\n");
}

/** How messages name a configuration, by what it says itself: `default/web; apps/v1, Kind=Deployment`. */
export function objectText(object: JsonObject): string {
  const metadata = objectIn(object, "metadata");
  return `${stringIn(metadata, "namespace")}/${stringIn(metadata, "name")}; ${kindText(object)}`;
}

/** `apps/v1, Kind=Deployment`; the core group shows as `/v1`. */
export function kindText(object: JsonObject): string {
  const parsed = parseGroupVersion(stringIn(object, "apiVersion")) ?? { group: "", version: "" };
  return `${parsed.group}/${parsed.version}, Kind=${stringIn(object, "kind")}`;
}
