import type { ResourceRef } from "../object/status.ts";
import type { Registry } from "../registry/registry.ts";
import type { SystemClient } from "../registry/system-client.ts";
import { prefixEnd } from "../storage/key-order.ts";
import type { Watcher } from "../storage/cache/watcher-index.ts";
import type { CacheEvent } from "../storage/cache/event-window.ts";
import { WorkQueue, type Again } from "./work-queue.ts";

/** A loop that upstream runs in kube-controller-manager: told of changes, it brings the cluster to where it should be. */
export interface Controller {
  readonly name: string;
  readonly watches: readonly {
    readonly resource: ResourceRef;
    /** Which keys of work a change of this resource means; the argument is the object's key within its resource. */
    readonly keys: (objectKey: string) => Iterable<string>;
  }[];
  /** Does what one key needs. Safe to call again. */
  readonly reconcile: (key: string, client: SystemClient) => Promise<Again | undefined | void>;
}

export interface ControllerHost {
  readonly registry: Registry;
  readonly client: SystemClient;
  readonly onFailure: (controller: string, key: string, error: unknown) => void;
}

/** Starts a controller: every object there is means work once, and every change from then on. */
export async function runController(controller: Controller, { registry, client, onFailure }: ControllerHost): Promise<AsyncDisposable> {
  const queue = new WorkQueue({
    work: (key) => controller.reconcile(key, client),
    onFailure: (key, error) => onFailure(controller.name, key, error),
  });
  const stops: (() => void)[] = [];
  for (const { resource, keys } of controller.watches) {
    const definition = registry.definitions.ofResource(resource.group, resource.plural);
    if (definition?.keyPrefix === undefined)
      throw new TypeError(`the controller ${controller.name} watches ${resource.plural}, which are not stored`);
    const cache = registry.cache(definition);
    const { keyPrefix } = definition;
    const add = (key: string): void => {
      for (const one of keys(key.slice(keyPrefix.length))) queue.add(one);
    };
    const watcher: Watcher = { scope: { type: "all" }, wake: (event: CacheEvent) => add(event.key), end: () => {} };
    await cache.start();
    cache.watchers.add(watcher);
    stops.push(() => cache.watchers.remove(watcher));
    cache.walk(keyPrefix, prefixEnd(keyPrefix), (record) => add(record.key));
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const stop of stops) stop();
      await queue[Symbol.asyncDispose]();
    },
  };
}
