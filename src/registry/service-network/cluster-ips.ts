import { cidrContains, formatIp, parseCidr, parseIpSloppy, type IpAddress } from "../../object/ip.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import type { RandomBytes } from "../../object/names-generator.ts";
import { objectIn, stringIn, stringsIn } from "../../object/read.ts";
import { StatusError } from "../../object/status.ts";
import { conditionOf, isConditionTrue } from "../../object/conditions.ts";
import { SERVICE_CIDRS, IP_ADDRESSES } from "../../object/resource-ids.ts";
import { ignoringAbsence } from "../ignoring-absence.ts";
import type { SystemClient } from "../system-client.ts";
import { AddressRange } from "./address-range.ts";

/** Labels of an IPAddress that the server made (reference/labels-annotations-taints). */
export const MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
export const MANAGER = "ipallocator.k8s.io";
const FAMILY_LABEL = "ipaddress.kubernetes.io/ip-family";

/** Why an address cannot be had; the text is what clients are told. */
export class AddressUnavailable extends Error {}

interface ClusterIpsOptions {
  readonly client: Pick<SystemClient, "get" | "list" | "create" | "remove">;
  /** The ranges that the server was started with: they come first. */
  readonly ranges: readonly string[];
  readonly random: RandomBytes;
}

/**
 * The cluster IPs of services. An address is taken by creating the IPAddress object of its name, so that of several
 * replicas one wins, and freed by deleting it (KEP-1880).
 */
export class ClusterIps {
  readonly #options: ClusterIpsOptions;

  constructor(options: ClusterIpsOptions) {
    this.#options = options;
  }

  /** Takes an address that the client chose. Errors: AddressUnavailable. */
  async take(ip: string, service: KubeObject, dryRun: boolean): Promise<void> {
    const address = parseIpSloppy(ip);
    if (address === undefined) throw new AddressUnavailable(`failed to parse service IP ${JSON.stringify(ip)}`);
    const range = largestCovering(await this.#ranges(), address);
    if (range === undefined) throw new AddressUnavailable("the provided network does not match the current range");
    if (!range.has(address)) {
      const { address: start, prefix } = range.cidr;
      throw new AddressUnavailable(
        `the provided IP (${formatIp(address)}) is not in the valid range. The range of valid IPs is ${formatIp(start)}/${prefix}`,
      );
    }
    if (!dryRun && !(await this.#create(formatIp(address), address.family, service)))
      throw new AddressUnavailable("provided IP is already allocated");
  }

  /** Takes any free address of a family. Errors: AddressUnavailable where there is none. */
  async takeNext(family: string, service: KubeObject, dryRun: boolean): Promise<string> {
    const version = family === "IPv6" ? 6 : 4;
    for (const range of await this.#ranges()) {
      if (range.cidr.address.family !== version) continue;
      // A dry run shows the network's own address, which nobody can have.
      if (dryRun) return formatIp(range.cidr.address);
      for (const ip of range.candidates(this.#options.random)) {
        if ((await this.#options.client.get(IP_ADDRESSES, "", ip)) !== undefined) continue;
        if (await this.#create(ip, version, service)) return ip;
      }
    }
    throw new AddressUnavailable("range is full");
  }

  /** Frees an address, if the service is the one that holds it. Errors: those of the store. */
  async free(ip: string, service: KubeObject): Promise<void> {
    const held = await this.#options.client.get(IP_ADDRESSES, "", canonicalIp(ip));
    if (held === undefined || !isHolder(held, service)) return;
    await this.remove(held);
  }

  /** Removes an IPAddress, whoever holds it; one that is gone, or has come in its place, is fine. */
  async remove({ metadata: { name = "", uid = "" } }: KubeObject): Promise<void> {
    await ignoringAbsence(this.#options.client.remove(IP_ADDRESSES, "", name, { uid }), "Conflict");
  }

  /** Whether the address is the service's own now. */
  async restore(ip: string, service: KubeObject): Promise<boolean> {
    return this.#create(canonicalIp(ip), parseIpSloppy(ip)?.family ?? 4, service);
  }

  /** The ranges in use: the server's own, then others by name; not those that are being deleted or are not ready. */
  async #ranges(): Promise<AddressRange[]> {
    const own = this.#options.ranges;
    const objects = (await this.#options.client.list(SERVICE_CIDRS)).filter(isReady);
    const added = objects.flatMap((object) => stringsIn(objectIn(object, "spec"), "cidrs")).filter((text) => !own.includes(text));
    return [...own, ...new Set(added)]
      .map((text) => parseCidr(text))
      .filter((cidr) => cidr !== undefined)
      .map((cidr) => new AddressRange(cidr));
  }

  /** False where another service holds it. */
  async #create(name: string, family: 4 | 6, service: KubeObject): Promise<boolean> {
    const { namespace = "", name: serviceName = "" } = service.metadata;
    const object: KubeObject = {
      apiVersion: "networking.k8s.io/v1",
      kind: "IPAddress",
      metadata: { name, labels: { [FAMILY_LABEL]: `IPv${family}`, [MANAGED_BY]: MANAGER } },
      spec: { parentRef: { group: "", resource: "services", namespace, name: serviceName } },
    };
    try {
      await this.#options.client.create(IP_ADDRESSES, object);
      return true;
    } catch (error) {
      if (error instanceof StatusError && error.status.reason === "AlreadyExists") return false;
      throw error;
    }
  }
}

/** The name of an address's object. */
export function canonicalIp(ip: string): string {
  const address = parseIpSloppy(ip);
  return address === undefined ? ip : formatIp(address);
}

/** Whether an IPAddress belongs to a service. */
export function isHolder(address: KubeObject, service: KubeObject): boolean {
  const parent = objectIn(objectIn(address, "spec"), "parentRef");
  return (
    stringIn(parent, "group") === "" &&
    stringIn(parent, "resource") === "services" &&
    stringIn(parent, "namespace") === (service.metadata.namespace ?? "") &&
    stringIn(parent, "name") === (service.metadata.name ?? "")
  );
}

/** Without the loop that judges it, a range is ready. */
function isReady(range: KubeObject): boolean {
  if (range.metadata.deletionTimestamp !== undefined) return false;
  return conditionOf(range, "Ready") === undefined || isConditionTrue(range, "Ready");
}

/** Of ranges within one another the largest knows which addresses are usable. */
function largestCovering(ranges: readonly AddressRange[], address: IpAddress): AddressRange | undefined {
  const covering = ranges.filter((range) => cidrContains(range.cidr, address));
  return covering.reduce<AddressRange | undefined>(
    (best, range) => (best === undefined || range.cidr.prefix < best.cidr.prefix ? range : best),
    undefined,
  );
}
