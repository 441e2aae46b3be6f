import { hostPort } from "../../object/ip.ts";
import type { SystemClient } from "../../registry/system-client.ts";
import type { Registry } from "../../registry/registry.ts";
import { KubernetesService } from "../kubernetes-service.ts";
import { periodically } from "../periodic.ts";
import { followClocks, type ClockSkew } from "./clock-skew.ts";
import type { EndpointReconciler } from "./endpoint-reconciler.ts";
import { IdentityLease, removeExpiredLeases, RENEWAL_MS } from "./identity-lease.ts";
import type { ServerAddress } from "./master-leases.ts";

/** The original's intervals, in milliseconds. */
const KUBERNETES_SERVICE_MS = 10_000;
const LEASE_REMOVAL_MS = 3600_000;
/** What a stop takes at most to tell the others of it. */
const LEAVE_MS = 1000;

interface ReplicaOptions {
  readonly registry: Registry;
  readonly client: SystemClient;
  /** Where the cluster's members reach this server. */
  readonly own: ServerAddress;
  readonly reconciler: EndpointReconciler;
  /** Told of the other servers' clocks. */
  readonly skew: ClockSkew;
  /** The ranges of services. */
  readonly ranges: readonly string[];
  /** The name of the machine. */
  readonly host: string;
  /** Of this process. */
  readonly uuid: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Told of work that failed and will be repeated. */
  readonly onFailure: (work: string) => (error: unknown) => void;
}

/** Tells the others, and the cluster's members, that this server is there; until it is disposed of. */
export async function joinReplicas(options: ReplicaOptions): Promise<AsyncDisposable> {
  const { registry, client, own, reconciler, skew, ranges, host, uuid, clock, onFailure } = options;
  const identity = new IdentityLease({ client, host, address: hostPort(own.address, own.port), uuid, clock });
  const service = new KubernetesService({ client, ranges, own, reconciler });
  const loops: AsyncDisposable[] = [
    await periodically(() => service.ensure(), KUBERNETES_SERVICE_MS, onFailure("the service default/kubernetes")),
    await periodically(() => identity.renew(), RENEWAL_MS, onFailure("the lease of this server")),
    await periodically(() => removeExpiredLeases(client, clock), LEASE_REMOVAL_MS, onFailure("the leases of servers that are gone")),
  ];
  const clocks = await followClocks(registry, skew, () => identity.name);
  return {
    async [Symbol.asyncDispose]() {
      clocks[Symbol.dispose]();
      await Promise.all(loops.map((loop) => loop[Symbol.asyncDispose]()));
      await within(LEAVE_MS, service.leave()).catch(onFailure("taking this server out of the endpoints"));
    },
  };
}

/** The work's end; an error where it takes longer. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${milliseconds} ms`)), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
