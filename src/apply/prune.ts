import type { JsonObject, ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { Schema } from "../schema/schema.ts";
import { inVersion } from "./door.ts";
import type { WriteDoor } from "./door.ts";
import { FieldSet } from "./field-set.ts";
import { configuredFields } from "./from-object.ts";
import type { Owner, Owners } from "./managed-fields.ts";
import { removeFields } from "./remove.ts";
import { withNamedFields } from "./schema-changes.ts";

interface Versioned {
  readonly object: KubeObject;
  readonly schema: Schema;
}

/**
 * Removes from a merged object what its applier owned until now, sends no more, and nobody else owns. `last` is what the
 * applier owned, `owners` hold what everyone owns now. Errors: StatusError of a conversion.
 */
export function pruneApplied(door: WriteDoor, merged: KubeObject, owners: Owners, writer: Owner, last: Owner | undefined): KubeObject {
  if (last === undefined || last.set.isEmpty) return merged;
  if (last.apiVersion === writer.apiVersion && last.set.difference(writer.set).isEmpty) return merged;
  const start = inVersion(door, merged, last.apiVersion);
  if (start === undefined) return merged;

  const lastFields = withNamedFields(last.set, start.schema);
  const without = stripped(start, lastFields);
  const kept = keepOwned(door, start, without, ownedByVersion(owners), last.apiVersion);

  const pruned = inVersion(door, kept, last.apiVersion);
  if (pruned === undefined) return merged;
  // What fell with the items above it, and the applier never owned, comes back.
  const gone = namedFields(start)
    .difference(namedFields({ object: pruned.object, schema: start.schema }))
    .intersection(lastFields);
  const result = stripped(start, gone).object;
  return inVersion(door, result, door.apiVersion)?.object ?? result;
}

/** Puts back what anybody owns, the applier's new configuration included: first in the version of the removal. */
function keepOwned(door: WriteDoor, start: Versioned, without: Versioned, owned: Map<string, FieldSet>, firstVersion: string): KubeObject {
  const versions = [...owned.keys()].sort((a, b) => Number(b === firstVersion) - Number(a === firstVersion));
  let merged = start.object;
  let pruned = without.object;
  for (const version of versions) {
    const whole = inVersion(door, merged, version);
    const part = inVersion(door, pruned, version);
    if (whole === undefined || part === undefined) continue;
    const keep = namedFields(part).union(withNamedFields(owned.get(version) ?? FieldSet.empty, whole.schema));
    merged = whole.object;
    pruned = stripped(whole, namedFields(whole).difference(keep)).object;
  }
  return pruned;
}

function ownedByVersion(owners: Owners): Map<string, FieldSet> {
  const owned = new Map<string, FieldSet>();
  for (const owner of owners.values()) owned.set(owner.apiVersion, (owned.get(owner.apiVersion) ?? FieldSet.empty).union(owner.set));
  return owned;
}

function namedFields(versioned: Versioned): FieldSet {
  return withNamedFields(configuredFields(versioned.object, versioned.schema).set, versioned.schema);
}

function stripped(versioned: Versioned, fields: FieldSet): Versioned {
  const left = removeFields(versioned.object, fields, versioned.schema);
  return { object: objectOf(left, versioned.object), schema: versioned.schema };
}

/** What is left is an object still, whatever was owned of what names it. */
function objectOf(left: ReadonlyJson, whole: KubeObject): KubeObject {
  const members = (left ?? {}) as ReadonlyJsonObject as JsonObject;
  const metadata = (members["metadata"] ?? {}) as KubeObject["metadata"];
  if (members["apiVersion"] === whole.apiVersion && members["kind"] === whole.kind && members["metadata"] === metadata)
    return members as KubeObject;
  return { ...members, apiVersion: whole.apiVersion, kind: whole.kind, metadata };
}
