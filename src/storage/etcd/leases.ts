import type { Clock } from "../clock.ts";
import type { Connection } from "./connection.ts";
import {
  leaseGrantRequest,
  leaseRevokeRequest,
  leaseTimeToLiveRequest,
  paths,
  readHeader,
  readLeaseList,
  readTimeToLive,
} from "./messages.ts";
import { StorageError } from "../storage.ts";

/** Seconds for which a lease is given to whoever asks for the same time (kube-apiserver's --lease-reuse-duration-seconds). */
const longestReuse = 60;
/** At most this part of a lease's time is given away by reuse. */
const reuseShare = 0.05;
/** Keys on one lease: etcd deletes them in one go. */
const mostUses = 1_000;
const mostTries = 3;

/** Leases in etcd, of which one is shared by those who ask for the same time within a minute. */
export class Leases {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #shared = new Map<number, { readonly lease: Promise<number>; readonly until: number; uses: number }>();
  #listed: ReadonlyMap<number, number | bigint> | undefined;

  constructor(connection: Connection, clock: Clock, random: () => number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#random = random;
  }

  /** A lease of at least so many seconds. Errors: StorageError. */
  async grant(seconds: number): Promise<number> {
    const now = this.#clock.now();
    const shared = this.#shared.get(seconds);
    if (shared !== undefined && now < shared.until && shared.uses < mostUses) {
      shared.uses++;
      return shared.lease;
    }
    const reuse = Math.min(longestReuse, Math.floor(seconds * reuseShare));
    const lease = this.#make(Math.ceil(seconds) + reuse);
    if (reuse === 0) return lease;
    for (const [time, { until }] of this.#shared) if (until <= now) this.#shared.delete(time);
    this.#shared.set(seconds, { lease, until: now + reuse * 1000, uses: 1 });
    lease.catch(() => this.#shared.delete(seconds));
    return lease;
  }

  /** What was given out may not be there any more: nobody gets it again. */
  forget(): void {
    this.#shared.clear();
  }

  /** Ends a lease; gives the revision after it. */
  async revoke(lease: number): Promise<number> {
    for (const [seconds, { lease: shared }] of this.#shared) if ((await shared.catch(() => 0)) === lease) this.#shared.delete(seconds);
    try {
      return readHeader(await this.#connection.write(paths.leaseRevoke, leaseRevokeRequest(lease))).revision;
    } catch (error) {
      if (error instanceof StorageError && isLeaseLost(error)) return 0;
      throw error;
    }
  }

  /** Seconds that a lease has left, by its number as pairs have it: others' leases have more bits than that. Errors: StorageError. */
  async secondsLeft(lease: number): Promise<number> {
    if (this.#listed?.has(lease) !== true) {
      const ids = readLeaseList(await this.#connection.read(paths.leaseList, Buffer.alloc(0)));
      this.#listed = new Map(ids.map((id) => [Number(id), id]));
    }
    const id = this.#listed?.get(lease);
    if (id === undefined) return 0;
    return readTimeToLive(await this.#connection.read(paths.leaseTimeToLive, leaseTimeToLiveRequest(id)));
  }

  async #make(seconds: number): Promise<number> {
    for (let tried = 1; ; tried++) {
      // Of our choosing, since etcd's own have more bits than a number holds.
      const id = 1 + Math.floor(this.#random() * (Number.MAX_SAFE_INTEGER - 1));
      try {
        await this.#connection.write(paths.leaseGrant, leaseGrantRequest(seconds, id));
        return id;
      } catch (error) {
        const taken = error instanceof StorageError && error.message.endsWith("lease already exists");
        if (!taken || tried >= mostTries) throw error;
      }
    }
  }
}

/** Whether a call failed for a lease that etcd does not know, or not any more. */
export function isLeaseLost({ message }: StorageError): boolean {
  return message.endsWith("requested lease not found");
}
