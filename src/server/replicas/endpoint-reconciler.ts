import { objectsIn, stringIn } from "../../object/read.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import type { Config } from "../../config/config.ts";
import type { Storage } from "../../storage/storage.ts";
import { MasterLeases, type ServerAddress } from "./master-leases.ts";

/** Who says which servers the endpoints of default/kubernetes are [--endpoint-reconciler-type]. */
export interface EndpointReconciler {
  /**
   * The servers to be there, `found` being the Endpoints as they are now; undefined: they stay as they are. Errors:
   * StorageError.
   */
  present(found: KubeObject | undefined): Promise<readonly ServerAddress[] | undefined>;
  /** The same without this server, which stops. Errors: StorageError. */
  leave(found: KubeObject | undefined): Promise<readonly ServerAddress[] | undefined>;
}

/** The reconciler that a Config asks for. `storage` gives values as JSON. */
export function endpointReconciler(config: Config, own: ServerAddress, storage: Storage): EndpointReconciler {
  if (config.endpointReconcilerType === "none") return noEndpoints;
  if (config.endpointReconcilerType === "master-count") return byCount(own, config.apiServerCount);
  return config.storageBackend === "etcd3" ? byLeases(new MasterLeases(storage, own)) : soleServer(own);
}

/** Type none: whoever wants endpoints makes them. */
export const noEndpoints: EndpointReconciler = { present: async () => undefined, leave: async () => undefined };

/** A server whose store is its own: there is no other, and the store tells nobody of it once it stops. */
export function soleServer(own: ServerAddress): EndpointReconciler {
  return { present: async () => [own], leave: async () => undefined };
}

/** Type lease: those that have told lately that they live. The last one leaves its endpoint, as kube-apiserver does. */
export function byLeases(leases: MasterLeases): EndpointReconciler {
  return {
    async present() {
      await leases.renew();
      return leases.list();
    },
    async leave() {
      await leases.leave();
      const others = await leases.list();
      return others.length > 0 ? others : undefined;
    },
  };
}

/**
 * Type master-count: this server and those that are there, as many as there are said to be (--apiserver-count); of too
 * many those go that come after this one by address. One that stops stays.
 */
export function byCount(own: ServerAddress, count: number): EndpointReconciler {
  return {
    async present(found) {
      const subset = (found === undefined ? [] : objectsIn(found, "subsets"))[0] ?? {};
      const there = objectsIn(subset, "addresses").map((one) => stringIn(one, "ip"));
      const all = [...new Set([...there, own.address])].sort();
      const after = all.indexOf(own.address) + 1;
      const kept = all.filter((_, i) => (i - after + all.length) % all.length >= all.length - count);
      return kept.map((address) => ({ address, port: own.port }));
    },
    leave: async () => undefined,
  };
}
