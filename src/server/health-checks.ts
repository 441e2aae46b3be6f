import type { EtcdTimeouts } from "../config/etcd.ts";
import type { HealthCheck } from "../discovery/health.ts";
import type { Storage } from "../storage/storage.ts";

/** What the checks look at. */
export interface HealthSubjects {
  readonly storage: Storage;
  readonly timeouts: Pick<EtcdTimeouts, "healthCheck" | "readyCheck">;
  /** Whether the watch caches that every write reads have been loaded. */
  readonly cachesLoaded: () => boolean;
  /** What is wrong with this server's clock, beside those of other servers on the store. */
  readonly clockFault: () => string | undefined;
  readonly stopping: () => boolean;
}

/** The checks of a server, in the order in which they are listed; names are the original's where it has them. */
export function healthChecks({ storage, timeouts, cachesLoaded, clockFault, stopping }: HealthSubjects): HealthCheck[] {
  const storeWorks = async (patience: number): Promise<void> => {
    const fault = await storage.health(patience);
    if (fault !== undefined) throw new Error(fault);
  };
  return [
    { name: "ping", doors: ["healthz", "livez", "readyz"], check: () => {} },
    { name: "etcd", doors: ["healthz", "livez", "readyz"], check: () => storeWorks(timeouts.healthCheck) },
    { name: "etcd-readiness", doors: ["readyz"], check: () => storeWorks(timeouts.readyCheck) },
    {
      name: "informer-sync",
      doors: ["readyz"],
      check: () => {
        if (!cachesLoaded()) throw new Error("the caches are not loaded yet");
      },
    },
    {
      name: "clock-skew",
      doors: ["readyz"],
      check: () => {
        const fault = clockFault();
        if (fault !== undefined) throw new Error(fault);
      },
    },
    {
      name: "shutdown",
      doors: ["readyz"],
      check: () => {
        if (stopping()) throw new Error("process is shutting down");
      },
    },
  ];
}
