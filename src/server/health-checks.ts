import type { EtcdTimeouts } from "../config/etcd.ts";
import type { HealthCheck } from "../discovery/health.ts";
import type { Storage } from "../storage/storage.ts";

/** What the checks look at. */
interface HealthSubjects {
  readonly storage: Storage;
  /** Stores of single resources. */
  readonly overrides: readonly Storage[];
  readonly timeouts: Pick<EtcdTimeouts, "healthCheck" | "readyCheck">;
  /** Whether the watch caches that every write reads have been loaded. */
  readonly cachesLoaded: () => boolean;
  /** What is wrong with this server's clock, beside those of other servers on the store. */
  readonly clockFault: () => string | undefined;
  readonly stopping: () => boolean;
}

/** The checks of a server, in the order in which they are listed; names are the original's where it has them. */
export function healthChecks({ storage, overrides, timeouts, cachesLoaded, clockFault, stopping }: HealthSubjects): HealthCheck[] {
  const works = (store: Storage, patience: number) => async (): Promise<void> => {
    const fault = await store.health(patience);
    if (fault !== undefined) throw new Error(fault);
  };
  /** The two checks of a store; `mark` tells it from others. */
  const checksOf = (store: Storage, mark: (name: string) => string): HealthCheck[] => [
    { name: mark("etcd"), doors: ["healthz", "livez", "readyz"], check: works(store, timeouts.healthCheck) },
    { name: mark("etcd-readiness"), doors: ["readyz"], check: works(store, timeouts.readyCheck) },
  ];
  return [
    { name: "ping", doors: ["healthz", "livez", "readyz"], check: () => {} },
    ...checksOf(storage, (name) => name),
    ...overrides.flatMap((store, index) => checksOf(store, (name) => `${name.replace("etcd", "etcd-override")}-${index}`)),
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
