import type { ResourceRef } from "../../object/status.ts";
import type { Registry } from "../../registry/registry.ts";
import { FollowedObjects } from "../matching/followed-objects.ts";
import { hooksOf, type Hook } from "./hook.ts";

/** The webhooks of one kind: in order of their configurations' names, then as they stand there. */
export class HookTable {
  readonly #configurations: FollowedObjects<readonly Hook[]>;
  #hooks: readonly Hook[] | undefined;

  constructor(resource: ResourceRef) {
    this.#configurations = new FollowedObjects(resource, hooksOf, () => (this.#hooks = undefined));
  }

  /** Whether there may be anything to do. */
  get mayApply(): boolean {
    return !this.#configurations.started || this.hooks.length > 0;
  }

  /** All that are in force. */
  get hooks(): readonly Hook[] {
    return (this.#hooks ??= this.#configurations.all.flat());
  }

  /** Resolves when the table is filled; begins to follow on first call. Errors: StorageError. */
  start(registry: Registry): Promise<void> | undefined {
    return this.#configurations.start(registry);
  }
}
