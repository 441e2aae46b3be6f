import type { ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { Schema } from "../schema/schema.ts";
import type { FieldSetCache } from "./field-set-cache.ts";
import { FieldSet } from "./field-set.ts";

/**
 * Converts an object of a door's kind to another group version, without changing it. Undefined: there is no such version
 * any more, and who owns fields in it owns nothing.
 */
export type ConvertObject = (
  object: KubeObject,
  apiVersion: string,
) => { readonly object: KubeObject; readonly schema: Schema } | undefined;

/** The way by which a write reaches an object: a kind in one of its versions, itself or one of its subresources. */
export interface WriteDoor {
  /** The group version of the request, "apps/v1"; owners' paths are in its form. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: Schema;
  /** "" for the object itself. */
  readonly subresource: string;
  /** Fields that this door resets and its writers never own, by apiVersion, as FieldsV1 trees. */
  readonly resetFields?: Readonly<Record<string, ReadonlyJsonObject>> | undefined;
  /** Absent: the kind has one version. */
  readonly convert?: ConvertObject | undefined;
  readonly cache: FieldSetCache;
}

/** The fields that a door resets, in the form of a version. */
export function resetSet(door: WriteDoor, apiVersion: string): FieldSet {
  const trees = door.resetFields;
  if (trees === undefined || !Object.hasOwn(trees, apiVersion)) return FieldSet.empty;
  const tree = trees[apiVersion];
  return tree === undefined ? FieldSet.empty : door.cache.decode(tree);
}

/** An object in the form of a version, with that version's type; undefined: there is no such version. */
export function inVersion(
  door: WriteDoor,
  object: KubeObject,
  apiVersion: string,
): { readonly object: KubeObject; readonly schema: Schema } | undefined {
  const isOwn = apiVersion === door.apiVersion && (object.apiVersion === apiVersion || door.convert === undefined);
  if (isOwn) return { object, schema: door.schema };
  return door.convert?.(object, apiVersion);
}
