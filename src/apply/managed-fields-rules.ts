import { equalJson, isObject } from "../object/json.ts";
import type { ReadonlyJson } from "../object/json.ts";
import { invalidField, tooLongField } from "../object/field-error.ts";
import type { FieldError } from "../object/field-error.ts";
import type { KubeObject, ManagedFieldsEntry } from "../object/kube-object.ts";
import type { FieldSetCache } from "./field-set-cache.ts";
import { decodeOwners, withoutManagedFields } from "./managed-fields.ts";
import { managerErrors } from "./manager-name.ts";

const maxSubresourceBytes = 256;
/** Where the entries stand in an object. */
const place = "metadata.managedFields";

/** What breaks the rules in an object's entries, as validation reports it. */
export function managedFieldsErrors(entries: readonly ManagedFieldsEntry[] | undefined): FieldError[] {
  return (entries ?? []).flatMap((entry, i) => entryErrors(entry, `${place}[${i}]`));
}

function entryErrors(entry: ManagedFieldsEntry, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const operation = entry.operation ?? "";
  if (operation !== "Apply" && operation !== "Update")
    errors.push(invalidField(`${field}.operation`, operation, "must be `Apply` or `Update`"));
  const type = entry.fieldsType ?? "";
  if (type !== "" && type !== "FieldsV1") errors.push(invalidField(`${field}.fieldsType`, type, "must be `FieldsV1`"));
  errors.push(...managerErrors(entry.manager ?? "", `${field}.manager`));
  const subresource = entry.subresource ?? "";
  if (Buffer.byteLength(subresource) > maxSubresourceBytes) errors.push(tooLongField(`${field}.subresource`, maxSubresourceBytes));
  return errors;
}

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
