import type { Controller } from "../controllers/controller.ts";
import { conditionOf, setCondition, type Condition } from "../object/conditions.ts";
import { structIn } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { API_SERVICES, ENDPOINT_SLICES, SERVICES } from "../object/resource-ids.ts";
import { timestamp } from "../object/timestamp.ts";
import { ignoringAbsence } from "../registry/ignoring-absence.ts";
import type { SystemClient } from "../registry/system-client.ts";
import type { OwnResolver, ServicePort, ServiceResolver } from "../webhook/service-address.ts";
import type { ApiServices } from "./api-services.ts";
import { probe } from "./probe.ts";
import type { RemoteApi } from "./remote-api.ts";
import { serviceAbsence } from "./service-absence.ts";

/** How often a server that answers is looked at, and how soon one that does not: twice as late each time. In milliseconds. */
const CHECK_MS = 30_000;
const FIRST_RETRY_MS = 1000;
/** Changes that come sooner after a look than this wait for so long. */
const CALM_MS = 500;

interface AvailabilityOptions {
  readonly apis: ApiServices;
  readonly client: SystemClient;
  readonly resolveService: ServiceResolver;
  /** What the embedding program knows: of such a service the cluster need not tell. */
  readonly ownResolver: OwnResolver | undefined;
  readonly clock: () => number;
  /** Told that a server answers, each time that it was looked at. */
  readonly onAvailable: (api: RemoteApi) => void;
  readonly onFailure: (name: string, error: unknown) => void;
}

interface Check {
  running: boolean;
  /** Something changed while it ran. */
  again: boolean;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Looks whether the servers behind API services answer, and writes it into their conditions. Each is looked at by itself,
 * so that one that hangs keeps no other waiting.
 */
export class Availability implements Disposable {
  readonly #options: AvailabilityOptions;
  readonly #checks = new Map<string, Check>();
  #closed = false;

  constructor(options: AvailabilityOptions) {
    this.#options = options;
  }

  /** The loop that has API services looked at when they, their services or endpoints change. */
  get controller(): Controller {
    return {
      name: "apiservice-availability",
      watches: [
        { resource: API_SERVICES, keys: (name) => [name] },
        { resource: SERVICES, keys: (key) => [`/${key}`] },
        // Which service a slice belongs to, its key does not say: all API services of the namespace are looked at.
        { resource: ENDPOINT_SLICES, keys: (key) => [`/${key.split("/", 1)[0]}`] },
      ],
      reconcile: async (key) => {
        for (const { name, spec } of this.#options.apis.remotes()) {
          const { service } = spec;
          if ([name, `/${service.namespace}`, `/${service.namespace}/${service.name}`].includes(key)) this.#check(name);
        }
      },
    };
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    for (const { timer } of this.#checks.values()) clearTimeout(timer);
  }

  #check(name: string): void {
    if (this.#closed) return;
    const known = this.#checks.get(name);
    if (known?.running === true) {
      known.again = true;
      return;
    }
    const check = known ?? { running: false, again: false, failures: 0, timer: undefined };
    this.#checks.set(name, check);
    clearTimeout(check.timer);
    check.running = true;
    void this.#look(name, check).then((wait) => {
      check.running = false;
      if (wait !== undefined) this.#checkIn(name, check, check.again ? CALM_MS : wait);
      check.again = false;
    });
  }

  #checkIn(name: string, check: Check, ms: number): void {
    if (this.#closed) return;
    check.timer = setTimeout(() => this.#check(name), ms);
    check.timer.unref();
  }

  /** Gives how soon to look again, in milliseconds; undefined: the API service has gone. */
  async #look(name: string, check: Check): Promise<number | undefined> {
    let isAvailable = false;
    try {
      const api = this.#find(name);
      if (api === undefined) {
        this.#checks.delete(name);
        return undefined;
      }
      isAvailable = await this.#tell(api);
    } catch (error) {
      if (!this.#closed) this.#options.onFailure(name, error);
    }
    check.failures = isAvailable ? 0 : check.failures + 1;
    return isAvailable ? CHECK_MS : Math.min(FIRST_RETRY_MS * 2 ** (check.failures - 1), CHECK_MS);
  }

  /** Writes down how a server is. True: it answers. */
  async #tell(api: RemoteApi): Promise<boolean> {
    const { client, clock, resolveService, ownResolver, onAvailable } = this.#options;
    const { service } = api.spec;
    const absence = (await knows(ownResolver, service)) ? undefined : await serviceAbsence(service, client);
    const fault = absence === undefined ? await probe(api, resolveService) : undefined;
    // Its API service may have changed while it was asked.
    if (this.#find(api.name) !== api) return false;
    const why = absence ?? (fault === undefined ? PASSED : { reason: "FailedDiscoveryCheck", message: fault });
    const status = why === PASSED ? "True" : "False";
    await writeCondition(client, api.name, { type: "Available", status, lastTransitionTime: timestamp(clock()), ...why });
    if (status === "True") onAvailable(api);
    return status === "True";
  }

  #find(name: string): RemoteApi | undefined {
    for (const api of this.#options.apis.remotes()) if (api.name === name) return api;
    return undefined;
  }
}

/** Whether the program says where a service is. What it fails on it knows: the probe tells how. */
async function knows(own: OwnResolver | undefined, service: ServicePort): Promise<boolean> {
  try {
    return (await own?.(service)) !== undefined;
  } catch {
    return true;
  }
}

const PASSED = { reason: "Passed", message: "all checks passed" };

async function writeCondition(client: SystemClient, name: string, condition: Condition): Promise<void> {
  const { status, reason, message } = condition;
  const current = await client.get(API_SERVICES, "", name);
  const told = current && conditionOf(current, "Available");
  if (told?.["status"] === status && told["reason"] === reason && told["message"] === message) return;
  const change = (object: KubeObject): KubeObject => {
    setCondition(structIn(object, "status"), condition);
    return object;
  };
  // Where somebody changed it meanwhile, it is looked at again.
  await ignoringAbsence(client.update(API_SERVICES, "", name, change, "status"), "Conflict");
}
