import type { KubeObject } from "../object/kube-object.ts";
import type { Schema } from "../schema/schema.ts";
import { compareObjects, isSame, noDifference } from "./compare.ts";
import type { Comparison } from "./compare.ts";
import { inVersion, resetSet } from "./door.ts";
import type { WriteDoor } from "./door.ts";
import { UntrackableError } from "./untrackable.ts";

/** What a write changes in one version: without what the door resets, and the type it was compared by. */
interface VersionChange {
  readonly comparison: Comparison;
  readonly schema: Schema;
}

/** What a write changes, in every version in which somebody owns fields; each is compared once. */
export class Changes {
  /** In the door's version, nothing left out. Errors of the constructor: UntrackableError. */
  readonly own: Comparison;
  readonly #door: WriteDoor;
  readonly #before: KubeObject | undefined;
  readonly #after: KubeObject;
  readonly #versions = new Map<string, VersionChange | undefined>();

  constructor(door: WriteDoor, before: KubeObject | undefined, after: KubeObject) {
    this.#door = door;
    this.#before = before;
    this.#after = after;
    this.own = compareObjects(before ?? {}, after, door.schema);
  }

  /** The change in a version; undefined: there is no such version. Errors: UntrackableError, StatusError of a conversion. */
  at(apiVersion: string): VersionChange | undefined {
    if (!this.#versions.has(apiVersion)) this.#versions.set(apiVersion, this.#compareElsewhere(apiVersion));
    return this.#versions.get(apiVersion);
  }

  #compareElsewhere(apiVersion: string): VersionChange | undefined {
    try {
      return this.#compare(apiVersion);
    } catch (error) {
      throw error instanceof UntrackableError ? new UntrackableError(error.message, true) : error;
    }
  }

  #compare(apiVersion: string): VersionChange | undefined {
    if (apiVersion === this.#door.apiVersion) return this.#withoutReset(this.own, apiVersion, this.#door.schema);
    const after = inVersion(this.#door, this.#after, apiVersion);
    if (after === undefined) return undefined;
    if (isSame(this.own)) return { comparison: noDifference, schema: after.schema };
    const before = this.#before === undefined ? undefined : inVersion(this.#door, this.#before, apiVersion);
    const comparison = compareObjects(before?.object ?? {}, after.object, after.schema);
    return this.#withoutReset(comparison, apiVersion, after.schema);
  }

  #withoutReset(comparison: Comparison, apiVersion: string, schema: Schema): VersionChange {
    const fields = resetSet(this.#door, apiVersion);
    if (fields.isEmpty) return { comparison, schema };
    const { added, modified, removed } = comparison;
    return {
      comparison: {
        added: added.recursiveDifference(fields),
        modified: modified.recursiveDifference(fields),
        removed: removed.recursiveDifference(fields),
      },
      schema,
    };
  }
}
