import { LEASES } from "../../object/resource-ids.ts";
import type { Registry } from "../../registry/registry.ts";
import { definitionOf } from "../../registry/endpoint.ts";
import { follow } from "../../storage/cache/follow.ts";
import type { CacheEvent } from "../../storage/cache/event-window.ts";
import { IDENTITY_NAMESPACE, isIdentityLease, renewTime, RENEWAL_MS } from "./identity-lease.ts";

/** Clocks that differ by more cannot agree on which token or certificate is still good, in milliseconds. */
const BOUND_MS = 5_000;
/** Renewals of one server that are looked at, and how many say anything: one alone may just have come late. */
const MOST_SAMPLES = 4;
const LEAST_SAMPLES = 2;
/** A server that has not renewed for so long is not compared with. */
const LIVING_MS = 3 * RENEWAL_MS;
/** Servers that are compared with. */
const MOST_SERVERS = 256;

interface Other {
  /** Our time at its renewals, less the time that it gave them. */
  readonly differences: number[];
  seenAt: number;
}

/**
 * What the leases of other API servers tell of the clocks: each holds its server's time, and comes a moment later. The
 * moment makes a difference larger, never smaller, so the smallest of the latest is nearest to the clocks' own.
 */
export class ClockSkew {
  readonly #clock: () => number;
  readonly #others = new Map<string, Other>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** How old leases are that were there before is not known, so they tell nothing. */
  reset(): void {
    this.#others.clear();
  }

  /** A lease of another server was written or removed. */
  changed({ key, current, previous }: Pick<CacheEvent, "key" | "current" | "previous">): void {
    // Before it is read: nodes have many leases, in a namespace of their own.
    if (!key.includes(`/${IDENTITY_NAMESPACE}/`)) return;
    if (current === undefined) return void this.#others.delete(key);
    const lease = current.glimpse();
    if (!isIdentityLease(lease)) return;
    const renewed = renewTime(lease);
    const now = this.#clock();
    const difference = now - Date.parse(renewed);
    if (Number.isNaN(difference) || (previous !== undefined && renewTime(previous.glimpse()) === renewed)) return;
    let other = this.#others.get(key);
    if (other === undefined) {
      this.#forgetDead(now);
      if (this.#others.size >= MOST_SERVERS) return;
      this.#others.set(key, (other = { differences: [], seenAt: now }));
    }
    other.seenAt = now;
    other.differences.push(difference);
    if (other.differences.length > MOST_SAMPLES) other.differences.shift();
  }

  /**
   * What is wrong with this server's clock; undefined while it agrees with those of at least half of the other servers:
   * so that one wrong clock does not condemn all the others.
   */
  fault(): string | undefined {
    this.#forgetDead(this.#clock());
    const known = [...this.#others].filter(([, { differences }]) => differences.length >= LEAST_SAMPLES);
    const skews = known.map(([key, { differences }]) => ({ key, skew: Math.min(...differences) }));
    const far = skews.filter(({ skew }) => Math.abs(skew) > BOUND_MS);
    const [first] = far;
    if (first === undefined || far.length * 2 <= skews.length) return undefined;
    const by = `${(Math.abs(first.skew) / 1000).toFixed(1)} s ${first.skew > 0 ? "ahead of" : "behind"}`;
    const name = first.key.slice(first.key.lastIndexOf("/") + 1);
    return `this server's clock is ${by} that of ${name}; ${BOUND_MS / 1000} s is the most that servers may differ`;
  }

  #forgetDead(now: number): void {
    for (const [key, { seenAt }] of this.#others) if (Math.abs(now - seenAt) > LIVING_MS) this.#others.delete(key);
  }
}

/** Keeps the comparison up to date with the leases in the store but the server's own. Errors: StorageError. */
export function followClocks(registry: Registry, skew: ClockSkew, own: () => string): Promise<Disposable> {
  return follow(registry.caches.of(definitionOf(registry.definitions, LEASES)), {
    reset: () => skew.reset(),
    changed(event) {
      if (!event.key.endsWith(`/${own()}`)) skew.changed(event);
    },
  });
}
