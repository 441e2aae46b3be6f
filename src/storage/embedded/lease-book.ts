import type { Clock, Timer } from "../clock.ts";
import type { LeaseRecord } from "./version-store.ts";

interface Lease extends LeaseRecord {
  timer: Timer | undefined;
}

/** Longest time for which a lease is given to others that ask for the same (as kube-apiserver's lease manager does). */
const longestReuse = 60_000;
/** And at most this part of what was asked for. */
const reuseShare = 0.05;

/**
 * The leases that run, and their timers. Leases for the same time are shared for a while and last that much longer, so
 * that ten thousand events don't cost ten thousand leases. A lease needs no write of its own: it is stored with the
 * first batch that follows, since no key can use it earlier.
 */
export class LeaseBook {
  readonly #clock: Clock;
  readonly #expired: (lease: number) => void;
  readonly #leases = new Map<number, Lease>();
  /** The shared lease of a number of seconds, and until when it is given out. */
  readonly #shared = new Map<number, { readonly lease: number; readonly until: number }>();
  #unsaved: LeaseRecord[] = [];
  #last = 0;
  #stopped = false;

  constructor(clock: Clock, records: readonly LeaseRecord[], expired: (lease: number) => void) {
    this.#clock = clock;
    this.#expired = expired;
    for (const record of records) {
      this.#last = Math.max(this.#last, record.lease);
      this.#run({ ...record, timer: undefined });
    }
  }

  grant(seconds: number): number {
    const now = this.#clock.now();
    const shared = this.#shared.get(seconds);
    if (shared !== undefined && now < shared.until && this.#leases.has(shared.lease)) return shared.lease;
    // Leases are numbered by the time, so that a number is never used twice, after a restart neither.
    const lease = Math.max(this.#last + 1, now);
    this.#last = lease;
    const reuse = Math.min(longestReuse, seconds * 1000 * reuseShare);
    const record = { lease, seconds, expiresAt: now + seconds * 1000 + reuse };
    this.#run({ ...record, timer: undefined });
    this.#unsaved.push(record);
    for (const [time, { until }] of this.#shared) if (until <= now) this.#shared.delete(time);
    this.#shared.set(seconds, { lease, until: now + reuse });
    return lease;
  }

  /** Whether keys may be put with this lease. */
  runs(lease: number): boolean {
    return this.#leases.has(lease);
  }

  /** Stops a lease: no key can be put with it from here on. False where there is none. */
  end(lease: number): boolean {
    const found = this.#leases.get(lease);
    found?.timer?.cancel();
    return this.#leases.delete(lease);
  }

  /** Gives the leases that no batch has taken yet, to be stored by this one. */
  takeUnsaved(): readonly LeaseRecord[] {
    const taken = this.#unsaved;
    this.#unsaved = [];
    return taken;
  }

  /** The batch failed: they are for the next one. */
  putBack(records: readonly LeaseRecord[]): void {
    this.#unsaved.unshift(...records.filter(({ lease }) => this.#leases.has(lease)));
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#leases.values()) timer?.cancel();
  }

  #run(lease: Lease): void {
    this.#leases.set(lease.lease, lease);
    this.#wait(lease);
  }

  #wait(lease: Lease): void {
    lease.timer = this.#clock.after(Math.max(0, lease.expiresAt - this.#clock.now()), () => {
      if (this.#stopped || !this.#leases.has(lease.lease)) return;
      // A timer may be early: by a long wait's limit, or by a clock that was set back.
      if (this.#clock.now() < lease.expiresAt) this.#wait(lease);
      else this.#expired(lease.lease);
    });
  }
}
