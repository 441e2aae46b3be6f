import type { ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { quoteText } from "../object/quote.ts";
import { numberIn, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { ENDPOINTS } from "../object/resource-ids.ts";
import { serviceUnavailable } from "../object/status.ts";
import { readyAddresses, slicesOf } from "../webhook/service-address.ts";
import { systemClient } from "./system-client.ts";
import type { Write } from "./write.ts";

/**
 * What is known of a request to a service before anybody is called; `port` is the name or number that was asked for, or "".
 * Errors: StatusError 503 where it has no such port, or nobody is behind it.
 */
export async function reachService({ registry, endpoint }: Write, service: KubeObject, port: string): Promise<void> {
  const { name = "", namespace = "" } = service.metadata;
  const portName = nameOfPort(service, port);
  const client = systemClient(registry);
  const slices = await slicesOf(client, namespace, name);
  if (slices.some((slice) => readyAddresses(slice, portName).length > 0)) return;
  const subsets = objectsIn((await client.get(ENDPOINTS, namespace, name)) ?? {}, "subsets");
  const leads = subsets.some((subset) => objectsIn(subset, "addresses").length > 0 && hasPort(subset, portName));
  if (leads) return;
  const shown = slices.length + subsets.length === 0 ? name : endpoint.name;
  throw serviceUnavailable(`no endpoints available for service ${quoteText(shown)}`);
}

/** Endpoints know ports of a service by name. */
function nameOfPort(service: KubeObject, port: string): string {
  if (!/^\d{1,9}$/.test(port)) return port;
  const found = objectsIn(objectIn(service, "spec"), "ports").find((one) => numberIn(one, "port") === Number(port));
  if (found !== undefined) return stringIn(found, "name");
  throw serviceUnavailable(`no service port ${Number(port)} found for service ${quoteText(service.metadata.name ?? "")}`);
}

function hasPort(subset: ReadonlyJsonObject, name: string): boolean {
  return objectsIn(subset, "ports").some((one) => stringIn(one, "name") === name);
}
