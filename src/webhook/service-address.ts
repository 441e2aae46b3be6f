import type { KubeObject } from "../object/kube-object.ts";
import { numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import { ENDPOINT_SLICES, SERVICES } from "../object/resource-ids.ts";
import type { ResourceRef } from "../object/status.ts";

/** The label by which an endpoint slice says whose it is. */
export const SERVICE_NAME = "kubernetes.io/service-name";

/** Where connections to services go: to the cluster IP, which a proxy on this machine forwards, or to an endpoint itself. */
type ServiceRouting = "clusterIp" | "endpoint";

/** A host and port to connect to. */
export interface DialAddress {
  readonly host: string;
  readonly port: number;
}

/** A port of a service, as references in webhooks and API services name it. */
export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** Finds where to connect to. Errors: UnreachableService. */
export type ServiceResolver = (service: ServicePort) => Promise<DialAddress>;

/** Where services and their endpoints are looked up. */
interface ServiceView {
  get(resource: ResourceRef, namespace: string, name: string): Promise<KubeObject | undefined>;
  list(resource: ResourceRef, namespace?: string): Promise<readonly KubeObject[]>;
}

/** A service that cannot be reached; `message` is the original's. */
export class UnreachableService extends Error {}

/** What an embedding program knows of services; undefined: it does not know this one. */
export type OwnResolver = (service: ServicePort) => DialAddress | undefined | Promise<DialAddress | undefined>;

/**
 * Resolves by what the embedding program knows (`own`), then by the services and endpoints of the cluster. `random` is in
 * [0, 1) and chooses among endpoints.
 */
export function serviceResolver(view: ServiceView, routing: ServiceRouting, random: () => number, own?: OwnResolver): ServiceResolver {
  return async (service) => (await own?.(service)) ?? (await serviceAddress(view, routing, service, random));
}

async function serviceAddress(
  view: ServiceView,
  routing: ServiceRouting,
  { namespace, name, port }: ServicePort,
  random: () => number,
): Promise<DialAddress> {
  const service = await view.get(SERVICES, namespace, name);
  if (service === undefined) throw new UnreachableService(`service "${name}" not found`);
  const spec = objectIn(service, "spec");
  const type = stringIn(spec, "type");
  if (type === "ExternalName" && routing === "clusterIp") return { host: stringIn(spec, "externalName"), port };
  if (type === "ExternalName") throw new UnreachableService(`unsupported service type "${type}"`);
  const clusterIp = stringIn(spec, "clusterIP");
  if (routing === "clusterIp" && clusterIp === "None") throw new UnreachableService('cannot route to service with ClusterIP "None"');
  const servicePort = objectsIn(spec, "ports").find((one) => numberIn(one, "port") === port);
  if (servicePort === undefined) throw new UnreachableService(`no service port ${port} found for service "${name}"`);
  if (routing === "clusterIp") return { host: clusterIp, port };
  const slices = await slicesOf(view, namespace, name);
  const ready = slices.flatMap((slice) => readyAddresses(slice, stringIn(servicePort, "name")));
  const chosen = ready[Math.floor(random() * ready.length)];
  if (chosen === undefined) throw new UnreachableService(`no endpoints available for service "${name}"`);
  return chosen;
}

/** The endpoint slices of a service. */
export async function slicesOf(view: Pick<ServiceView, "list">, namespace: string, name: string): Promise<readonly KubeObject[]> {
  return (await view.list(ENDPOINT_SLICES, namespace)).filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === name);
}

/** Where a slice's endpoints that are ready take connections for a port of the service. */
export function readyAddresses(slice: KubeObject, portName: string): DialAddress[] {
  const port = objectsIn(slice, "ports").find((one) => stringIn(one, "name") === portName);
  if (port === undefined) return [];
  // Unknown readiness counts as ready.
  const ready = objectsIn(slice, "endpoints").filter((endpoint) => objectIn(endpoint, "conditions")["ready"] !== false);
  return ready.flatMap((endpoint) => stringsIn(endpoint, "addresses").map((host) => ({ host, port: numberIn(port, "port") })));
}
