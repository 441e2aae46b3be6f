import { groupOf, nameOf } from "../extensions/custom-resources.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { booleanIn, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { follow } from "../storage/cache/follow.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { ResourceCache } from "../storage/cache/resource-cache.ts";

/** Which versions of which groups custom resources are served in, kept up to date through the watch cache. */
export class CustomVersions {
  /** Served versions by the key of their definition, by group. */
  readonly #groups = new Map<string, Map<string, readonly string[]>>();

  /** Served versions of a group. */
  of(group: string): ReadonlySet<string> {
    return new Set([...(this.#groups.get(group)?.values() ?? [])].flat());
  }

  /** Fills itself from the cache of CustomResourceDefinitions. Errors: StorageError where the first load fails. */
  async follow(cache: ResourceCache): Promise<void> {
    await follow(cache, {
      reset: (records) => {
        this.#groups.clear();
        for (const record of records) this.#put(record);
      },
      changed: ({ key, current }) => (current === undefined ? this.#remove(key) : this.#put(current)),
    });
  }

  #put(record: ObjectRecord): void {
    const { group, versions } = servedVersions(record.glimpse());
    const definitions = this.#groups.get(group) ?? new Map<string, readonly string[]>();
    this.#groups.set(group, definitions.set(record.key, versions));
  }

  #remove(key: string): void {
    // Neither part of the name <plural>.<group> changes.
    const group = groupOf(nameOf({ key }));
    const definitions = this.#groups.get(group);
    definitions?.delete(key);
    if (definitions?.size === 0) this.#groups.delete(group);
  }
}

function servedVersions(crd: KubeObject): { readonly group: string; readonly versions: readonly string[] } {
  const spec = objectIn(crd, "spec");
  const served = objectsIn(spec, "versions").filter((version) => booleanIn(version, "served"));
  return { group: stringIn(spec, "group"), versions: served.map((version) => stringIn(version, "name")) };
}
