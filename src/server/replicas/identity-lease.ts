import type { KubeObject } from "../../object/kube-object.ts";
import { labelValue } from "../../object/names.ts";
import { numberIn, objectIn, stringIn } from "../../object/read.ts";
import { LEASES } from "../../object/resource-ids.ts";
import { formatMicroTime, instantFromMillis } from "../../object/time.ts";
import { ignoringAbsence } from "../../registry/ignoring-absence.ts";
import type { SystemClient } from "../../registry/system-client.ts";
import { IDENTITY, serverId } from "./server-id.ts";

/** Where the leases of API servers lie, and what tells them from others (concepts/architecture/leases). */
export const IDENTITY_NAMESPACE = "kube-system";
const IDENTITY_LABEL = "apiserver.kubernetes.io/identity";
const HOST_LABEL = "kubernetes.io/hostname";
/** host:port at which other servers reach the lease's. */
const ADDRESS = "kubernetes.io/peer-advertise-address";

const LEASE_SECONDS = 3600;
/** How often a server renews its lease, in milliseconds. */
export const RENEWAL_MS = 10_000;
/** Who renewed so lately lives. */
const LIVING_MS = 2.5 * RENEWAL_MS;

interface IdentityLeaseOptions {
  readonly client: Pick<SystemClient, "ensure" | "update">;
  /** The name of the machine. */
  readonly host: string;
  /** host:port at which the cluster's members reach this server. */
  readonly address: string;
  /** Of this process: tells it from the one before it at the same address. */
  readonly uuid: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** The Lease by which an API server tells that it lives. */
export class IdentityLease {
  readonly #options: IdentityLeaseOptions;
  #name: string;

  constructor(options: IdentityLeaseOptions) {
    this.#options = options;
    this.#name = serverId(options.host);
  }

  /** Its name as it is now: another server of this host may have had the first choice. */
  get name(): string {
    return this.#name;
  }

  /** Writes the present time into the lease, which is made where it is missing. Errors: StatusError, StorageError. */
  async renew(): Promise<void> {
    if (await this.#renewed()) return;
    // Two servers of one host would share a name: who comes second takes one that its address is part of.
    this.#name = serverId(this.#options.host, this.#options.address);
    await this.#renewed();
  }

  /** Renews the lease that has the name; false where it is that of another server that lives. */
  async #renewed(): Promise<boolean> {
    const { client } = this.#options;
    const wanted = this.#lease();
    const found = await client.ensure(LEASES, structuredClone(wanted));
    if (this.#isOthers(found)) return false;
    if (renewTime(found) === renewTime(wanted)) return true;
    const renewed = await client.update(LEASES, IDENTITY_NAMESPACE, this.#name, (lease) => {
      // Of two that find a lease of somebody gone, one is faster.
      if (this.#isOthers(lease)) return undefined;
      lease.metadata.labels = { ...lease.metadata.labels, ...wanted.metadata.labels };
      lease.metadata.annotations = { ...lease.metadata.annotations, ...wanted.metadata.annotations };
      // The time of each attempt: others compare clocks by it.
      return { ...lease, spec: { ...objectIn(lease, "spec"), ...objectIn(this.#lease(), "spec") } as KubeObject["spec"] };
    });
    return !this.#isOthers(renewed);
  }

  #isOthers(lease: KubeObject): boolean {
    if (lease.metadata.annotations?.[ADDRESS] === this.#options.address) return false;
    if (stringIn(objectIn(lease, "spec"), "holderIdentity") === this.#holder()) return false;
    return Math.abs(this.#options.clock() - Date.parse(renewTime(lease))) < LIVING_MS;
  }

  #holder(): string {
    return `${this.#name}_${this.#options.uuid}`;
  }

  #lease(): KubeObject {
    const { host, address, clock } = this.#options;
    return {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        name: this.#name,
        namespace: IDENTITY_NAMESPACE,
        // Not every name of a host can be a label.
        labels: { [IDENTITY_LABEL]: IDENTITY, ...(labelValue(host).length === 0 ? { [HOST_LABEL]: host } : {}) },
        annotations: { [ADDRESS]: address },
      },
      spec: {
        holderIdentity: this.#holder(),
        leaseDurationSeconds: LEASE_SECONDS,
        renewTime: formatMicroTime(instantFromMillis(clock())),
      },
    };
  }
}

/** Whether an object is the lease of an API server. */
export function isIdentityLease({ metadata }: KubeObject): boolean {
  return metadata.namespace === IDENTITY_NAMESPACE && metadata.labels?.[IDENTITY_LABEL] === IDENTITY;
}

/** When a lease was last renewed, as it stands there; "" where it was never. */
export function renewTime(lease: KubeObject): string {
  return stringIn(objectIn(lease, "spec"), "renewTime");
}

/** Removes the leases of servers that have not renewed theirs in time: they are gone. Errors: StatusError, StorageError. */
export async function removeExpiredLeases(client: Pick<SystemClient, "list" | "remove">, clock: () => number): Promise<void> {
  for (const lease of await client.list(LEASES, IDENTITY_NAMESPACE)) {
    if (!isIdentityLease(lease) || !isExpired(lease, clock())) continue;
    const { name = "", uid = "", resourceVersion = "" } = lease.metadata;
    // Another replica may be faster; one that was renewed meanwhile is a conflict and stays.
    await ignoringAbsence(client.remove(LEASES, IDENTITY_NAMESPACE, name, { uid, resourceVersion }));
  }
}

function isExpired(lease: KubeObject, now: number): boolean {
  const renewed = Date.parse(renewTime(lease));
  const seconds = numberIn(objectIn(lease, "spec"), "leaseDurationSeconds");
  // What has no such time was not written by a server that means to renew it.
  return !(renewed + seconds * 1000 >= now);
}
