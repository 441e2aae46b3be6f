import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, stringIn, stringsIn } from "../../object/read.ts";
import { IP_ADDRESSES, SERVICES } from "../../object/resource-ids.ts";
import { isHeadless, needsClusterIp, nodePortsOf } from "../../resources/core/service-fields.ts";
import type { SystemClient } from "../system-client.ts";
import { canonicalIp, isHolder, MANAGED_BY, MANAGER, type ClusterIps } from "./cluster-ips.ts";
import type { NodePorts } from "./node-ports.ts";

/** An address may be taken so long before its service is stored, in milliseconds. */
const GRACE_MS = 60_000;

/** A port without a service is freed when it was found so many times in a row: its service may just be on its way. */
const SIGHTINGS = 3;

interface ServiceRepairOptions {
  readonly client: Pick<SystemClient, "get" | "list">;
  readonly ips: ClusterIps;
  readonly ports: NodePorts;
  readonly clock: () => number;
}

/**
 * Makes what is marked as taken agree with what services hold. Needed after a server died between the two, and after
 * somebody deleted an IPAddress by hand. Several replicas may run it at once.
 */
export class ServiceRepair {
  readonly #options: ServiceRepairOptions;
  /** Ports that nobody holds, and how many runs have found them so. */
  #leaked = new Map<number, number>();

  constructor(options: ServiceRepairOptions) {
    this.#options = options;
  }

  /** Errors: those of the store; what was repaired until then stays. */
  async run(): Promise<void> {
    const services = await this.#options.client.list(SERVICES);
    await this.#addresses(services);
    await this.#ports(services);
  }

  async #addresses(services: readonly KubeObject[]): Promise<void> {
    const { client, ips, clock } = this.#options;
    for (const service of services) {
      for (const ip of addressesOf(service)) {
        const held = await client.get(IP_ADDRESSES, "", ip);
        if (held !== undefined && (isHolder(held, service) || (await this.#isHeld(held)))) continue;
        // It names a service that does not have it.
        if (held !== undefined) await ips.remove(held);
        await ips.restore(ip, service);
      }
    }
    for (const address of await client.list(IP_ADDRESSES)) {
      const { labels = {}, creationTimestamp = "" } = address.metadata;
      if (labels[MANAGED_BY] !== MANAGER || clock() - Date.parse(creationTimestamp) < GRACE_MS) continue;
      if (!(await this.#isHeld(address))) await ips.remove(address);
    }
  }

  /** Whether the service that an IPAddress names is there and has that address. */
  async #isHeld(address: KubeObject): Promise<boolean> {
    const parent = objectIn(objectIn(address, "spec"), "parentRef");
    const service = await this.#options.client.get(SERVICES, stringIn(parent, "namespace"), stringIn(parent, "name"));
    return service !== undefined && isHolder(address, service) && addressesOf(service).includes(address.metadata.name ?? "");
  }

  async #ports(services: readonly KubeObject[]): Promise<void> {
    const { ports } = this.#options;
    const held = new Set(services.flatMap((service) => nodePortsOf(objectIn(service, "spec"))));
    const taken = new Set((await ports.read()).taken());
    const leaked = new Map<number, number>();
    for (const port of taken) if (!held.has(port)) leaked.set(port, (this.#leaked.get(port) ?? 0) + 1);
    const freed = [...leaked].filter(([, sightings]) => sightings >= SIGHTINGS).map(([port]) => port);
    await ports.change((bitmap) => {
      for (const port of held) bitmap.add(port);
      for (const port of freed) bitmap.delete(port);
    });
    for (const port of freed) leaked.delete(port);
    this.#leaked = leaked;
  }
}

/** The addresses of a service, as their objects are named. */
function addressesOf(service: KubeObject): string[] {
  const spec = objectIn(service, "spec");
  return needsClusterIp(spec) && !isHeadless(spec) ? stringsIn(spec, "clusterIPs").map(canonicalIp) : [];
}
