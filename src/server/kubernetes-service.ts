import { setTimeout as sleep } from "node:timers/promises";
import { parseCidr, parseIp } from "../object/ip.ts";
import { equalJson, type JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn } from "../object/read.ts";
import { ENDPOINTS, ENDPOINT_SLICES, SERVICES } from "../object/resource-ids.ts";
import { StatusError, type ResourceRef } from "../object/status.ts";
import { isSpecialAddress } from "../validation/special-addresses.ts";
import { ignoringAbsence } from "../registry/ignoring-absence.ts";
import { AddressRange } from "../registry/service-network/address-range.ts";
import type { SystemClient } from "../registry/system-client.ts";
import { SERVICE_NAME, slicesOf } from "../webhook/service-address.ts";
import type { EndpointReconciler } from "./replicas/endpoint-reconciler.ts";
import type { ServerAddress } from "./replicas/master-leases.ts";

const NAMESPACE = "default";
const NAME = "kubernetes";

/** Attempts beside servers that write the same at the same time, and milliseconds between two of them to make the service. */
const ATTEMPTS = 5;
const RETRY_MS = 100;

interface KubernetesServiceOptions {
  readonly client: SystemClient;
  /** The service ranges; the service has the first address of the first one. */
  readonly ranges: readonly string[];
  /** Where this server is reached by the cluster's members. */
  readonly own: ServerAddress;
  readonly reconciler: EndpointReconciler;
}

/** The service by which pods find the API, default/kubernetes, and its endpoints: the servers that live. */
export class KubernetesService {
  readonly #options: KubernetesServiceOptions;
  #started = false;
  /** There was more than one slice, or nobody has looked yet. */
  #hadFurther = true;

  constructor(options: KubernetesServiceOptions) {
    this.#options = options;
  }

  /** Brings them up to date, to be repeated while the server runs. Errors: StatusError, StorageError. */
  async ensure(): Promise<void> {
    const { client, reconciler } = this.#options;
    const service = await this.#ensureService();
    const ports = this.#ports();
    // At a start only: servers that listen at different ports must not undo one another for ever.
    if (!this.#started && !equalJson(objectIn(service, "spec")["ports"], ports)) {
      await client.update(SERVICES, NAMESPACE, NAME, (object) => ({
        ...object,
        spec: { ...objectIn(object, "spec"), ports } as JsonObject,
      }));
    }
    this.#started = true;
    await this.#announce((found) => reconciler.present(found));
  }

  /** Takes this server out, which stops. Errors: StatusError, StorageError. */
  async leave(): Promise<void> {
    const { reconciler } = this.#options;
    await this.#announce((found) => reconciler.leave(found));
  }

