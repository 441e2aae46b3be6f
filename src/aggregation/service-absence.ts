import type { KubeObject } from "../object/kube-object.ts";
import { listIn, numberIn, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { ENDPOINT_SLICES, SERVICES } from "../object/resource-ids.ts";
import type { SystemClient } from "../registry/system-client.ts";
import type { ServicePort } from "../webhook/service-address.ts";

const SERVICE_NAME = "kubernetes.io/service-name";

/** Why nobody can answer for an API service: reason and message of its condition. */
export interface Absence {
  readonly reason: string;
  readonly message: string;
}

/** Why a service cannot answer, from what the cluster says of it; undefined where it may. */
export async function serviceAbsence(
  { namespace, name, port: number }: ServicePort,
  client: Pick<SystemClient, "get" | "list">,
): Promise<Absence | undefined> {
  const service = await client.get(SERVICES, namespace, name);
  const shown = `service/${name} in "${namespace}"`;
  if (service === undefined) return { reason: "ServiceNotFound", message: `${shown} is not present` };
  const spec = objectIn(service, "spec");
  if (stringIn(spec, "type") !== "ClusterIP") return undefined;
  const port = objectsIn(spec, "ports").find((one) => numberIn(one, "port") === number);
  if (port === undefined) return { reason: "ServicePortError", message: `${shown} is not listening on port ${number}` };
  const slices = (await client.list(ENDPOINT_SLICES, namespace)).filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === name);
  if (slices.length === 0) return { reason: "EndpointsNotFound", message: `cannot find endpointslices for ${shown}` };
  const portName = stringIn(port, "name");
  if (slices.some((slice) => isReady(slice, portName))) return undefined;
  return { reason: "MissingEndpoints", message: `endpointslices for ${shown} have no addresses with port name "${portName}"` };
}

function isReady(slice: KubeObject, portName: string): boolean {
  if (!objectsIn(slice, "ports").some((port) => stringIn(port, "name") === portName)) return false;
  return objectsIn(slice, "endpoints").some((endpoint) => {
    // Unknown readiness counts as ready.
    const ready = objectIn(endpoint, "conditions")["ready"];
    return listIn(endpoint, "addresses").length > 0 && ready !== false;
  });
}
