import type { ReadonlyJson } from "../object/json.ts";
import type { ManagedFieldsEntry } from "../object/kube-object.ts";
import type { FieldSetCache } from "./field-set-cache.ts";
import { FieldSet } from "./field-set.ts";
import { decodeOwners, encodeOwners, newOwner, ownerIdentity, withSet } from "./managed-fields.ts";
import type { Owners } from "./managed-fields.ts";
import { fieldElement } from "./path-element.ts";
import type { PathElement } from "./path-element.ts";

/** The group version in which the scale subresource speaks. */
const scaleVersion = "autoscaling/v1";
const replicasInScale: readonly PathElement[] = [fieldElement("spec"), fieldElement("replicas")];

/**
 * Where the replicas lie in each version of the parent, as dotted paths: `{"apps/v1": "spec.replicas"}`. Undefined for a
 * version without the scale subresource.
 */
type ReplicasPaths = Readonly<Record<string, string | undefined>>;

/** The entries that a Scale shows to writers: those of the parent that own its replicas, in Scale's terms. */
export function scaleEntries(parent: ReadonlyJson | undefined, paths: ReplicasPaths, cache: FieldSetCache): ManagedFieldsEntry[] {
  const owners: Owners = new Map();
  for (const owner of ownersOf(parent, cache).values()) {
    const path = replicasPath(paths, owner.apiVersion);
    if (path === undefined || !owner.set.has(path)) continue;
    const name = { manager: owner.manager, operation: owner.operation, apiVersion: scaleVersion, subresource: owner.subresource };
    owners.set(ownerIdentity(name), newOwner(name, FieldSet.fromPaths([replicasInScale]), owner.time));
  }
  return encodeOwners(owners, cache);
}

/**
 * The parent's entries after a write through its scale, whose entries are `scale`: who owns the replicas there owns them
 * in `apiVersion` of the parent, who lost them there lost them, everything else stays.
 */
export function parentEntries(
  parent: ReadonlyJson | undefined,
  scale: ReadonlyJson | undefined,
  apiVersion: string,
  paths: ReplicasPaths,
  cache: FieldSetCache,
): ManagedFieldsEntry[] {
  const before = ownersOf(parent, cache);
  const inScale: Owners = new Map(ownersOf(scale, cache));
  const owners: Owners = new Map();
  for (const [identity, owner] of before) {
    if (!Object.hasOwn(paths, owner.apiVersion)) continue;
    const path = replicasPath(paths, owner.apiVersion);
    if (path === undefined || !owner.set.has(path) || inScale.delete(identity)) {
      owners.set(identity, owner);
      continue;
    }
    const left = owner.set.difference(FieldSet.fromPaths([path]));
    if (!left.isEmpty) owners.set(identity, withSet(owner, left));
  }
  const path = replicasPath(paths, apiVersion);
  if (path === undefined) return encodeOwners(owners, cache);
  for (const [identity, owner] of inScale) {
    if (!owner.set.has(replicasInScale)) continue;
    const name = { manager: owner.manager, operation: owner.operation, apiVersion, subresource: owner.subresource };
    owners.set(ownerIdentity(name), newOwner(name, FieldSet.fromPaths([path]), before.get(identity)?.time));
  }
  return encodeOwners(owners, cache);
}

function ownersOf(entries: ReadonlyJson | undefined, cache: FieldSetCache): Owners {
  const owners = decodeOwners(entries, cache, false);
  return owners instanceof Map ? owners : new Map();
}

function replicasPath(paths: ReplicasPaths, apiVersion: string): readonly PathElement[] | undefined {
  const dotted = Object.hasOwn(paths, apiVersion) ? paths[apiVersion] : undefined;
  return dotted?.replace(/^\./, "").split(".").map(fieldElement);
}
