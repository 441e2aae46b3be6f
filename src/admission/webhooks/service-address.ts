import type { KubeObject } from "../../object/kube-object.ts";
import { numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { ENDPOINT_SLICES, SERVICES } from "../../object/resource-ids.ts";
import type { ClusterView } from "../cluster-view.ts";

const SERVICE_NAME = "kubernetes.io/service-name";

/** Where connections to services go: to the cluster IP, which a proxy on this machine forwards, or to an endpoint itself. */
export type ServiceRouting = "clusterIp" | "endpoint";

/** A host and port to connect to. */
export interface DialAddress {
  readonly host: string;
  readonly port: number;
}

/** A service that cannot be reached; `message` is the original's. */
export class UnreachableService extends Error {}

/** Resolves a port of a service. `random` is in [0, 1) and chooses among endpoints. Errors: UnreachableService. */
export async function serviceAddress(
  view: ClusterView,
  routing: ServiceRouting,
  { namespace, name, port }: { readonly namespace: string; readonly name: string; readonly port: number },
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
  const slices = await view.list(ENDPOINT_SLICES, namespace);
  const ready = slices
    .filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === name)
    .flatMap((slice) => readyAddresses(slice, stringIn(servicePort, "name")));
  const chosen = ready[Math.floor(random() * ready.length)];
  if (chosen === undefined) throw new UnreachableService(`no endpoints available for service "${name}"`);
  return chosen;
}

function readyAddresses(slice: KubeObject, portName: string): DialAddress[] {
  const port = objectsIn(slice, "ports").find((one) => stringIn(one, "name") === portName);
  if (port === undefined) return [];
  // Unknown readiness counts as ready.
  const ready = objectsIn(slice, "endpoints").filter((endpoint) => objectIn(endpoint, "conditions")["ready"] !== false);
  return ready.flatMap((endpoint) => stringsIn(endpoint, "addresses").map((host) => ({ host, port: numberIn(port, "port") })));
}
