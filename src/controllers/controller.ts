import type { ResourceRef } from "../object/status.ts";
import { definitionOf, keyPrefix } from "../registry/endpoint.ts";
import type { Registry } from "../registry/registry.ts";
import type { SystemClient } from "../registry/system-client.ts";
import { follow, type Follower } from "../storage/cache/follow.ts";
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

interface ControllerHost {
  readonly registry: Registry;
  readonly client: SystemClient;
  readonly onFailure: (controller: string, key: string, error: unknown) => void;
}

/** Starts a controller: every object there is means work once, and every change from then on, those of a time without news too. */
export async function runController(controller: Controller, { registry, client, onFailure }: ControllerHost): Promise<AsyncDisposable> {
  const queue = new WorkQueue({
    work: (key) => controller.reconcile(key, client),
    onFailure: (key, error) => onFailure(controller.name, key, error),
  });
  const followed: Disposable[] = [];
  for (const { resource, keys } of controller.watches) {
    const definition = definitionOf(registry.definitions, resource);
    const { length } = keyPrefix(definition);
    const workOf = (key: string): readonly string[] => [...keys(key.slice(length))];
    const add = (work: readonly string[]): void => work.forEach((one) => queue.add(one));
    // Of the objects that mean work, and no others: some loops care for one among many.
    let known = new Map<string, readonly string[]>();
    const follower: Follower = {
      reset(records) {
        const present = new Map(records.map(({ key }) => [key, workOf(key)] as const).filter(([, work]) => work.length > 0));
        for (const [key, work] of known) if (!present.has(key)) add(work);
        for (const work of present.values()) add(work);
        known = present;
      },
      changed({ key, current }) {
        const work = workOf(key);
        if (work.length === 0) return;
        if (current === undefined) known.delete(key);
        else known.set(key, work);
        add(work);
      },
    };
    followed.push(await follow(registry.caches.of(definition), follower));
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const one of followed) one[Symbol.dispose]();
      await queue[Symbol.asyncDispose]();
    },
  };
}
