import { isObject } from "../object/json.ts";
import type { JsonObject, ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject, ManagedFieldsEntry } from "../object/kube-object.ts";
import { quoteText } from "../object/quote.ts";
import { compareTexts } from "../object/text-order.ts";
import { FieldSet } from "./field-set.ts";
import type { FieldSetCache } from "./field-set-cache.ts";
import { decodeFieldsV1, FieldsV1Error } from "./fields-v1.ts";

/** How a manager came to own its fields. */
export type Operation = "Apply" | "Update";

/** Who owns a set of fields, without the set. */
export interface OwnerName {
  readonly manager: string;
  readonly operation: Operation;
  /** The group version in whose form the paths are. */
  readonly apiVersion: string;
  readonly subresource: string;
}

/** One entry of metadata.managedFields (KEP-555). */
export interface Owner extends OwnerName {
  /** RFC 3339; undefined for an entry that never changed the object. */
  readonly time: string | undefined;
  /** Parsed on first use. Errors: FieldsV1Error. */
  readonly set: FieldSet;
  /** The entry as it was stored, where it still says what the owner says. */
  readonly entry: ManagedFieldsEntry | undefined;
}

/** The owners of an object's fields, by identity. */
export type Owners = Map<string, Owner>;

/** An entry's place among the owners: an applier is the same whichever version it applies in, an updater is not. */
export function ownerIdentity({ manager, operation, apiVersion, subresource }: OwnerName): string {
  // The JSON text by which the original orders owners, put together by hand: every write makes a few.
  const first = manager === "" ? "" : `"manager":${JSON.stringify(manager)},`;
  const version = operation === "Apply" || apiVersion === "" ? "" : `,"apiVersion":${JSON.stringify(apiVersion)}`;
  return `{${first}"operation":"${operation}"${version}${subresource === "" ? "" : `,"subresource":${JSON.stringify(subresource)}`}}`;
}

/** An owner with a set that was just made. */
export function newOwner(name: OwnerName, set: FieldSet, time: string | undefined): Owner {
  const { manager, operation, apiVersion, subresource } = name;
  return { manager, operation, apiVersion, subresource, set, time, entry: undefined };
}

/** The owner with another set; itself where it has that set already. */
export function withSet(owner: Owner, set: FieldSet): Owner {
  return owner.set === set ? owner : newOwner(owner, set, owner.time);
}

/** An entry whose fields are parsed when they are asked for. */
class StoredOwner implements Owner {
  readonly manager: string;
  readonly operation: Operation;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly entry: ManagedFieldsEntry;
  readonly #cache: FieldSetCache;
  #set: FieldSet | undefined;

  constructor(name: OwnerName, entry: ManagedFieldsEntry, cache: FieldSetCache) {
    this.manager = name.manager;
    this.operation = name.operation;
    this.apiVersion = name.apiVersion;
    this.subresource = name.subresource;
    this.time = entry.time;
    this.entry = entry;
    this.#cache = cache;
  }

  get set(): FieldSet {
    this.#set ??= this.#parsed();
    return this.#set;
  }

  #parsed(): FieldSet {
    const fields: ReadonlyJson | undefined = this.entry.fieldsV1;
    if (isObject(fields)) return this.#cache.decode(fields);
    return fields === undefined || fields === null ? FieldSet.empty : decodeFieldsV1(fields);
  }
}

/**
 * The owners that a list of entries names, or what is wrong with it, as text. With `checkFields` the entries come from
 * outside; those of stored objects are sound, and their fields are parsed when somebody asks for them.
 */
export function decodeOwners(
  entries: ReadonlyJson | undefined,
  cache: FieldSetCache,
  checkFields: boolean,
): Owners | { readonly error: string } {
  const owners: Owners = new Map();
  if (!Array.isArray(entries)) return owners;
  for (let i = 0; i < entries.length; i++) {
    const entry = entryOf(entries[i]);
    if (entry === undefined) return { error: `invalid managed fields entry ${i}` };
    const owner = decodeOwner(entry, i, cache);
    if ("error" in owner) return owner;
    if (!checkFields) {
      owners.set(ownerIdentity(owner), owner);
      continue;
    }
    const error = fieldsError(owner);
    if (error !== undefined) return { error };
    // Written anew, in canonical form.
    owners.set(ownerIdentity(owner), newOwner(owner, owner.set, owner.time));
  }
  return owners;
}

