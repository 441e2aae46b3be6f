import { numberIn, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { SERVICES } from "../object/resource-ids.ts";
import type { SystemClient } from "../registry/system-client.ts";
import { readyAddresses, slicesOf, type ServicePort } from "../webhook/service-address.ts";

/** Why nobody can answer for an API service: reason and message of its condition. */
interface Absence {
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
  const slices = await slicesOf(client, namespace, name);
  if (slices.length === 0) return { reason: "EndpointsNotFound", message: `cannot find endpointslices for ${shown}` };
  const portName = stringIn(port, "name");
  if (slices.some((slice) => readyAddresses(slice, portName).length > 0)) return undefined;
  return { reason: "MissingEndpoints", message: `endpointslices for ${shown} have no addresses with port name "${portName}"` };
}
