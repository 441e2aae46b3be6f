import { parseCidr, parseIp } from "../object/ip.ts";
import { equalJson, type JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn } from "../object/read.ts";
import { ENDPOINTS, ENDPOINT_SLICES, SERVICES } from "../object/resource-ids.ts";
import type { ResourceRef } from "../object/status.ts";
import { isSpecialAddress } from "../validation/special-addresses.ts";
import { AddressRange } from "../registry/service-network/address-range.ts";
import type { SystemClient } from "../registry/system-client.ts";

const NAMESPACE = "default";
const NAME = "kubernetes";

export interface ApiAddress {
  /** The service ranges; the service has the first address of the first one. */
  readonly ranges: readonly string[];
  /** Where this server is reached by the cluster's members. */
  readonly address: string;
  readonly port: number;
}

/**
 * The service by which pods find the API, default/kubernetes, and its endpoint: this server. Repeated at every start, since
 * address and port may have changed. Errors: StatusError.
 */
export async function ensureKubernetesService(client: SystemClient, at: ApiAddress): Promise<void> {
  const service = await client.ensure(SERVICES, serviceOf(at));
  const ports = servicePorts(at);
  if (!equalJson(objectIn(service, "spec")["ports"], ports)) {
    await client.update(SERVICES, NAMESPACE, NAME, (object) => ({ ...object, spec: { ...objectIn(object, "spec"), ports } as JsonObject }));
  }
  // Others cannot reach a loopback address, and endpoints may not have one: a machine without a network has none.
  if (isSpecialAddress(at.address)) return;
  await put(client, ENDPOINTS, endpointsOf(at), ["subsets"]);
  await put(client, ENDPOINT_SLICES, sliceOf(at), ["endpoints", "ports"]);
}

function servicePorts({ port }: ApiAddress): JsonObject[] {
  return [{ name: "https", protocol: "TCP", port: 443, targetPort: port }];
}

function serviceOf(at: ApiAddress): KubeObject {
  const { ranges } = at;
  const cidr = parseCidr(ranges[0] ?? "");
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: NAME, namespace: NAMESPACE, labels: { component: "apiserver", provider: NAME } },
    spec: {
      ...(cidr === undefined ? {} : { clusterIP: new AddressRange(cidr).first }),
      ipFamilyPolicy: "SingleStack",
      ports: servicePorts(at),
      sessionAffinity: "None",
      type: "ClusterIP",
    },
  };
}

function endpointsOf({ address, port }: ApiAddress): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    // The slice beside it is the server's own; the loop that copies endpoints into slices leaves these alone.
    metadata: { name: NAME, namespace: NAMESPACE, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    subsets: [{ addresses: [{ ip: address }], ports: [{ name: "https", port, protocol: "TCP" }] }],
  };
}

function sliceOf({ address, port }: ApiAddress): KubeObject {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: NAME, namespace: NAMESPACE, labels: { "kubernetes.io/service-name": NAME } },
    addressType: `IPv${parseIp(address)?.family ?? 4}`,
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: "https", port, protocol: "TCP" }],
  };
}

/** Creates the object, or brings the members up to date that tell where the server is. */
async function put(client: SystemClient, resource: ResourceRef, wanted: KubeObject, members: readonly string[]): Promise<void> {
  const { namespace = "", name = "" } = wanted.metadata;
  const existing = await client.ensure(resource, structuredClone(wanted));
  if (members.every((member) => equalJson(existing[member], wanted[member]))) return;
  if (!equalJson(existing["addressType"], wanted["addressType"])) {
    // Another family is another slice: its type cannot change.
    await client.remove(resource, namespace, name);
    await client.ensure(resource, wanted);
    return;
  }
  await client.update(resource, namespace, name, (object) => {
    for (const member of members) object[member] = structuredClone(wanted[member]) as never;
    return object;
  });
}