function entryOf(value: unknown): ManagedFieldsEntry | undefined {
  return isObject(value) ? value : undefined;
}

function decodeOwner(entry: ManagedFieldsEntry, index: number, cache: FieldSetCache): Owner | { readonly error: string } {
  const operation = entry.operation;
  if (operation !== "Apply" && operation !== "Update") return { error: "operation must be `Apply` or `Update`" };
  const apiVersion = entry.apiVersion ?? "";
  if (apiVersion === "") return { error: "apiVersion must not be empty" };
  const type = entry.fieldsType ?? "";
  if (type === "") return { error: `missing fieldsType in managed fields entry ${index}` };
  if (type !== "FieldsV1") return { error: `invalid fieldsType ${quoteText(type)} in managed fields entry ${index}` };
  const name = { manager: entry.manager ?? "", operation, apiVersion, subresource: entry.subresource ?? "" } as const;
  return new StoredOwner(name, entry, cache);
}

function fieldsError(owner: Owner): string | undefined {
  try {
    void owner.set;
    return undefined;
  } catch (error) {
    if (error instanceof FieldsV1Error) return `error decoding versioned set: error decoding set: ${error.message}`;
    throw error;
  }
}

/** Whether a writer asks to forget all owners: with an empty list, or a list of one empty entry. */
export function isReset(entries: ReadonlyJson | undefined): boolean {
  if (!Array.isArray(entries)) return false;
  if (entries.length === 0) return true;
  const only: unknown = entries[0];
  return entries.length === 1 && isObject(only) && Object.keys(only).length === 0;
}

/** The entries of owners, sorted as clients see them: appliers first, then by time, name, version and subresource. */
export function encodeOwners(owners: Owners, cache: FieldSetCache): ManagedFieldsEntry[] {
  const list = [...owners.values()];
  if (list.length > 1) list.sort(compareOwners);
  return list.map((owner) => owner.entry ?? encodeOwner(owner, cache));
}

function encodeOwner(owner: Owner, cache: FieldSetCache): ManagedFieldsEntry {
  return newEntry(owner, owner.time, cache.encode(owner.set));
}

/** An entry of an owner with its fields as a FieldsV1 tree, members in the order in which clients see them. */
export function newEntry(owner: OwnerName, time: string | undefined, fieldsV1: JsonObject): ManagedFieldsEntry {
  const { manager, operation, apiVersion, subresource } = owner;
  const entry: ManagedFieldsEntry = manager === "" ? { operation, apiVersion } : { manager, operation, apiVersion };
  if (time !== undefined) entry.time = time;
  entry.fieldsType = "FieldsV1";
  entry.fieldsV1 = fieldsV1;
  if (subresource !== "") entry.subresource = subresource;
  return entry;
}

function compareOwners(a: Owner, b: Owner): number {
  return (
    compareTexts(a.operation, b.operation) ||
    timeSeconds(a.time) - timeSeconds(b.time) ||
    compareTexts(a.manager, b.manager) ||
    compareTexts(a.apiVersion, b.apiVersion) ||
    compareTexts(a.subresource, b.subresource)
  );
}

/** A time for ordering; an entry without one counts as written before all others. */
export function timeSeconds(time: string | undefined): number {
  if (time === undefined) return 0;
  const milliseconds = Date.parse(time);
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000);
}

/** Puts owners into an object's metadata; without owners there is no list. */
export function setOwners(object: KubeObject, owners: Owners, cache: FieldSetCache): void {
  if (owners.size === 0) dropManagedFields(object);
  else object.metadata.managedFields = encodeOwners(owners, cache);
}

/** Takes the owners out of an object, in place: the last resort where an object would be too large to be stored. */
export function dropManagedFields(object: KubeObject): void {
  delete object.metadata.managedFields;
}

/** The object without its list of owners, which owns nothing itself. The rest is shared. */
export function withoutManagedFields<T extends ReadonlyJsonObject>(object: T): T {
  const metadata = object["metadata"];
  if (!isObject(metadata) || metadata["managedFields"] === undefined) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}
