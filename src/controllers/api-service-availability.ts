import { structIn, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { isSet, listIn, numberIn, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { StatusError } from "../object/status.ts";
import { setCondition } from "../object/conditions.ts";
import { timestamp } from "../object/timestamp.ts";
import { ENDPOINT_SLICES, API_SERVICES, SERVICES } from "../object/resource-ids.ts";
import type { SystemClient } from "../registry/system-client.ts";
import type { Controller } from "./controller.ts";

const SERVICE_NAME = "kubernetes.io/service-name";

/** Why nobody can answer for an API service. */
interface Absence {
  readonly reason: string;
  readonly message: string;
}

/**
 * Tells of each API service that another server answers for whether there is anything to ask: a service, listening on
 * the port, with endpoints behind it. Whether what is there answers well is not asked here.
 */
export function apiServiceAvailability(clock: () => number): Controller {
  return {
    name: "apiservice-availability",
    watches: [
      { resource: API_SERVICES, keys: (name) => [name] },
      // Work for all API services that name a service of the namespace.
      { resource: SERVICES, keys: namespaceKey },
      { resource: ENDPOINT_SLICES, keys: namespaceKey },
    ],
    async reconcile(key, client) {
      const concerned = key.startsWith("/")
        ? (await client.list(API_SERVICES)).filter((one) => `/${stringIn(serviceOf(one), "namespace")}` === key)
        : [await client.get(API_SERVICES, "", key)];
      for (const one of concerned) if (one !== undefined) await tell(one, client, clock);
    },
  };
}

const namespaceKey = (objectKey: string): string[] => [`/${objectKey.split("/", 1)[0]}`];

function serviceOf(apiService: KubeObject): ReadonlyJsonObject {
  return objectIn(objectIn(apiService, "spec"), "service");
}

async function tell(apiService: KubeObject, client: SystemClient, clock: () => number): Promise<void> {
  if (!isSet(objectIn(apiService, "spec"), "service") || apiService.metadata.deletionTimestamp !== undefined) return;
  const absence = await absenceOf(serviceOf(apiService), client);
  if (absence === undefined) return;
  const { name = "" } = apiService.metadata;
  try {
    await client.update(API_SERVICES, "", name, (current) => withCondition(current, absence, clock), "status");
  } catch (error) {
    // It went away, or somebody changed it meanwhile: then it is looked at again.
    if (!(error instanceof StatusError) || (error.status.code !== 404 && error.status.code !== 409)) throw error;
  }
}

/** Why the service cannot answer; undefined where it may. */
async function absenceOf(reference: ReadonlyJsonObject, client: SystemClient): Promise<Absence | undefined> {
  const namespace = stringIn(reference, "namespace");
  const name = stringIn(reference, "name");
  const service = await client.get(SERVICES, namespace, name);
  const shown = `service/${name} in "${namespace}"`;
  if (service === undefined) return { reason: "ServiceNotFound", message: `${shown} is not present` };
  const spec = objectIn(service, "spec");
  if (stringIn(spec, "type") !== "ClusterIP") return undefined;
  const number = numberIn(reference, "port");
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

/** The API service with what is told of it. Changes the object. */
function withCondition(object: KubeObject, absence: Absence, clock: () => number): KubeObject {
  setCondition(structIn(object, "status"), { type: "Available", status: "False", lastTransitionTime: timestamp(clock()), ...absence });
  return object;
}
