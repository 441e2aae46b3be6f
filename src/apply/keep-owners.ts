import { equalJson, isObject } from "../object/json.ts";
import type { ReadonlyJson } from "../object/json.ts";
import type { KubeObject, ManagedFieldsEntry } from "../object/kube-object.ts";
import type { FieldSetCache } from "./field-set-cache.ts";
import { decodeOwners, withoutManagedFields } from "./managed-fields.ts";

/**
 * Puts back the entries of before mutating admission where admission left none that can be read, in place. Gives the text
 * of the warning that the client gets, or undefined where nothing was wrong.
 */
export function restoreAfterAdmission(
  object: KubeObject,
  before: ManagedFieldsEntry[] | undefined,
  cache: FieldSetCache,
): string | undefined {
  const after = object.metadata.managedFields;
  if (after === before) return undefined;
  const owners = decodeOwners(after, cache, true);
  if (owners instanceof Map) return undefined;
  if (before === undefined) delete object.metadata.managedFields;
  else object.metadata.managedFields = before;
  return `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${owners.error}`;
}

/**
 * Puts the times of the live object's entries back where nothing else changed, in place, so that a write that says what
 * is there already makes no new version.
 */
export function keepTimes(object: KubeObject, live: KubeObject): void {
  const entries = object.metadata.managedFields ?? [];
  const stored = live.metadata.managedFields ?? [];
  if (entries.length !== stored.length || entries.length === 0) return;
  if (entries.every((entry, i) => entry.time === stored[i]?.time)) return;
  if (!entries.every((entry, i) => equalJson(withoutTime(entry), withoutTime(stored[i] ?? {})))) return;
  if (equalJson(withoutManagedFields(object), withoutManagedFields(live))) object.metadata.managedFields = stored;
}

function withoutTime(entry: ManagedFieldsEntry): ReadonlyJson {
  if (!isObject(entry)) return entry;
  const { time: _, ...rest } = entry;
  return rest;
}