  /** The service, made where it is missing. Errors: StatusError, StorageError. */
  async #ensureService(): Promise<KubeObject> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#options.client.ensure(SERVICES, this.#service());
      } catch (error) {
        const isInvalid = error instanceof StatusError && error.status.reason === "Invalid";
        if (!isInvalid || attempt === ATTEMPTS) throw error;
        // A server that makes it at the same time has taken its address, and is about to store it.
        await sleep(RETRY_MS);
      }
    }
  }

  /** Writes down the servers that `look` finds, given the Endpoints as they are. */
  async #announce(look: (found: KubeObject | undefined) => Promise<readonly ServerAddress[] | undefined>): Promise<void> {
    const { client, own } = this.#options;
    // Others cannot reach a loopback address, and endpoints may not have one: a machine without a network has none.
    if (isSpecialAddress(own.address)) return;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const servers = await look(await client.get(ENDPOINTS, NAMESPACE, NAME));
      // What was written over may have been another server's, which knew of more by then.
      if (servers === undefined || !(await this.#write(servers))) return;
    }
  }

  /** Whether anything that was there has changed. */
  async #write(servers: readonly ServerAddress[]): Promise<boolean> {
    const { client } = this.#options;
    const groups = groupsOf(servers);
    let changed = await put(client, ENDPOINTS, endpointsOf(groups), ["subsets"]);
    const slices = groups.map(sliceOf);
    for (const slice of slices) if (await put(client, ENDPOINT_SLICES, slice, ["endpoints", "ports"])) changed = true;
    const mayHaveOthers = this.#hadFurther || slices.length > 1;
    this.#hadFurther = slices.length > 1;
    if (mayHaveOthers) await this.#removeOthers(slices);
    return changed;
  }

  /** Removes the further slices but these. */
  async #removeOthers(slices: readonly KubeObject[]): Promise<void> {
    const { client } = this.#options;
    const names = new Set(slices.map(({ metadata }) => metadata.name));
    for (const { metadata } of await slicesOf(client, NAMESPACE, NAME)) {
      const { name = "" } = metadata;
      if (names.has(name) || !isFurtherSlice(name)) continue;
      await ignoringAbsence(client.remove(ENDPOINT_SLICES, NAMESPACE, name));
    }
  }

  #ports(): JsonObject[] {
    return [{ name: "https", protocol: "TCP", port: 443, targetPort: this.#options.own.port }];
  }

  #service(): KubeObject {
    const cidr = parseCidr(this.#options.ranges[0] ?? "");
    return {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: NAME, namespace: NAMESPACE, labels: { component: "apiserver", provider: NAME } },
      spec: {
        ...(cidr === undefined ? {} : { clusterIP: new AddressRange(cidr).first }),
        ipFamilyPolicy: "SingleStack",
        ports: this.#ports(),
        sessionAffinity: "None",
        type: "ClusterIP",
      },
    };
  }
}

/** Servers that one slice can tell of: those of one family that listen at the same port. */
interface ServerGroup {
  readonly family: 4 | 6;
  readonly port: number;
  readonly addresses: readonly string[];
}

/** In an order that every replica finds: IPv4 first, then by port. */
function groupsOf(servers: readonly ServerAddress[]): ServerGroup[] {
  const groups = new Map<string, { family: 4 | 6; port: number; addresses: string[] }>();
  for (const { address, port } of servers) {
    const family = parseIp(address)?.family ?? 4;
    const key = `${family} ${port}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { family, port, addresses: [address] });
    else group.addresses.push(address);
  }
  for (const { addresses } of groups.values()) addresses.sort();
  return [...groups.values()].sort((a, b) => a.family - b.family || a.port - b.port);
}

function endpointsOf(groups: readonly ServerGroup[]): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    // The slices beside it are the server's own; the loop that copies endpoints into slices leaves these alone.
    metadata: { name: NAME, namespace: NAMESPACE, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    subsets: groups.map(({ addresses, port }) => ({
      addresses: addresses.map((ip) => ({ ip })),
      ports: [{ name: "https", port, protocol: "TCP" }],
    })),
  };
}

/** The first slice has the service's name, as kube-apiserver's only one. */
function sliceOf({ family, port, addresses }: ServerGroup, index: number): KubeObject {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: index === 0 ? NAME : `${NAME}-ipv${family}-${port}`,
      namespace: NAMESPACE,
      labels: { [SERVICE_NAME]: NAME },
    },
    addressType: `IPv${family}`,
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: "https", port, protocol: "TCP" }],
  };
}

function isFurtherSlice(name: string): boolean {
  return new RegExp(`^${NAME}-ipv[46]-[0-9]+$`).test(name);
}

/** Creates the object, or brings the members up to date that tell where the servers are; gives whether those were others. */
async function put(client: SystemClient, resource: ResourceRef, wanted: KubeObject, members: readonly string[]): Promise<boolean> {
  const { namespace = "", name = "" } = wanted.metadata;
  const existing = await client.ensure(resource, structuredClone(wanted));
  if (members.every((member) => equalJson(existing[member], wanted[member]))) return false;
  if (!equalJson(existing["addressType"], wanted["addressType"])) {
    // Another family is another slice: its type cannot change.
    await ignoringAbsence(client.remove(resource, namespace, name));
    await client.ensure(resource, wanted);
    return true;
  }
  await client.update(resource, namespace, name, (object) => {
    for (const member of members) object[member] = structuredClone(wanted[member]) as never;
    return object;
  });
  return true;
}
