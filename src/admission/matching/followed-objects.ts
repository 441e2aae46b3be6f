import type { KubeObject } from "../../object/kube-object.ts";
import type { ResourceRef } from "../../object/status.ts";
import type { Registry } from "../../registry/registry.ts";
import { follow } from "../../storage/cache/follow.ts";
import type { ObjectRecord } from "../../storage/cache/record.ts";

/**
 * What is read from all objects of a resource, kept up to date through the watch cache: what the cache takes in counts for
 * the next request.
 */
export class FollowedObjects<T> {
  readonly #resource: ResourceRef;
  readonly #read: (object: KubeObject) => T;
  readonly #onChange: () => void;
  readonly #byKey = new Map<string, T>();
  #sorted: readonly T[] | undefined = [];
  #starting: Promise<void> | undefined;
  #started = false;

  /** `read` is asked once for each version of an object, and `onChange` is told when anything is different. */
  constructor(resource: ResourceRef, read: (object: KubeObject) => T, onChange: () => void) {
    this.#resource = resource;
    this.#read = read;
    this.#onChange = onChange;
  }

  /** In order of their keys: of their names, where they lie in no namespace. */
  get all(): readonly T[] {
    return (this.#sorted ??= [...this.#byKey.keys()].sort().map((key) => this.#byKey.get(key) as T));
  }

  /** Whether everything is there. */
  get started(): boolean {
    return this.#started;
  }

  /** Resolves when everything is there, undefined where it is; begins to follow on first call. Errors: StorageError. */
  start(registry: Registry): Promise<void> | undefined {
    if (this.#started) return undefined;
    return (this.#starting ??= this.#follow(registry).finally(() => (this.#starting = undefined)));
  }

  async #follow(registry: Registry): Promise<void> {
    const { group, plural } = this.#resource;
    const definition = registry.definitions.ofResource(group, plural);
    if (definition === undefined) throw new TypeError(`no resource ${plural}.${group}`);
    const put = (record: ObjectRecord): void => void this.#byKey.set(record.key, this.#read(record.object()));
    const changed = (): void => {
      this.#sorted = undefined;
      this.#onChange();
    };
    await follow(registry.caches.of(definition), {
      // What cannot be read may be what would have refused a write.
      needsAll: true,
      reset: (records) => {
        this.#byKey.clear();
        for (const record of records) put(record);
        changed();
      },
      changed: ({ key, current }) => {
        if (current === undefined) this.#byKey.delete(key);
        else put(current);
        changed();
      },
    });
    this.#started = true;
  }
}
